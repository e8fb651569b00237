import type { JsonObject } from '@hydrant/contract'
import { literalType } from './literal-type.ts'
import {
  type Doc,
  type Property,
  type TypeTree,
  intersection,
  neverType,
  text,
  union,
  unknownType,
} from './type-tree.ts'

/** An object of which the schema says nothing more. */
const anyObject: TypeTree = { kind: 'object', properties: [], index: unknownType }

/** Finds the declaration of a `$ref`; undefined when it leads nowhere. */
export type Resolve = (reference: string) => TypeTree | undefined

/** Deeper inline types say `unknown`: no message of Hydrant nests deeper (DESIGN §13). */
const maxDepth = 64

/**
 * The type of what a JSON Schema accepts. Where TypeScript cannot say it exactly (`not`, `if`, `pattern`, ranges) the type is wider,
 * never narrower. A keyword about objects or arrays implies the type when `type` is absent.
 */
export function schemaType(schema: unknown, resolve: Resolve, depth = 0): TypeTree {
  if (schema === false) return neverType
  if (!isObject(schema) || depth > maxDepth) return unknownType
  const inner = (one: unknown): TypeTree => schemaType(one, resolve, depth + 1)
  const combined = [
    referred(own(schema, '$ref'), resolve),
    ...listOf(schema, 'allOf').map(inner),
    ...['anyOf', 'oneOf']
      .map((key) => listOf(schema, key))
      .flatMap((some) => (some.length > 0 ? [union(some.map(inner))] : [])),
    refuses(own(schema, 'not')) ? neverType : unknownType,
  ].filter((part) => part !== unknownType)
  const itself = ownType(schema, inner)
  // `type: object` beside parts that say which object adds nothing but an index signature that hides misspelled names.
  const parts = itself === anyObject && combined.length > 0 ? combined : [itself, ...combined]
  // OpenAPI's `nullable` widens everything that stands beside it.
  return own(schema, 'nullable') === true ? union([intersection(parts), text('null')]) : intersection(parts)
}

/** What a schema says about itself in words. */
export function docOf(schema: unknown): Doc | undefined {
  if (!isObject(schema)) return undefined
  const description = [own(schema, 'description'), own(schema, 'title')].find((one) => typeof one === 'string')
  const deprecated = own(schema, 'deprecated') === true
  if (description === undefined && !deprecated) return undefined
  return { ...(description === undefined ? {} : { description }), ...(deprecated ? { deprecated } : {}) }
}

function referred(reference: unknown, resolve: Resolve): TypeTree {
  return (typeof reference === 'string' ? resolve(reference) : undefined) ?? unknownType
}

/** What `const`, `enum`, `type` and the keywords of objects and arrays say. */
function ownType(schema: JsonObject, inner: (schema: unknown) => TypeTree): TypeTree {
  const written = [own(schema, 'type')].flat().filter((type): type is string => typeof type === 'string')
  const types = written.filter((type) => jsonTypes.has(type))
  const values = fixedValues(schema)
  if (values !== undefined) {
    const allowed = values.filter((value) => types.length === 0 || types.some((type) => jsonTypes.get(type)!(value)))
    return union(allowed.map((value) => text(literalType(value))))
  }
  if (types.length === 0) types.push(...impliedTypes(schema))
  if (types.length === 0) return unknownType
  return union(types.map((type) => typeNamed(type, schema, inner)))
}

const jsonTypes: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ['null', (value) => value === null],
  ['boolean', (value) => typeof value === 'boolean'],
  ['number', (value) => typeof value === 'number'],
  ['integer', (value) => Number.isInteger(value)],
  ['string', (value) => typeof value === 'string'],
  ['array', (value) => Array.isArray(value)],
  ['object', (value) => isObject(value)],
])

function fixedValues(schema: JsonObject): unknown[] | undefined {
  const allowed = own(schema, 'enum')
  const values = Array.isArray(allowed) ? allowed : undefined
  const constant = own(schema, 'const')
  if (constant === undefined) return values
  return values === undefined || values.includes(constant) || typeof constant === 'object' ? [constant] : []
}

function impliedTypes(schema: JsonObject): string[] {
  const has = (key: string): boolean => own(schema, key) !== undefined
  return [
    ...(['properties', 'required', 'patternProperties', 'additionalProperties'].some(has) ? ['object'] : []),
    ...(['items', 'prefixItems'].some(has) ? ['array'] : []),
  ]
}

function typeNamed(type: string, schema: JsonObject, inner: (schema: unknown) => TypeTree): TypeTree {
  if (type === 'object') return objectType(schema, inner)
  if (type === 'array') return arrayType(schema, inner)
  return text(type === 'integer' ? 'number' : type)
}

function objectType(schema: JsonObject, inner: (schema: unknown) => TypeTree): TypeTree {
  const declared = own(schema, 'properties')
  const schemas = new Map(isObject(declared) ? Object.entries(declared) : [])
  const required = new Set(listOf(schema, 'required').filter((name) => typeof name === 'string'))
  const others = otherProperties(schema, inner)
  const properties = [...schemas].map(([name, property]): Property => {
    const doc = docOf(property)
    return { name, type: inner(property), optional: !required.has(name), ...(doc === undefined ? {} : { doc }) }
  })
  for (const name of required) {
    if (!schemas.has(name)) properties.push({ name, type: others ?? unknownType, optional: false })
  }
  if (others === undefined) {
    return properties.length > 0
      ? { kind: 'object', properties }
      : own(schema, 'additionalProperties') === false
        ? { kind: 'object', properties, index: neverType }
        : anyObject
  }
  // TypeScript wants an index signature to cover the properties beside it.
  const covered = properties.map((property) => property.type)
  const absent = properties.some(({ optional }) => optional) ? [text('undefined')] : []
  return { kind: 'object', properties, index: union([others, ...covered, ...absent]) }
}

/**
 * The type of properties without a name of their own, where the schema describes them. A schema that does not mention them is open in JSON Schema and
 * in TypeScript alike: an index signature would only hide misspelled names.
 */
function otherProperties(schema: JsonObject, inner: (schema: unknown) => TypeTree): TypeTree | undefined {
  const patterns = own(schema, 'patternProperties')
  const additional = own(schema, 'additionalProperties')
  const types = [
    ...Object.values(isObject(patterns) ? patterns : {}).map(inner),
    ...(additional === undefined || additional === false ? [] : [inner(additional)]),
  ]
  return types.length === 0 ? undefined : union(types)
}

function arrayType(schema: JsonObject, inner: (schema: unknown) => TypeTree): TypeTree {
  const items = own(schema, 'items')
  const prefix = listOf(schema, Array.isArray(items) ? 'items' : 'prefixItems')
  if (prefix.length === 0) return { kind: 'array', item: inner(items ?? true) }
  const after = own(schema, Array.isArray(items) ? 'additionalItems' : 'items')
  const least = numberOf(schema, 'minItems') ?? 0
  const most = numberOf(schema, 'maxItems') ?? Infinity
  const places = prefix.slice(0, most).map((place, index) => ({ type: inner(place), optional: index >= least }))
  const closed = after === false || most <= prefix.length
  return { kind: 'tuple', items: places, ...(closed ? {} : { rest: inner(after ?? true) }) }
}

function refuses(not: unknown): boolean {
  return not === true || (isObject(not) && Object.keys(not).length === 0)
}

function listOf(schema: JsonObject, key: string): unknown[] {
  const value = own(schema, key)
  return Array.isArray(value) ? value : []
}

function numberOf(schema: JsonObject, key: string): number | undefined {
  const value = own(schema, key)
  return typeof value === 'number' ? value : undefined
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The documents' names are not ours: `constructor` is never read from the prototype. */
function own(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined
}
