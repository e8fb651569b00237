import { type JsonSchema, type JsonValue, isObject, own } from '../json.ts'
import { referenceOf } from '../read/refs.ts'
import { isSchema } from './keywords.ts'
import { typesOf } from './rules/value.ts'
import type { SchemaScope } from './scope.ts'

/** A JSON number, as text. */
const numeral = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/

/** The types a schema asks for directly: its own `type`, or that of what it refers to; without one, the types of its constants. */
export function wantedTypes(schema: JsonSchema, base: JsonSchema, scope: SchemaScope, hops = 0): string[] {
  if (!isObject(schema) || hops > 8) return []
  const types = typesOf(own(schema, 'type'))
  if (types.length > 0) return own(schema, 'nullable') === true ? [...types, 'null'] : types
  const reference = referenceOf(schema)
  const target = reference === undefined ? undefined : scope.resolve(reference, base)
  if (target !== undefined) return wantedTypes(target.schema, target.base, scope, hops + 1)
  const constants = [own(schema, 'const') ?? own(schema, 'enum') ?? []].flat()
  if (constants.length > 0) return [...new Set(constants.map((value) => (value === null ? 'null' : typeof value)))]
  return ['allOf', 'anyOf', 'oneOf'].flatMap((keyword) => {
    const parts = own(schema, keyword)
    return Array.isArray(parts)
      ? parts.filter(isSchema).flatMap((part) => wantedTypes(part, base, scope, hops + 1))
      : []
  })
}

/** A scalar in the type a schema asks for, where only the spelling differs: `"12"` for a number, `12` for a string. Unchanged otherwise. */
export function coerceScalar(value: unknown, types: readonly string[]): unknown {
  if (types.length === 0) return value
  if (typeof value === 'string') {
    if (types.includes('string')) return value
    if (
      (types.includes('number') || types.includes('integer')) &&
      numeral.test(value) &&
      Number.isFinite(Number(value))
    )
      return Number(value)
    if (types.includes('boolean') && (value === 'true' || value === 'false')) return value === 'true'
    return value
  }
  if (typeof value === 'number' && !types.includes('number') && !types.includes('integer') && types.includes('string'))
    return String(value)
  if (typeof value === 'boolean' && !types.includes('boolean') && types.includes('string')) return String(value)
  return value
}

/** The texts of a query parameter or header as the value their schema asks for: several, or an array type, make an array. */
export function coerceText(
  texts: readonly string[],
  schema: JsonSchema,
  base: JsonSchema,
  scope: SchemaScope,
): JsonValue {
  const types = wantedTypes(schema, base, scope)
  if (types.includes('array')) {
    const items = isObject(schema) ? own(schema, 'items') : undefined
    const inner = isSchema(items) ? wantedTypes(items, base, scope) : []
    return texts.map((text) => coerceScalar(text, inner) as JsonValue)
  }
  // A parameter given twice where one is wanted: the first counts, as in most HTTP software.
  return coerceScalar(texts[0] ?? '', types) as JsonValue
}
