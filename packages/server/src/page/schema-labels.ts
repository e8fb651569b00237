import type { JsonObject, JsonSchema, JsonValue } from '@hydrant/contract'

import { digits } from './digits.ts'
import { isObject, nameOf, shapeOf, typesOf, type SchemaShape } from './schema-shape.ts'

/** What a schema allows, in two or three words: `string (date-time)`, `array of Order`, `integer or null`, `one of 3`. */
export function typeLabel(shape: SchemaShape, root: JsonSchema): string {
  const { keywords, alternatives } = shape
  const types = typesOf(keywords)
  if (types.length === 0) {
    if (alternatives.length > 0) return alternativesLabel(shape, root)
    return 'not' in keywords ? 'nothing' : 'any'
  }
  const format = keywords['format']
  const formatted = types.find((type) => type === 'string') ?? types[0]
  return types
    .map((type) => {
      const label = type === 'array' ? arrayLabel(keywords, root) : type
      return type === formatted && typeof format === 'string' ? `${label} (${format})` : label
    })
    .join(' or ')
}

/** Limits of a value as short phrases: `≥ 0`, `1 to 36 characters`, `matches ^[A-Z]+$`. */
export function limitsOf(keywords: JsonObject): string[] {
  const limits: string[] = []
  const number = (keyword: string): number | undefined =>
    typeof keywords[keyword] === 'number' ? keywords[keyword] : undefined
  const exclusive = (keyword: string, bound: string): boolean =>
    keywords[keyword] === true && number(bound) !== undefined

  const minimum = number('minimum')
  const maximum = number('maximum')
  if (minimum !== undefined) limits.push(`${exclusive('exclusiveMinimum', 'minimum') ? '>' : '≥'} ${digits(minimum)}`)
  if (number('exclusiveMinimum') !== undefined) limits.push(`> ${number('exclusiveMinimum')}`)
  if (maximum !== undefined) limits.push(`${exclusive('exclusiveMaximum', 'maximum') ? '<' : '≤'} ${digits(maximum)}`)
  if (number('exclusiveMaximum') !== undefined) limits.push(`< ${number('exclusiveMaximum')}`)
  if (number('multipleOf') !== undefined) limits.push(`multiple of ${number('multipleOf')}`)
  push(limits, count(number('minLength'), number('maxLength'), 'character'))
  push(limits, count(number('minItems'), number('maxItems'), 'item'))
  push(limits, count(number('minProperties'), number('maxProperties'), 'property', 'properties'))
  if (keywords['uniqueItems'] === true) limits.push('no item twice')
  if (typeof keywords['pattern'] === 'string') limits.push(`matches ${keywords['pattern']}`)
  if (typeof keywords['contentEncoding'] === 'string') limits.push(keywords['contentEncoding'])
  if (typeof keywords['contentMediaType'] === 'string') limits.push(keywords['contentMediaType'])
  if ('if' in keywords) limits.push('has conditions: see the contract')
  if (isObject(keywords['not'])) limits.push('excludes some values: see the contract')
  return limits
}

/** Values as a reader writes them: JSON, cut when it is long. */
export function valueLabel(value: JsonValue): string {
  const text = JSON.stringify(value)
  return text.length > 120 ? `${text.slice(0, 119)}…` : text
}

function alternativesLabel(shape: SchemaShape, root: JsonSchema): string {
  const [first] = shape.alternatives
  const labels = new Set<string>()
  for (const schema of first?.schemas ?? []) {
    const inner = shapeOf(schema, root)
    labels.add(
      inner.alternatives.length > 0 && typesOf(inner.keywords).length === 0 ? 'other' : shortLabel(inner, root),
    )
  }
  if (labels.size <= 3) return [...labels].join(' or ')
  return `${first?.keyword === 'anyOf' ? 'any' : 'one'} of ${first?.schemas.length}`
}

function arrayLabel(keywords: JsonObject, root: JsonSchema): string {
  const items = keywords['items']
  if ('prefixItems' in keywords || Array.isArray(items)) return 'tuple'
  if (items === undefined || items === true) return 'array'
  return `array of ${shortLabel(shapeOf(items as JsonSchema, root), root)}`
}

function shortLabel(shape: SchemaShape, root: JsonSchema, depth = 0): string {
  const types = typesOf(shape.keywords)
  const items = shape.keywords['items']
  if (types.length === 1 && types[0] === 'array' && isObject(items) && depth < 3) {
    return `array of ${shortLabel(shapeOf(items, root), root, depth + 1)}`
  }
  if (types.length === 1 && types[0] === 'object') {
    // Names that a generator strung together (`ChannelsListenV1MessagesResultsItems`) tell a reader nothing.
    const name = nameOf(shape) ?? 'object'
    return name.length > 32 ? 'object' : name
  }
  return types.join(' or ') || (nameOf(shape) ?? 'any')
}

function count(min: number | undefined, max: number | undefined, one: string, many = `${one}s`): string | undefined {
  if (min === undefined && max === undefined) return undefined
  if (min === max) return `${min} ${min === 1 ? one : many}`
  if (max === undefined) return `at least ${min} ${min === 1 ? one : many}`
  if (min === undefined || min === 0) return `at most ${max} ${max === 1 ? one : many}`
  return `${min} to ${max} ${many}`
}

function push(list: string[], text: string | undefined): void {
  if (text !== undefined) list.push(text)
}
