import { type JsonObject, type JsonSchema, type JsonValue, isObject, own, setOwn } from '../json.ts'
import { referenceOf } from '../read/refs.ts'
import { subschemas } from './keywords.ts'
import type { SchemaScope } from './scope.ts'

/** A copy of a schema that stands on its own: what it refers to, directly or not, is under `$defs`. Dead references become `true`. */
export function bundle(schema: JsonSchema, base: JsonSchema, scope: SchemaScope): JsonSchema {
  if (!isObject(schema)) return schema
  return new Bundler(scope).bundle(schema, base)
}

class Bundler {
  readonly #scope: SchemaScope
  readonly #names = new Map<JsonSchema, string>()
  readonly #open: { name: string; schema: JsonSchema; base: JsonSchema }[] = []
  readonly #taken = new Set<string>()

  constructor(scope: SchemaScope) {
    this.#scope = scope
  }

  bundle(schema: JsonObject, base: JsonSchema): JsonSchema {
    const copied = this.#copy(schema, base) as JsonObject
    const definitions: JsonObject = {}
    for (let next = this.#open.pop(); next !== undefined; next = this.#open.pop()) {
      definitions[next.name] = this.#copy(next.schema, next.base)
    }
    return Object.keys(definitions).length === 0 ? copied : { ...copied, $defs: definitions }
  }

  #copy(schema: JsonSchema, base: JsonSchema): JsonSchema {
    if (!isObject(schema)) return schema
    const copied: JsonObject = {}
    // The keywords that name places are left out: every reference is rewritten.
    for (const key of Object.keys(schema)) if (!naming.has(key)) setOwn(copied, key, schema[key])
    for (const { schema: inner, pointer } of subschemas(copied)) replace(copied, pointer, this.#copy(inner, base))
    const reference = referenceOf(schema) ?? own(schema, '$dynamicRef') ?? own(schema, '$recursiveRef')
    if (typeof reference === 'string') this.#refer(copied, reference, base)
    return copied
  }

  #refer(copied: JsonObject, reference: string, base: JsonSchema): void {
    delete copied['$ref']
    const found = this.#scope.resolve(reference, base)
    if (found === undefined) return
    let name = this.#names.get(found.schema)
    if (name === undefined) {
      name = this.#nameFor(reference)
      this.#names.set(found.schema, name)
      this.#open.push({ name, ...found })
    }
    copied['$ref'] = `#/$defs/${name}`
  }

  #nameFor(reference: string): string {
    const last = reference.slice(Math.max(reference.lastIndexOf('/'), reference.lastIndexOf('#')) + 1)
    const wanted = last.replace(/%20|~1|~0|[^\w.-]/g, '_') || 'root'
    let name = wanted
    for (let number = 2; this.#taken.has(name); number += 1) name = `${wanted}_${number}`
    this.#taken.add(name)
    return name
  }
}

const naming: ReadonlySet<string> = new Set([
  '$id',
  '$anchor',
  '$dynamicAnchor',
  '$recursiveAnchor',
  '$defs',
  'definitions',
  '$dynamicRef',
  '$recursiveRef',
  '$schema',
])

/** Replaces the subschema at a one- or two-segment pointer without touching the original's containers. */
function replace(copied: JsonObject, pointer: string, schema: JsonSchema): void {
  const [keyword = '', ...rest] = pointer.slice(1).split('/')
  if (rest.length === 0) {
    copied[keyword] = schema
    return
  }
  const name = rest.join('/').replaceAll('~1', '/').replaceAll('~0', '~')
  const container = copied[keyword]
  const fresh: JsonValue[] | JsonObject = Array.isArray(container) ? [...container] : { ...(container as JsonObject) }
  setOwn(fresh, name, schema)
  copied[keyword] = fresh
}
