import { type JsonObject, type JsonSchema, isObject, own } from '../json.ts'
import { referenceOf } from '../read/refs.ts'
import { isSchema } from './keywords.ts'
import type { SchemaScope } from './scope.ts'
import { typesOf } from './rules/value.ts'

/** A scalar that a `const` or `enum` can fix. */
export type Scalar = string | number | boolean | null

/** A place whose value a schema fixes to a few scalars. */
interface FixedPlace {
  values: ReadonlySet<Scalar>
  /** The place may be missing in a valid value. */
  optional: boolean
}

/** What a schema fixes, by place: `[]`-joined property names, one or two deep; the place `''` holds the value's JSON type. */
export type FixedValues = ReadonlyMap<string, FixedPlace>

/** Separates the two names of a nested place; it cannot stand in the document's own names by accident. */
export const nesting = '\u0000'

/** Longest `enum` that still counts as fixing a property. */
const maxValues = 32

/** How far references and combinations are followed. */
const maxHops = 12

/** Finds the properties a schema fixes by `const` or a short `enum`, at the top and one level down. */
export function fixedValues(schema: JsonSchema, base: JsonSchema, scope: SchemaScope): FixedValues {
  return objectsOnly(fixed(schema, base, { scope, hops: 0, deep: true, steps: { left: maxSteps } }))
}

/** Where a schema also allows other things than objects, those have no properties: every place is then optional. */
function objectsOnly(places: FixedValues): FixedValues {
  const types = places.get('')?.values
  if (types !== undefined && [...types].every((type) => type === 'object')) return places
  return new Map([...places].map(([place, { values }]) => [place, { values, optional: place !== '' }]))
}

/** The JSON types a schema allows at its top, or undefined when it does not say. */
export function topTypes(schema: JsonSchema, base: JsonSchema, scope: SchemaScope): ReadonlySet<string> | undefined {
  const values = fixed(schema, base, { scope, hops: 0, deep: false, steps: { left: maxSteps } }).get('')?.values
  return values === undefined ? undefined : (values as ReadonlySet<string>)
}

/** How many schemas are looked at for one message: alternatives of alternatives multiply. Giving up only narrows less. */
const maxSteps = 5_000

interface Context {
  scope: SchemaScope
  hops: number
  deep: boolean
  steps: { left: number }
}

function fixed(schema: JsonSchema, base: JsonSchema, context: Context): FixedValues {
  context.steps.left -= 1
  if (context.steps.left < 0 || context.hops > maxHops) return new Map()
  if (!isObject(schema) || schema['nullable'] === true) return new Map()
  const parts: FixedValues[] = [ownPlaces(schema, base, context)]
  const deeper = { ...context, hops: context.hops + 1 }
  const reference = referenceOf(schema)
  const target = reference === undefined ? undefined : context.scope.resolve(reference, base)
  if (target !== undefined) parts.push(fixed(target.schema, target.base, deeper))
  const all = own(schema, 'allOf')
  if (Array.isArray(all)) parts.push(...all.filter(isSchema).map((part) => fixed(part, base, deeper)))
  for (const keyword of ['anyOf', 'oneOf']) {
    const branches = own(schema, keyword)
    if (!Array.isArray(branches) || branches.length === 0 || branches.length > maxValues) continue
    parts.push(union(branches.filter(isSchema).map((branch) => fixed(branch, base, deeper))))
  }
  return intersection(parts)
}

function ownPlaces(schema: JsonObject, base: JsonSchema, context: Context): FixedValues {
  const places = new Map<string, FixedPlace>()
  const types = typesOf(own(schema, 'type')).map((type) => (type === 'integer' ? 'number' : type))
  if (types.length > 0) places.set('', { values: new Set(types), optional: false })
  const properties = own(schema, 'properties')
  if (!context.deep || !isObject(properties)) return places
  const required = own(schema, 'required')
  const isRequired = (name: string): boolean => Array.isArray(required) && required.includes(name)
  for (const name of Object.keys(properties)) {
    const property = properties[name]
    if (!isSchema(property)) continue
    const optional = !isRequired(name)
    const values = scalarsOf(property, base, context)
    if (values !== undefined) places.set(name, { values, optional })
    else if (!name.includes(nesting)) {
      for (const [inner, place] of nestedPlaces(property, base, context)) {
        places.set(name + nesting + inner, { values: place.values, optional: optional || place.optional })
      }
    }
  }
  return places
}

function nestedPlaces(property: JsonSchema, base: JsonSchema, context: Context): [string, FixedPlace][] {
  if (context.hops > 4) return []
  const inner = objectsOnly(fixed(property, base, { ...context, hops: context.hops + 4 }))
  return [...inner].filter(([name]) => name !== '' && !name.includes(nesting))
}

/** The scalars a property's schema allows, when it allows few. */
function scalarsOf(schema: JsonSchema, base: JsonSchema, context: Context): ReadonlySet<Scalar> | undefined {
  if (!isObject(schema) || context.hops > maxHops || schema['nullable'] === true) return undefined
  const constant = own(schema, 'const')
  if (isScalar(constant)) return new Set([constant])
  const allowed = own(schema, 'enum')
  if (Array.isArray(allowed) && allowed.length <= maxValues && allowed.every(isScalar)) return new Set(allowed)
  const reference = referenceOf(schema)
  const target = reference === undefined ? undefined : context.scope.resolve(reference, base)
  if (target !== undefined) return scalarsOf(target.schema, target.base, { ...context, hops: context.hops + 1 })
  const all = own(schema, 'allOf')
  for (const part of Array.isArray(all) ? all : []) {
    const values = isSchema(part) ? scalarsOf(part, base, { ...context, hops: context.hops + 1 }) : undefined
    if (values !== undefined) return values
  }
  return undefined
}

function isScalar(value: unknown): value is Scalar {
  return value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

/** Every part must hold: a place fixed by several allows what all of them allow. */
function intersection(parts: readonly FixedValues[]): FixedValues {
  const places = new Map<string, FixedPlace>()
  for (const part of parts) {
    for (const [place, { values, optional }] of part) {
      const known = places.get(place)
      places.set(place, {
        values: known === undefined ? values : new Set([...known.values].filter((value) => values.has(value))),
        optional: optional && (known?.optional ?? true),
      })
    }
  }
  return places
}

/** One part must hold: a place counts only when all of them fix it. */
function union(parts: readonly FixedValues[]): FixedValues {
  const places = new Map<string, FixedPlace>()
  const [first] = parts
  for (const place of first?.keys() ?? []) {
    const all = parts.map((part) => part.get(place))
    if (!all.every((one) => one !== undefined)) continue
    places.set(place, {
      values: new Set(all.flatMap(({ values }) => [...values])),
      optional: all.some(({ optional }) => optional),
    })
  }
  return places
}
