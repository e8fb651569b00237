import type { Down } from './down.ts'

/**
 * Reads what a server says: a message, a reply or a push. Undefined for anything else, which a client ignores (rule 1.4). The
 * server is trusted for what is inside payloads, results and pushes; what is told apart here is only which kind it is.
 */
export function parseDown(text: string): Down | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const { c, o, t, id, result, error, push } = value as Record<string, unknown>
  const isDown =
    (typeof c === 'number' && typeof o === 'number' && typeof t === 'number') ||
    typeof push === 'string' ||
    (typeof id === 'number' && (isObject(result) || isObject(error)))
  return isDown ? (value as Down) : undefined
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}
