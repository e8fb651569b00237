import { HydrantError } from '../errors.ts'

// Text that a JavaScript number may not hold: many digits, or a large exponent.
const MAYBE_INEXACT = /\d{16}|[eE][+-]?\d{3}/

/** For what operators send; messages have the setting `max-json-depth`. */
const DEFAULT_DEPTH = 64

/** The value of a JSON text. Throws `malformed-json`, with the place, or `message-invalid` when it is nested too deep. */
export function parseJson(text: string, maxDepth: number = DEFAULT_DEPTH): unknown {
  if (isDeeperThan(text, maxDepth)) {
    const detail = `expected JSON nested at most ${maxDepth} levels deep`
    throw new HydrantError('message-invalid', detail, { limit: 'json-depth' })
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    const why = error instanceof SyntaxError ? error.message : 'it cannot be parsed'
    throw new HydrantError('malformed-json', `expected JSON: ${why}`, { cause: error })
  }
}

/**
 * The one text that subscribers get for a published JSON text: no insignificant white space, each key once, and every number
 * with the digits it was published with, also where a JavaScript number would round it (exchange ids have 20 digits).
 */
export function canonicalJson(text: string, value: unknown): string {
  const json = JSON.stringify(value)
  // Most programs write it in this form already, and what comes out as it went in has lost nothing.
  if (json === text || !MAYBE_INEXACT.test(text)) return json
  return JSON.stringify(JSON.parse(text, keepExactNumbers))
}

/**
 * Like {@link parseJson}, for a document that is taken apart: `JSON.stringify` of any part of the result has every number with
 * the digits it came with. Numbers that would be rounded are opaque objects until then.
 */
export function parseExactJson(text: string, maxDepth: number = DEFAULT_DEPTH): unknown {
  const value = parseJson(text, maxDepth)
  return MAYBE_INEXACT.test(text) ? JSON.parse(text, keepExactNumbers) : value
}

interface ReviverContext {
  readonly source?: string
}

interface JsonWithRaw {
  rawJSON(text: string): unknown
}

function keepExactNumbers(_key: string, value: unknown, context?: ReviverContext): unknown {
  const source = context?.source
  if (typeof value !== 'number' || source === undefined || String(value) === source) return value
  // JSON.rawJSON is in V8 since 11.4; the library types do not know it yet.
  return (JSON as unknown as JsonWithRaw).rawJSON(source)
}

/** Hot: runs over every published text. Counts brackets outside strings; whether they match is JSON.parse's to say. */
export function isDeeperThan(text: string, limit: number): boolean {
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === 0x22) {
      i = endOfString(text, i)
    } else if (c === 0x7b || c === 0x5b) {
      if (++depth > limit) return true
    } else if (c === 0x7d || c === 0x5d) {
      depth--
    }
  }
  return false
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (end >= 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end < 0 ? text.length : end
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0
  while (text.charCodeAt(at - 1 - backslashes) === 0x5c) backslashes++
  return backslashes % 2 === 1
}
