import type { JsonObject, JsonSchema } from '@hydrant/contract'

/** What a schema says about one place in a payload; the union of its branches. */
export interface DeclaredField {
  /** Members by name. */
  readonly members: Map<string, DeclaredField>
  /** The elements of an array, or the members of an object whose names are data. */
  items: DeclaredField | undefined
  required: boolean
  deprecated: boolean
  /** Undefined when some branch allows any value. */
  values: Set<unknown> | undefined
  nullable: boolean
  minimum: number | undefined
  maximum: number | undefined
  maxLength: number | undefined
  maxItems: number | undefined
}

/** Recursive schemas and large ones are followed this far; fields beyond it count as unknown to the statistics, not as drift. */
const MAX_DEPTH = 12
const MAX_FIELDS = 1000

/** The fields that a payload schema declares, through `$ref`, `allOf`, `anyOf` and `oneOf`. */
export function declaredFields(schema: JsonSchema): DeclaredField {
  const root = newField()
  const walk: Walk = { root: schema, fields: 0 }
  declare(root, schema, walk, 0)
  return root
}

interface Walk {
  readonly root: JsonSchema
  fields: number
}

function newField(): DeclaredField {
  return {
    members: new Map(),
    items: undefined,
    required: false,
    deprecated: false,
    values: undefined,
    nullable: false,
    minimum: undefined,
    maximum: undefined,
    maxLength: undefined,
    maxItems: undefined,
  }
}

function declare(field: DeclaredField, schema: unknown, walk: Walk, depth: number): void {
  if (!isObject(schema) || depth > MAX_DEPTH || walk.fields > MAX_FIELDS) return
  const ref = schema['$ref']
  if (typeof ref === 'string') declare(field, resolveRef(walk.root, ref), walk, depth + 1)
  for (const keyword of ['allOf', 'anyOf', 'oneOf']) {
    const branches = schema[keyword]
    if (Array.isArray(branches)) for (const branch of branches) declare(field, branch, walk, depth + 1)
  }
  declareValue(field, schema)
  declareMembers(field, schema, walk, depth)
}

function declareValue(field: DeclaredField, schema: JsonObject): void {
  const { enum: values, const: only, type } = schema
  const listed = Array.isArray(values) ? values : 'const' in schema ? [only] : undefined
  if (listed !== undefined) {
    field.values ??= new Set()
    for (const value of listed) field.values.add(value)
  }
  if (type === 'null' || (Array.isArray(type) && type.includes('null')) || schema['nullable'] === true) {
    field.nullable = true
  }
  if (schema['deprecated'] === true) field.deprecated = true
  field.minimum = numberOf(schema['minimum']) ?? field.minimum
  field.maximum = numberOf(schema['maximum']) ?? field.maximum
  field.maxLength = numberOf(schema['maxLength']) ?? field.maxLength
  field.maxItems = numberOf(schema['maxItems']) ?? field.maxItems
}

function declareMembers(field: DeclaredField, schema: JsonObject, walk: Walk, depth: number): void {
  const { properties, additionalProperties, patternProperties, items, prefixItems, required } = schema
  if (isObject(properties)) {
    for (const [name, of] of Object.entries(properties)) declare(memberOf(field, name, walk), of, walk, depth + 1)
  }
  if (Array.isArray(required)) {
    for (const name of required) {
      if (typeof name === 'string') memberOf(field, name, walk).required = true
    }
  }
  const below = [additionalProperties, ...(isObject(patternProperties) ? Object.values(patternProperties) : [])]
  const elements = [...(Array.isArray(items) ? items : [items]), ...(Array.isArray(prefixItems) ? prefixItems : [])]
  for (const each of [...below, ...elements]) {
    if (!isObject(each)) continue
    field.items ??= newField()
    declare(field.items, each, walk, depth + 1)
  }
}

function memberOf(field: DeclaredField, name: string, walk: Walk): DeclaredField {
  let member = field.members.get(name)
  if (member === undefined) {
    member = newField()
    field.members.set(name, member)
    walk.fields++
  }
  return member
}

/** Message schemas are self-contained: what they refer to is a pointer into themselves. */
function resolveRef(root: unknown, ref: string): unknown {
  if (!ref.startsWith('#')) return undefined
  let at = root
  for (const step of ref.slice(1).split('/').slice(1)) {
    const name = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined
    at = (at as Record<string, unknown>)[name]
  }
  return at
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
