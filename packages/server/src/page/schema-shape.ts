import type { JsonObject, JsonSchema, JsonValue } from '@hydrant/contract'

/** Alternatives of a schema: of `oneOf` exactly one holds, of `anyOf` at least one. */
export interface Alternatives {
  readonly keyword: 'oneOf' | 'anyOf'
  readonly schemas: readonly JsonSchema[]
}

/** A schema as it is read: references followed and `allOf` merged, one level deep. What is inside stays as written. */
export interface SchemaShape {
  /** Keywords of this level. `properties` and `required` are the union of everything merged. */
  readonly keywords: JsonObject
  readonly alternatives: readonly Alternatives[]
  /** The last reference that led here, such as `#/$defs/Order`; it names the schema and tells recursion. */
  readonly ref?: string
  /** Every reference that was followed, also those inside `allOf`. */
  readonly refs: ReadonlySet<string>
}

/** Reads one level of a schema. `root` is where `#/…` references start. Never throws; unknown references are empty schemas. */
export function shapeOf(schema: JsonSchema, root: JsonSchema): SchemaShape {
  const refs = new Set<string>()
  const alternatives: Alternatives[] = []
  const keywords: JsonObject = {}
  let ref: string | undefined
  const add = (part: JsonValue | undefined, outermost: boolean): void => {
    if (part === false) keywords['not'] ??= {}
    if (!isObject(part)) return
    const target = part['$ref']
    if (typeof target === 'string' && !refs.has(target)) {
      if (outermost) ref = target
      refs.add(target)
      add(resolve(root, target), outermost && Object.keys(part).length === 1)
    }
    merge(keywords, part)
    for (const keyword of ['oneOf', 'anyOf'] as const) {
      const schemas = part[keyword]
      if (Array.isArray(schemas)) addAlternatives(keyword, schemas as JsonSchema[])
    }
    if (Array.isArray(part['allOf'])) for (const member of part['allOf']) add(member, false)
  }
  const addAlternatives = (keyword: Alternatives['keyword'], schemas: readonly JsonSchema[]): void => {
    // One alternative is no choice; some generators wrap every reference like this.
    if (schemas.length === 1) add(schemas[0], false)
    else if (schemas.length > 1) alternatives.push({ keyword, schemas })
  }
  add(schema, true)
  return { keywords, alternatives, refs, ...(ref !== undefined && { ref }) }
}

/** What a reader calls the schema: its title, or the last segment of the reference that led to it. */
export function nameOf(shape: SchemaShape): string | undefined {
  const title = shape.keywords['title']
  if (typeof title === 'string' && title !== '') return title
  return shape.ref?.split('/').at(-1)?.replaceAll('~1', '/').replaceAll('~0', '~')
}

/** The JSON types a shape allows: as declared, or as its keywords imply. Empty when anything goes. */
export function typesOf(keywords: JsonObject): string[] {
  const type = keywords['type']
  if (typeof type === 'string') return [type]
  if (Array.isArray(type)) return type.map(String)
  if ('properties' in keywords || 'additionalProperties' in keywords || 'patternProperties' in keywords)
    return ['object']
  if ('items' in keywords || 'prefixItems' in keywords) return ['array']
  if ('pattern' in keywords || 'minLength' in keywords || 'maxLength' in keywords) return ['string']
  if ('minimum' in keywords || 'maximum' in keywords || 'multipleOf' in keywords) return ['number']
  const values = 'const' in keywords ? [keywords['const']] : keywords['enum']
  return Array.isArray(values) ? [...new Set(values.map(jsonType))] : []
}

/** True for a JSON object: not null, not an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function jsonType(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

function merge(target: JsonObject, part: JsonObject): void {
  for (const [keyword, value] of Object.entries(part)) {
    if (keyword === '$ref' || keyword === '$defs' || keyword === 'definitions') continue
    if (keyword === 'allOf' || keyword === 'oneOf' || keyword === 'anyOf') continue
    const present = Object.hasOwn(target, keyword) ? target[keyword] : undefined
    if (present === undefined) set(target, keyword, value)
    else if (keyword === 'required' && Array.isArray(present) && Array.isArray(value)) {
      target[keyword] = [...new Set([...present, ...value])]
    } else if (keyword === 'properties' && isObject(present) && isObject(value)) {
      target[keyword] = mergeProperties(present, value)
    }
    // Of two descriptions, titles, limits: the nearer one, which was merged first, is the one to read.
  }
}

/** A property that is declared twice (in a base and in what extends it) has to satisfy both. */
function mergeProperties(first: JsonObject, second: JsonObject): JsonObject {
  const merged: JsonObject = { ...first }
  for (const [name, schema] of Object.entries(second)) {
    const present = Object.hasOwn(merged, name) ? merged[name] : undefined
    set(merged, name, present === undefined || present === schema ? schema : { allOf: [present, schema] })
  }
  return merged
}

function set(object: JsonObject, key: string, value: JsonValue): void {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
}

function resolve(root: JsonSchema, ref: string): JsonValue | undefined {
  if (!ref.startsWith('#')) return undefined
  let pointer = ref.slice(1)
  try {
    pointer = decodeURIComponent(pointer)
  } catch {
    // A stray percent sign: the pointer is taken as it is written.
  }
  let current: JsonValue = root
  for (const segment of pointer.split('/').slice(1)) {
    const key = segment.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return undefined
    current = (current as JsonObject)[key] as JsonValue
  }
  return current
}
