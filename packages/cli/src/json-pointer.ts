import { plainValue } from './json-text.ts'

/** A parsed JSON Pointer (RFC 6901). */
export type JsonPointer = readonly string[]

/** Parses `/data/0/price`. The empty string is the whole document. @throws SyntaxError when it is not a pointer. */
export function parseJsonPointer(text: string): JsonPointer {
  if (text === '') return []
  if (!text.startsWith('/')) throw new SyntaxError(`a JSON pointer starts with "/", this one is "${text}"`)
  if (/~(?![01])/.test(text)) throw new SyntaxError(`in a JSON pointer "~" stands only in "~0" and "~1": "${text}"`)
  return text
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** The value a pointer names, or `undefined` when the document has none. Never reads a prototype. */
export function valueAt(document: unknown, pointer: JsonPointer): unknown {
  let value = document
  for (const token of pointer) {
    if (typeof value !== 'object' || value === null || plainValue(value) !== value) return undefined
    if (Array.isArray(value) && !/^(?:0|[1-9]\d*)$/.test(token)) return undefined
    if (!Object.hasOwn(value, token)) return undefined
    value = (value as Record<string, unknown>)[token]
  }
  return value
}

/** A pointer and the value a message must have there. */
export interface Condition {
  readonly pointer: JsonPointer
  readonly expected: string
}

/** Parses `/stream=btcusdt@trade`. @throws SyntaxError when the pointer or the `=` is missing. */
export function parseCondition(text: string): Condition {
  const equals = text.indexOf('=')
  if (equals === -1) throw new SyntaxError(`expected POINTER=VALUE, such as /type=trade, got "${text}"`)
  return { pointer: parseJsonPointer(text.slice(0, equals)), expected: text.slice(equals + 1) }
}

/** Whether the document has the expected string, number, boolean or null where the condition points. */
export function holds(condition: Condition, document: unknown): boolean {
  const value = plainValue(valueAt(document, condition.pointer))
  const { expected } = condition
  if (typeof value === 'number') return expected.trim() !== '' && value === Number(expected)
  if (typeof value === 'string') return value === expected
  return (typeof value === 'boolean' || value === null) && String(value) === expected
}
