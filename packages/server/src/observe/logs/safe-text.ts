/** Characters of one field; the rest is cut. */
const MAX_LENGTH = 500

// What ends a line somewhere, moves a terminal's cursor, or turns text around.
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

const SECRETS: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/\b(Bearer|Basic|Digest)\s+[^\s"',;]+/gi, '$1 [redacted]'],
  [
    /\b(access_token|id_token|refresh_token|token|ticket|api[-_]?key|key|password|secret|authorization|jwt|sig)=[^&\s"']*/gi,
    '$1=[redacted]',
  ],
  [/\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g, '[redacted]'],
]

/** A text as a log line may carry it: one line, bounded, without control characters and without what looks like a credential. */
export function safeText(text: string): string {
  let safe = text.length > 4 * MAX_LENGTH ? text.slice(0, 4 * MAX_LENGTH) : text
  for (const [pattern, replacement] of SECRETS) safe = safe.replace(pattern, replacement)
  safe = safe.replace(CONTROLS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return safe.length > MAX_LENGTH ? `${safe.slice(0, MAX_LENGTH)}…` : safe
}
