import { HydrantError } from '../../errors.ts'
import type { AdminCall } from '../call.ts'
import type { AdminOperation, QueryParameter } from '../openapi-document.ts'

/** The query in the types of the description. Throws `bad-request` for unknown names, repeated ones and values that do not fit. */
export function queryOf(given: URLSearchParams, { query }: AdminOperation): AdminCall['query'] {
  for (const name of given.keys()) {
    if (!query.some((parameter) => parameter.name === name)) {
      const known = query.map((parameter) => parameter.name).join(', ')
      throw new HydrantError('bad-request', `${name}: expected ${known === '' ? 'no query' : `one of ${known}`}`)
    }
    if (given.getAll(name).length > 1) throw new HydrantError('bad-request', `${name}: expected once`)
  }
  return Object.fromEntries(query.map((parameter) => [parameter.name, valueOf(parameter, given.get(parameter.name))]))
}

function valueOf(parameter: QueryParameter, text: string | null): string | number | boolean | undefined {
  const { name, required, default: preset } = parameter
  if (text === null) {
    if (required) throw new HydrantError('bad-request', `${name}: it is missing`)
    return preset as string | number | boolean | undefined
  }
  const value = typed(parameter, text)
  const [error] = parameter.check(value)
  if (error === undefined) return value
  throw new HydrantError('bad-request', `${name}: expected ${error.expected}, got ${error.got}`, {
    errors: [{ ...error, pointer: `/${name}` }],
  })
}

function typed({ type }: QueryParameter, text: string): string | number | boolean {
  if (type === 'integer' && /^-?\d{1,15}$/.test(text)) return Number(text)
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true'
  return text
}
