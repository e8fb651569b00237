import type { Down } from './down.ts'

/**
 * Reads what a server says: a message, a reply or a push. Undefined for anything else, which a client ignores (rule 1.4). The
 * server is trusted for the fields; what is told apart here is only which kind it is.
 */
export function parseDown(text: string): Down | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const fields = value as Record<string, unknown>
  const isDown =
    typeof fields['c'] === 'number' || typeof fields['push'] === 'string' || typeof fields['id'] === 'number'
  return isDown ? (value as Down) : undefined
}
