import { type JsonSchema, isObject, own } from '../json.ts'
import { referenceOf } from '../read/refs.ts'
import { isSchema } from './keywords.ts'
import type { SchemaScope } from './scope.ts'

/** How far references and combinations are followed. */
const maxHops = 8

/** The properties a schema names at its top, also through references and combinations. A name may come more than once. */
export function declaredProperties(
  schema: JsonSchema,
  base: JsonSchema,
  scope: SchemaScope,
  hops = 0,
): [string, JsonSchema][] {
  if (!isObject(schema) || hops > maxHops) return []
  const found: [string, JsonSchema][] = []
  const reference = referenceOf(schema)
  const target = reference === undefined ? undefined : scope.resolve(reference, base)
  if (target !== undefined) found.push(...declaredProperties(target.schema, target.base, scope, hops + 1))
  const properties = own(schema, 'properties')
  for (const [name, property] of Object.entries(isObject(properties) ? properties : {})) {
    if (isSchema(property)) found.push([name, property])
  }
  for (const keyword of ['allOf', 'anyOf', 'oneOf']) {
    const parts = own(schema, keyword)
    for (const part of Array.isArray(parts) ? parts.filter(isSchema) : []) {
      if (found.length < 1_000) found.push(...declaredProperties(part, base, scope, hops + 1))
    }
  }
  return found
}
