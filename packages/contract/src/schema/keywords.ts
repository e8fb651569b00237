import { type JsonObject, type JsonSchema, type JsonValue, isObject, join, own } from '../json.ts'

/** A schema inside a schema: where it stands, and whether it judges the same value as its parent. */
export interface Subschema {
  schema: JsonSchema
  pointer: string
  /** True for `allOf`, `not` and the like: no step deeper into the value. */
  inPlace: boolean
}

/** How a keyword holds schemas: one, a list or a map of them. `items` holds one or a list. */
interface Holder {
  shapes: readonly ('one' | 'list' | 'map')[]
  inPlace: boolean
}

const holders: ReadonlyMap<string, Holder> = new Map<string, Holder>([
  ['additionalProperties', { shapes: ['one'], inPlace: false }],
  ['additionalItems', { shapes: ['one'], inPlace: false }],
  ['contains', { shapes: ['one'], inPlace: false }],
  ['propertyNames', { shapes: ['one'], inPlace: false }],
  ['unevaluatedItems', { shapes: ['one'], inPlace: false }],
  ['unevaluatedProperties', { shapes: ['one'], inPlace: false }],
  ['contentSchema', { shapes: ['one'], inPlace: false }],
  ['items', { shapes: ['one', 'list'], inPlace: false }],
  ['prefixItems', { shapes: ['list'], inPlace: false }],
  ['properties', { shapes: ['map'], inPlace: false }],
  ['patternProperties', { shapes: ['map'], inPlace: false }],
  ['$defs', { shapes: ['map'], inPlace: false }],
  ['definitions', { shapes: ['map'], inPlace: false }],
  ['not', { shapes: ['one'], inPlace: true }],
  ['if', { shapes: ['one'], inPlace: true }],
  ['then', { shapes: ['one'], inPlace: true }],
  ['else', { shapes: ['one'], inPlace: true }],
  ['allOf', { shapes: ['list'], inPlace: true }],
  ['anyOf', { shapes: ['list'], inPlace: true }],
  ['oneOf', { shapes: ['list'], inPlace: true }],
  ['dependentSchemas', { shapes: ['map'], inPlace: true }],
  ['dependencies', { shapes: ['map'], inPlace: true }],
])

/** True for what can be a schema: an object or a boolean. */
export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'boolean' || isObject(value)
}

/** The schemas directly inside a schema. Keywords whose value is no schema are passed over. */
export function subschemas(schema: JsonObject, pointer = ''): Subschema[] {
  const found: Subschema[] = []
  for (const keyword of Object.keys(schema)) {
    const holder = holders.get(keyword)
    const value = own(schema, keyword)
    if (holder === undefined || value === undefined) continue
    const place = join(pointer, keyword)
    const add = (inner: JsonValue, at: string): void => {
      if (isSchema(inner)) found.push({ schema: inner, pointer: at, inPlace: holder.inPlace })
    }
    if (holder.shapes.includes('map')) {
      for (const [name, inner] of Object.entries(isObject(value) ? value : {})) add(inner, join(place, name))
    } else if (Array.isArray(value)) {
      for (const [index, inner] of (holder.shapes.includes('list') ? value : []).entries())
        add(inner, join(place, index))
    } else if (holder.shapes.includes('one')) add(value, place)
  }
  return found
}
