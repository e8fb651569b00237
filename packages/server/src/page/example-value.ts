import type { JsonObject, JsonSchema, JsonValue } from '@hydrant/contract'

import { exampleString } from './example-string.ts'
import { isObject, shapeOf, typesOf, type SchemaShape } from './schema-shape.ts'

/**
 * Values that a schema should accept, the most telling first: with optional properties and without, for each of its
 * alternatives. Some keywords (`not`, `if`, …) are not read, so the caller checks each one.
 */
export function* exampleValues(schema: JsonSchema): Generator<JsonValue> {
  const count = Math.min(largestChoice(schema), 32)
  // A schema's own examples read best, but not all of them fit: the last candidates are made without them.
  for (const own of [true, false]) {
    for (const optionalDepth of [4, 0]) {
      for (let choice = 0; choice < count; choice++) {
        const value = valueFor(schema, { root: schema, choice, optionalDepth, own, path: [] })
        if (value !== undefined) yield value
      }
    }
  }
}

interface Wanted {
  readonly root: JsonSchema
  /** Which alternative to take where there are some. */
  readonly choice: number
  /** Optional properties are made down to this depth. */
  readonly optionalDepth: number
  /** Whether to take what the schema itself gives as an example or default. */
  readonly own: boolean
  /** The references between the root and here; its length is not the depth. */
  readonly path: readonly string[]
  readonly depth?: number
}

const maxDepth = 24

/** Undefined when only endless recursion would do. */
function valueFor(schema: JsonSchema | JsonValue, wanted: Wanted): JsonValue | undefined {
  const shape = shapeOf(schema as JsonSchema, wanted.root)
  const depth = (wanted.depth ?? 0) + 1
  if (depth > maxDepth) return undefined
  if ([...shape.refs].some((ref) => wanted.path.includes(ref))) return undefined
  const inner: Wanted = { ...wanted, depth, path: [...wanted.path, ...shape.refs] }

  const given = givenValue(shape.keywords, wanted.own)
  if (given !== undefined) return given
  const [alternatives] = shape.alternatives
  if (alternatives !== undefined) {
    const { schemas } = alternatives
    for (let index = 0; index < schemas.length; index++) {
      const chosen = schemas[(wanted.choice + index) % schemas.length] as JsonSchema
      const value = valueFor({ allOf: [chosen, shape.keywords] }, inner)
      if (value !== undefined) return value
    }
    return undefined
  }
  return valueOfType(
    typesOf(shape.keywords).find((type) => type !== 'null') ?? typesOf(shape.keywords)[0],
    shape,
    inner,
  )
}

/** What the schema itself says is a good value. */
function givenValue(keywords: JsonObject, own: boolean): JsonValue | undefined {
  if ('const' in keywords) return keywords['const']
  const { examples, enum: values } = keywords
  if (own) {
    if (Array.isArray(examples) && examples.length > 0) return examples[0]
    if ('example' in keywords) return keywords['example']
    if ('default' in keywords && keywords['default'] !== null) return keywords['default']
  }
  return Array.isArray(values) ? values[0] : undefined
}

function valueOfType(type: string | undefined, { keywords }: SchemaShape, wanted: Wanted): JsonValue | undefined {
  switch (type ?? 'string') {
    case 'object':
      return objectFor(keywords, wanted)
    case 'array':
      return arrayFor(keywords, wanted)
    case 'integer':
    case 'number':
      return numberFor(keywords, type === 'integer')
    case 'boolean':
      return true
    case 'null':
      return null
    default:
      return exampleString(keywords)
  }
}

function objectFor(keywords: JsonObject, wanted: Wanted): JsonValue | undefined {
  const value: JsonObject = {}
  const required = new Set(Array.isArray(keywords['required']) ? keywords['required'].map(String) : [])
  const properties = isObject(keywords['properties']) ? keywords['properties'] : {}
  for (const [name, schema] of Object.entries(properties)) {
    if (!required.has(name) && (wanted.depth ?? 0) > wanted.optionalDepth) continue
    const member = valueFor(schema, wanted)
    if (member !== undefined) define(value, name, member)
    else if (required.has(name)) return undefined
  }
  for (const name of required) {
    if (!Object.hasOwn(value, name)) define(value, name, 'string')
  }
  const least = typeof keywords['minProperties'] === 'number' ? keywords['minProperties'] : 0
  const others = isObject(keywords['additionalProperties']) ? keywords['additionalProperties'] : undefined
  const wantOthers = others !== undefined && Object.keys(properties).length === 0 ? 1 : 0
  for (let index = 1; Object.keys(value).length < Math.max(least, wantOthers) && index <= 16; index++) {
    const member = others === undefined ? 'string' : valueFor(others, wanted)
    if (member === undefined) break
    define(value, index === 1 ? 'key' : `key${index}`, member)
  }
  return value
}

function arrayFor(keywords: JsonObject, wanted: Wanted): JsonValue {
  const tuple = keywords['prefixItems'] ?? (Array.isArray(keywords['items']) ? keywords['items'] : undefined)
  const items: JsonValue[] = []
  if (Array.isArray(tuple)) for (const schema of tuple) items.push(valueFor(schema, wanted) ?? null)
  const rest = Array.isArray(keywords['items']) ? keywords['additionalItems'] : keywords['items']
  const least = typeof keywords['minItems'] === 'number' ? Math.min(keywords['minItems'], 32) : 0
  const most = typeof keywords['maxItems'] === 'number' ? keywords['maxItems'] : Infinity
  const wish = items.length > 0 || rest === undefined || rest === false ? 0 : 1
  while (items.length < Math.min(Math.max(least, wish), most)) {
    const contained = items.length === 0 && isObject(keywords['contains']) ? keywords['contains'] : undefined
    const item = valueFor(contained ?? (rest === undefined ? true : rest), wanted)
    if (item === undefined) break
    items.push(keywords['uniqueItems'] === true ? distinct(item, items.length, rest) : item)
  }
  return items
}

function distinct(item: JsonValue, index: number, schema: JsonValue | undefined): JsonValue {
  if (isObject(schema) && Array.isArray(schema['enum'])) return schema['enum'][index] ?? item
  if (typeof item === 'number') return item + index
  return typeof item === 'string' && index > 0 ? `${item}${index + 1}` : item
}

function numberFor(keywords: JsonObject, integer: boolean): number {
  const read = (keyword: string): number | undefined =>
    typeof keywords[keyword] === 'number' ? keywords[keyword] : undefined
  const multipleOf = read('multipleOf')
  const step = multipleOf ?? (integer ? 1 : undefined)
  const draft4 = (keyword: string): boolean => keywords[keyword] === true
  let low = Math.max(read('minimum') ?? -Infinity, read('exclusiveMinimum') ?? -Infinity)
  let high = Math.min(read('maximum') ?? Infinity, read('exclusiveMaximum') ?? Infinity)
  const lowOpen = draft4('exclusiveMinimum') || read('exclusiveMinimum') === low
  const highOpen = draft4('exclusiveMaximum') || read('exclusiveMaximum') === high
  if (step === undefined) {
    const span = high - low
    const inside = Number.isFinite(span) ? span / 2 : 1
    if (lowOpen) low += inside
    if (highOpen) high -= inside
    return Math.min(Math.max(1, low), high)
  }
  const first = Number.isFinite(low)
    ? Math.ceil(low / step) + (lowOpen && Number.isInteger(low / step) ? 1 : 0)
    : -Infinity
  const last = Number.isFinite(high)
    ? Math.floor(high / step) - (highOpen && Number.isInteger(high / step) ? 1 : 0)
    : Infinity
  const wish = step >= 1 ? 1 : Math.round(1 / step)
  const value = Math.min(Math.max(wish, first), last) * step
  // 3 * 0.1 is not 0.3: as many decimals as the step has.
  return Number(value.toFixed(Math.min(20, (String(step).split('.')[1] ?? '').length)))
}

/** How many alternatives the schema's widest choice near the top has. */
function largestChoice(schema: JsonSchema): number {
  const shape = shapeOf(schema, schema)
  let largest = 1
  for (const { schemas } of shape.alternatives) largest = Math.max(largest, schemas.length)
  if (isObject(shape.keywords['properties'])) {
    for (const member of Object.values(shape.keywords['properties'])) {
      for (const { schemas } of shapeOf(member as JsonSchema, schema).alternatives)
        largest = Math.max(largest, schemas.length)
    }
  }
  return largest
}

function define(object: JsonObject, key: string, value: JsonValue): void {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
}
