import { type JsonObject, type JsonSchema, at, isObject, own } from '../json.ts'
import { pointerOf } from '../read/refs.ts'
import { isSchema, subschemas } from './keywords.ts'

/** Finds what a `$ref` inside a schema means. */
export class SchemaScope {
  readonly #find: (reference: string) => unknown
  readonly #resources = new Map<JsonSchema, Map<string, JsonSchema>>()
  /** `$ref` schemas that would lead back to themselves without going deeper into the value. */
  readonly loops: WeakSet<JsonObject> = new WeakSet()

  /** `find` looks a `#/…` reference up in the whole document. */
  constructor(find: (reference: string) => unknown) {
    this.#find = find
  }

  /**
   * The schema a reference names, and the schema its own references are relative to. `base` is the outermost schema the
   * reference stands in: `#` and, where the document has no such place, `#/$defs/…` are relative to it, as are `$id` and `$anchor`.
   */
  resolve(reference: string, base: JsonSchema): { schema: JsonSchema; base: JsonSchema } | undefined {
    if (reference === '#') return { schema: base, base }
    const pointer = pointerOf(reference)
    if (pointer !== undefined) {
      const inDocument = this.#find(reference)
      if (isSchema(inDocument)) return { schema: inDocument, base: inDocument }
      const inBase = at(base, pointer)
      return isSchema(inBase) ? { schema: inBase, base } : undefined
    }
    const named = this.#named(base).get(reference)
    if (named !== undefined) return { schema: named, base }
    const hash = reference.indexOf('#')
    const resource = hash > 0 ? this.#named(base).get(reference.slice(0, hash)) : undefined
    const inside = resource === undefined ? undefined : at(resource, pointerOf(reference.slice(hash)) ?? '#')
    return isSchema(inside) ? { schema: inside, base } : undefined
  }

  /** Everything with an `$id` or an anchor inside a base schema, by the text that refers to it. */
  #named(base: JsonSchema): Map<string, JsonSchema> {
    const known = this.#resources.get(base)
    if (known !== undefined) return known
    const names = new Map<string, JsonSchema>()
    const open: JsonSchema[] = [base]
    const seen = new Set<JsonSchema>()
    for (let schema = open.pop(); schema !== undefined; schema = open.pop()) {
      if (!isObject(schema) || seen.has(schema)) continue
      seen.add(schema)
      const id = own(schema, '$id')
      if (typeof id === 'string') names.set(id, schema)
      for (const keyword of ['$anchor', '$dynamicAnchor']) {
        const anchor = own(schema, keyword)
        if (typeof anchor === 'string') names.set(`#${anchor}`, schema)
      }
      for (const inner of subschemas(schema)) open.push(inner.schema)
    }
    this.#resources.set(base, names)
    return names
  }
}
