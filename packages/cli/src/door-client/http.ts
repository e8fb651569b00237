import * as http from 'node:http'
import * as https from 'node:https'
import { CommandError } from '../exit-codes.ts'
import { asHttp } from './door-url.ts'

/** What a request carries. */
export interface RequestParts {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly agent?: http.Agent
  readonly signal?: AbortSignal
}

/** How long a server may take for the head of an answer. */
const answerTimeoutMs = 30_000
/** An answer to a publish, or a problem: both are small. */
const maxAnswerBytes = 16 * 1024 * 1024

/** The agent that keeps one connection to the server of `url`, so that many publishes need one handshake. */
export function keepAliveAgent(url: URL): http.Agent {
  const { Agent } = asHttp(url).protocol === 'https:' ? https : http
  return new Agent({ keepAlive: true, maxSockets: 1 })
}

/** Sends one request. The body of the answer is still to be read. @throws CommandError (unreachable). */
export function send(url: URL, parts: RequestParts): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = open(url, parts)
    request.once('response', (response) => {
      request.setTimeout(0)
      resolve(response)
    })
    request.once('error', (error) => reject(unreachable(url, error)))
    request.end(parts.body)
  })
}

/** Starts a request without sending its body: for upgrades. */
export function open(url: URL, parts: RequestParts): http.ClientRequest {
  const target = asHttp(url)
  const { request } = target.protocol === 'https:' ? https : http
  const { method = 'GET', headers = {}, agent, signal } = parts
  const opened = request(target, {
    method,
    headers: { 'User-Agent': 'hydrant', ...credentials(), ...headers },
    ...(agent && { agent }),
    ...(signal && { signal }),
  })
  opened.setTimeout(answerTimeoutMs, () => opened.destroy(new Error('no answer within 30 s')))
  return opened
}

/** From the environment: what stands on a command line is read by everybody on the machine. @throws CommandError (usage). */
function credentials(): Record<string, string> {
  const { HYDRANT_TOKEN: token, HYDRANT_HEADER: header } = process.env
  const colon = header?.indexOf(':') ?? -1
  if (header !== undefined && header !== '' && colon < 1) {
    throw new CommandError('usage', 'HYDRANT_HEADER: expected a header such as "X-Key: …"')
  }
  return {
    ...(token === undefined || token === '' ? {} : { Authorization: `Bearer ${token}` }),
    ...(header === undefined || header === '' ? {} : { [header.slice(0, colon)]: header.slice(colon + 1).trim() }),
  }
}

/** The whole body as text. @throws CommandError (unreachable) when it breaks off or is larger than 16 MiB. */
export async function readText(response: http.IncomingMessage, url: URL): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > maxAnswerBytes) throw new Error('the answer is larger than 16 MiB')
      chunks.push(chunk)
    }
  } catch (error) {
    throw unreachable(url, error as Error)
  }
  return Buffer.concat(chunks).toString()
}

/** Whether an error of a request is a broken connection, which may work when it is made again. */
export function mayPass(error: unknown): boolean {
  const code = error instanceof CommandError ? codeOf(error.cause) : undefined
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'ETIMEDOUT'
}

/** One line about a connection that could not be made, or broke. */
export function unreachable(url: URL, error: Error): CommandError {
  return new CommandError('unreachable', sentence(url, error), { cause: error })
}

function sentence(url: URL, error: Error): string {
  const code = codeOf(error) ?? ''
  const known = sentences[code]
  if (known) return known(url)
  if (code.startsWith('HPE_')) return `what listens at ${url.host} does not speak HTTP (${code})`
  return `cannot reach ${url.host}: ${error.message || code || 'unknown cause'}`
}

const noHost = (url: URL): string => `there is no host named "${url.hostname}"`
const noAnswer = (url: URL): string => `${url.host} closed the connection without an answer`

const sentences: Readonly<Record<string, (url: URL) => string>> = {
  ECONNREFUSED: (url) =>
    `nothing is listening at ${url.protocol}//${url.host}; start a server with: hydrant serve FILE`,
  ENOTFOUND: noHost,
  EAI_AGAIN: noHost,
  ECONNRESET: noAnswer,
  EPIPE: noAnswer,
  EPROTO: (url) => `what listens at ${url.host} does not speak TLS; try it without the "s" in ${url.protocol}//`,
}

function codeOf(error: unknown): string | undefined {
  // Several addresses of one host give several causes; they are alike.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error
  return (first as NodeJS.ErrnoException | undefined)?.code
}
