import { type JsonObject, type JsonSchema, isObject, own } from '../../json.ts'
import { referenceOf } from '../../read/refs.ts'
import { isSchema } from '../keywords.ts'
import { compilePattern } from '../patterns/pattern.ts'
import type { Compiler } from '../validator.ts'

/** A schema, and the outermost one its references are relative to. */
export interface Placed {
  schema: JsonSchema
  base: JsonSchema
}

/** What a schema's reference leads to; undefined without one, or when it was cut because it leads around in a circle. */
export function targetOf(schema: JsonObject, base: JsonSchema, { scope }: Compiler): Placed | undefined {
  const reference = referenceOf(schema)
  return reference === undefined || scope.loops.has(schema) ? undefined : scope.resolve(reference, base)
}

/** The schemas of a list keyword such as `allOf`. */
export function listOf(schema: JsonObject, keyword: string): JsonSchema[] {
  const list = own(schema, keyword)
  return Array.isArray(list) ? list.filter(isSchema) : []
}

/** The schemas one object schema has for a property. An explicit `additionalProperties` describes what nothing else does. */
export function schemasFor(name: string, schema: JsonObject): JsonSchema[] {
  const found: JsonSchema[] = []
  const properties = own(schema, 'properties')
  const declared = isObject(properties) ? own(properties, name) : undefined
  if (isSchema(declared)) found.push(declared)
  const patterns = own(schema, 'patternProperties')
  for (const [pattern, one] of Object.entries(isObject(patterns) ? patterns : {})) {
    if (isSchema(one) && compilePattern(pattern).test(name)) found.push(one)
  }
  if (found.length > 0) return found
  const additional = own(schema, 'additionalProperties') ?? own(schema, 'unevaluatedProperties')
  return isSchema(additional) && additional !== false ? [additional] : []
}

/** The schema one array schema has for an item. */
export function schemaForItem(index: number, schema: JsonObject): JsonSchema | undefined {
  const items = own(schema, 'items')
  const prefix = [own(schema, 'prefixItems'), items].find((value) => Array.isArray(value))
  const one = prefix?.[index]
  if (one !== undefined) return isSchema(one) ? one : undefined
  const rest = Array.isArray(items) ? own(schema, 'additionalItems') : items
  return isSchema(rest) ? rest : undefined
}
