import { isIdentifier } from './identifier.ts'

/** The type of exactly this JSON value: `'buy'`, `12`, `{ x: 1 }`. */
export function literalType(value: unknown): string {
  if (typeof value === 'string') return quoted(value)
  // A number that JavaScript cannot hold has no literal type.
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'number'
  if (Array.isArray(value)) return `[${value.map(literalType).join(', ')}]`
  if (typeof value !== 'object' || value === null) return String(value)
  const members = Object.entries(value).map(([name, inner]) => `${propertyName(name)}: ${literalType(inner)}`)
  return members.length === 0 ? '{ [key: string]: never }' : `{ ${members.join('; ')} }`
}

/** The name of a property, quoted where it must be. */
export function propertyName(name: string): string {
  return isIdentifier(name) ? name : quoted(name)
}

/** A string on one line, whatever is in it, in the quotes that need fewer escapes. */
export function quoted(value: string): string {
  // JSON's escapes are TypeScript's; it leaves these few as they are.
  const double = JSON.stringify(value).replaceAll(/[\u007F-\u009F\u2028\u2029\uFEFF\uFFFD]/g, escaped)
  if (value.includes("'") && !value.includes('"')) return double
  return `'${double
    .slice(1, -1)
    .replaceAll(String.raw`\"`, '"')
    .replaceAll("'", String.raw`\'`)}'`
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
