import type { IncomingMessage } from 'node:http'
import { CommandError } from '../exit-codes.ts'
import { readText } from './http.ts'

/** What a door says when it says no (RFC 9457). The members are those of `docs/reference/doors.md`. */
export interface Problem {
  readonly type: string
  readonly status: number
  readonly title: string
  readonly code: string
  readonly detail?: string | undefined
  /** The name of the message whose schema came nearest. */
  readonly message?: string | undefined
  readonly errors?: readonly ProblemLocation[] | undefined
}

/** Where in the message, what was expected there, and what came. */
interface ProblemLocation {
  readonly pointer: string
  readonly expected?: string | undefined
  readonly got?: string | undefined
}

/** The problem of a refusing answer. @throws CommandError (unreachable) when no Hydrant door answers like that. */
export async function readProblem(response: IncomingMessage, url: URL): Promise<Problem> {
  const status = response.statusCode ?? 0
  const mediaType = (response.headers['content-type'] ?? '').split(';')[0]?.trim() ?? ''
  const text = await readText(response, url)
  const problem = mediaType === 'application/problem+json' ? problemFrom(text) : undefined
  if (problem === undefined) throw notHydrant(url, `${status} ${mediaType}`.trim())
  return problem
}

/** One line about an answer that no Hydrant door gives. */
export function notHydrant(url: URL, got: string): CommandError {
  return new CommandError('unreachable', `${url.href} is not the URL of a Hydrant channel: it answered ${got}`)
}

/** Parses problem JSON; `undefined` when the text is not a problem. */
export function problemFrom(text: string): Problem | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const { type, status, title, code, detail, message, errors } = value as Record<string, unknown>
  if (typeof type !== 'string' || typeof title !== 'string') return undefined
  return {
    type,
    title,
    status: typeof status === 'number' ? status : 0,
    code: typeof code === 'string' ? code : type.replace(/^urn:hydrant:/, ''),
    ...(typeof detail === 'string' && { detail }),
    ...(typeof message === 'string' && { message }),
    ...(Array.isArray(errors) && { errors: errors.filter(isLocation) }),
  }
}

/** `422 message-invalid: /price: expected number, got "12" (string)`. */
export function describeProblem(problem: Problem): string {
  return `${problem.status} ${problem.code}: ${problem.detail ?? problem.title}`
}

function isLocation(value: unknown): value is ProblemLocation {
  return typeof value === 'object' && value !== null && typeof (value as ProblemLocation).pointer === 'string'
}
