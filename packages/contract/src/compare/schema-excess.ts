import { at, isObject, join, type JsonObject, type JsonSchema, own, show, typeName } from '../json.ts'
import { pointerOf } from '../read/refs.ts'
import { isSchema } from '../schema/keywords.ts'

/** Values that one schema allows and another does not. */
export interface Excess {
  /** JSON pointer into the schemas, references taken as what they name. */
  readonly pointer: string
  readonly message: string
}

/** Enough to tell what is wrong; a list past it helps nobody. */
const MAX_FINDINGS = 50
const MAX_DEPTH = 64

/**
 * Where `wide` allows values that `narrow` does not. Both are self-contained. Compares the structure, keyword by keyword: an empty
 * list means that whatever is valid against `wide` is valid against `narrow`, as far as keywords tell; what only one of
 * them describes (a property that is not declared before) is not an excess. Keywords that cannot be compared have to be the same.
 */
export function excessOf(wide: JsonSchema, narrow: JsonSchema): readonly Excess[] {
  const comparison = new Comparison(wide, narrow)
  comparison.compare(wide, narrow, '', 0)
  return comparison.found
}

class Comparison {
  readonly found: Excess[] = []
  readonly #wideRoot: JsonSchema
  readonly #narrowRoot: JsonSchema
  /** Pairs that are being compared, or were: recursive schemas come back to them. */
  readonly #seen = new Map<JsonSchema, Set<JsonSchema>>()

  constructor(wideRoot: JsonSchema, narrowRoot: JsonSchema) {
    this.#wideRoot = wideRoot
    this.#narrowRoot = narrowRoot
  }

  compare(givenWide: JsonSchema, givenNarrow: JsonSchema, pointer: string, depth: number): void {
    if (this.found.length >= MAX_FINDINGS || depth > MAX_DEPTH) return
    const wide = flat(givenWide, this.#wideRoot)
    const narrow = flat(givenNarrow, this.#narrowRoot)
    if (narrow === true || wide === false || this.#isSeen(givenWide, givenNarrow)) return
    if (narrow === false) return this.#add(pointer, 'nothing is allowed on one side')
    const bounded = wide === true ? {} : wide
    this.#compareTypes(bounded, narrow, pointer)
    this.#compareConstants(bounded, narrow, pointer)
    this.#compareBounds(bounded, narrow, pointer)
    this.#compareObjects(bounded, narrow, pointer, depth)
    this.#compareArrays(bounded, narrow, pointer, depth)
    this.#compareAlternatives(bounded, narrow, pointer, depth)
    for (const keyword of INCOMPARABLE) {
      const wanted = own(narrow, keyword)
      if (wanted !== undefined && !isSame(wanted, own(bounded, keyword))) {
        this.#add(pointer, `${keyword} is not the same, and cannot be compared`)
      }
    }
  }

  #isSeen(wide: JsonSchema, narrow: JsonSchema): boolean {
    if (!isObject(wide) || !isObject(narrow)) return false
    const partners = this.#seen.get(wide) ?? new Set()
    this.#seen.set(wide, partners)
    if (partners.has(narrow)) return true
    partners.add(narrow)
    return false
  }

  #add(pointer: string, message: string): void {
    if (this.found.length < MAX_FINDINGS) this.found.push({ pointer, message })
  }

  #compareTypes(wide: JsonObject, narrow: JsonObject, pointer: string): void {
    const allowed = typesOf(narrow)
    if (allowed === undefined) return
    const given = typesOf(wide) ?? typesOfConstants(wide)
    // An alternative of the wide side says its own types.
    if (given === undefined) {
      if (alternativesOf(wide) === undefined)
        this.#add(join(pointer, 'type'), `any type, against ${allowed.join(' or ')}`)
      return
    }
    const more = given.filter((type) => !allowed.includes(type) && !(type === 'integer' && allowed.includes('number')))
    if (more.length > 0) this.#add(join(pointer, 'type'), `${given.join(' or ')}, against ${allowed.join(' or ')}`)
  }

  #compareConstants(wide: JsonObject, narrow: JsonObject, pointer: string): void {
    const allowed = constantsOf(narrow)
    if (allowed === undefined) return
    const given = constantsOf(wide)
    const place = join(pointer, own(narrow, 'const') === undefined ? 'enum' : 'const')
    if (given === undefined) {
      if (alternativesOf(wide) === undefined) this.#add(place, `any value, against ${show(allowed)}`)
      return
    }
    const more = given.filter((value) => !allowed.some((each) => isSame(each, value)))
    if (more.length > 0)
      this.#add(place, `${more.map((value) => show(value)).join(', ')}, which the other side does not have`)
  }

  #compareBounds(wide: JsonObject, narrow: JsonObject, pointer: string): void {
    for (const [keyword, sign] of BOUNDS) {
      const limit = own(narrow, keyword)
      if (typeof limit !== 'number') continue
      const given = own(wide, keyword)
      if (typeof given === 'number' && given * sign <= limit * sign) continue
      if (constantsOf(wide) !== undefined) continue
      this.#add(join(pointer, keyword), `${typeof given === 'number' ? given : 'no limit'}, against ${limit}`)
    }
    for (const keyword of EXACT) {
      const wanted = own(narrow, keyword)
      if (wanted === undefined || isSame(wanted, own(wide, keyword)) || constantsOf(wide) !== undefined) continue
      this.#add(join(pointer, keyword), `${show(own(wide, keyword) ?? 'none')}, against ${show(wanted)}`)
    }
  }

  #compareObjects(wide: JsonObject, narrow: JsonObject, pointer: string, depth: number): void {
    const given = namesOf(wide)
    for (const name of namesOf(narrow)) {
      if (!given.includes(name))
        this.#add(join(pointer, 'required'), `${show(name)} may be missing, and is required on the other side`)
    }
    const [wideMembers, narrowMembers] = [membersOf(wide), membersOf(narrow)]
    for (const [name, member] of wideMembers) {
      const place = join(pointer, 'properties', name)
      const other = narrowMembers.get(name)
      if (other !== undefined) this.compare(member, other, place, depth + 1)
      else if (own(narrow, 'additionalProperties') === false) this.#add(place, 'the other side does not know it')
    }
    const rest = own(narrow, 'additionalProperties')
    const openRest = own(wide, 'additionalProperties')
    if (rest === false && openRest !== false) {
      this.#add(join(pointer, 'additionalProperties'), 'other properties are allowed, and not on the other side')
    } else if (isObject(rest) && isSchema(openRest)) {
      this.compare(openRest, rest, join(pointer, 'additionalProperties'), depth + 1)
    }
  }

  #compareArrays(wide: JsonObject, narrow: JsonObject, pointer: string, depth: number): void {
    const allowed = own(narrow, 'items')
    if (!isSchema(allowed)) return
    const given = own(wide, 'items')
    this.compare(isSchema(given) ? given : true, allowed, join(pointer, 'items'), depth + 1)
  }

  /** Each alternative of the wide side has to fit into one of the narrow side. */
  #compareAlternatives(wide: JsonObject, narrow: JsonObject, pointer: string, depth: number): void {
    const allowed = alternativesOf(narrow)
    if (allowed === undefined) {
      const given = alternativesOf(wide)
      for (const [index, each] of given?.schemas.entries() ?? []) {
        this.compare(each, without(narrow, []), join(pointer, given!.keyword, index), depth + 1)
      }
      return
    }
    const given = alternativesOf(wide)
    const schemas = given?.schemas ?? [without(wide, ['anyOf', 'oneOf'])]
    for (const [index, each] of schemas.entries()) {
      if (!allowed.schemas.some((other) => this.#fits(each, other, depth))) {
        this.#add(
          join(pointer, given?.keyword ?? allowed.keyword, index),
          'fits none of the alternatives of the other side',
        )
      }
    }
  }

  #fits(wide: JsonSchema, narrow: JsonSchema, depth: number): boolean {
    const inner = new Comparison(this.#wideRoot, this.#narrowRoot)
    inner.compare(wide, narrow, '', depth + 1)
    return inner.found.length === 0
  }
}

/** A larger value allows more for the first, less for the second. */
const BOUNDS: readonly (readonly [keyword: string, sign: 1 | -1])[] = [
  ['maximum', 1],
  ['exclusiveMaximum', 1],
  ['maxLength', 1],
  ['maxItems', 1],
  ['maxProperties', 1],
  ['minimum', -1],
  ['exclusiveMinimum', -1],
  ['minLength', -1],
  ['minItems', -1],
  ['minProperties', -1],
]

const EXACT = ['multipleOf', 'pattern', 'format', 'uniqueItems'] as const

const INCOMPARABLE = [
  'not',
  'if',
  'then',
  'else',
  'contains',
  'propertyNames',
  'patternProperties',
  'dependentRequired',
  'dependentSchemas',
  'dependencies',
  'prefixItems',
  'unevaluatedProperties',
  'unevaluatedItems',
] as const

/** The schema a reference names, with the members of `allOf` put together. */
function flat(schema: JsonSchema, root: JsonSchema, hops = 0): JsonSchema {
  if (!isObject(schema) || hops > 16) return schema
  const reference = own(schema, '$ref')
  if (typeof reference === 'string') {
    const target = at(root, pointerOf(reference) ?? '#')
    const { $ref: _, ...beside } = schema
    if (!isSchema(target)) return beside
    const named = flat(target, root, hops + 1)
    return Object.keys(beside).length === 0 || !isObject(named) ? named : merged(named, beside)
  }
  const parts = own(schema, 'allOf')
  if (!Array.isArray(parts)) return schema
  let whole: JsonObject = without(schema, ['allOf'])
  for (const part of parts.filter(isSchema)) {
    const inner = flat(part, root, hops + 1)
    if (isObject(inner)) whole = merged(whole, inner)
  }
  return whole
}

/** Both together, where they speak of different things; of a bound that both name the last counts. */
function merged(a: JsonObject, b: JsonObject): JsonObject {
  const properties = { ...objectAt(a, 'properties'), ...objectAt(b, 'properties') }
  const required = [...new Set([...namesOf(a), ...namesOf(b)])]
  return {
    ...a,
    ...b,
    ...(Object.keys(properties).length > 0 ? { properties } : {}),
    ...(required.length > 0 ? { required } : {}),
  }
}

function without(schema: JsonObject, keywords: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(schema).filter(([keyword]) => !keywords.includes(keyword)))
}

function alternativesOf(schema: JsonObject): { keyword: string; schemas: JsonSchema[] } | undefined {
  for (const keyword of ['oneOf', 'anyOf']) {
    const schemas = own(schema, keyword)
    if (Array.isArray(schemas)) return { keyword, schemas: schemas.filter(isSchema) }
  }
  return undefined
}

function typesOf(schema: JsonObject): string[] | undefined {
  const type = own(schema, 'type')
  const types = typeof type === 'string' ? [type] : Array.isArray(type) ? type.map(String) : undefined
  return types !== undefined && own(schema, 'nullable') === true ? [...types, 'null'] : types
}

function typesOfConstants(schema: JsonObject): string[] | undefined {
  const constants = constantsOf(schema)
  return constants === undefined ? undefined : [...new Set(constants.map((value) => typeName(value)))]
}

function constantsOf(schema: JsonObject): unknown[] | undefined {
  if (Object.hasOwn(schema, 'const')) return [schema['const']]
  const values = own(schema, 'enum')
  return Array.isArray(values) ? values : undefined
}

function namesOf(schema: JsonObject): string[] {
  const required = own(schema, 'required')
  return Array.isArray(required) ? required.map(String) : []
}

function membersOf(schema: JsonObject): Map<string, JsonSchema> {
  return new Map(
    Object.entries(objectAt(schema, 'properties')).filter((entry): entry is [string, JsonSchema] => isSchema(entry[1])),
  )
}

function objectAt(schema: JsonObject, keyword: string): JsonObject {
  const value = own(schema, keyword)
  return isObject(value) ? value : {}
}

/** The same JSON value, whatever the order of keys. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((value, index) => isSame(value, b[index]))
  if (!isObject(a) || !isObject(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isSame(a[key], b[key]))
}
