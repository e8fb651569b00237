import type { Findings } from '../diagnostics.ts'
import { type JsonObject, type JsonSchema, isObject, join, show } from '../json.ts'
import { type References, referenceOf } from '../read/refs.ts'
import { subschemas } from './keywords.ts'
import type { SchemaScope } from './scope.ts'

/** A schema on the way of the search, with the schemas that judge the same value and have not been followed yet. */
interface Frame {
  schema: JsonObject
  pointer: string
  next: { schema: JsonSchema; base: JsonSchema; pointer: string; byReference: boolean }[]
}

/** Finds references that lead back to where they stand without going deeper into the value, and cuts them: they would never end. */
export class LoopCutter {
  readonly #scope: SchemaScope
  readonly #references: References
  readonly #findings: Findings
  readonly #done = new Set<JsonSchema>()

  constructor(scope: SchemaScope, references: References, findings: Findings) {
    this.#scope = scope
    this.#references = references
    this.#findings = findings
  }

  /** Searches from one schema, depth first. Each schema is followed once in the life of this object. */
  cut(schema: JsonSchema, pointer: string, base: JsonSchema = schema): void {
    if (!isObject(schema) || this.#done.has(schema)) return
    const path = [this.#frame(schema, pointer, base)]
    const open = new Set<JsonSchema>([schema])
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.next.pop()
      if (next === undefined) {
        path.pop()
        open.delete(top.schema)
        this.#done.add(top.schema)
      } else if (open.has(next.schema)) {
        this.#cutAt(path, next.schema, next.byReference)
      } else if (isObject(next.schema) && !this.#done.has(next.schema)) {
        open.add(next.schema)
        path.push(this.#frame(next.schema, next.pointer, next.base))
      }
    }
  }

  /** Every loop passes a reference: the last one on the way is cut. */
  #cutAt(path: readonly Frame[], start: JsonSchema, byReference: boolean): void {
    const frame = byReference
      ? path.at(-1)
      : path.findLast(({ schema }) => referenceOf(schema) !== undefined && schema !== start)
    const last = frame ?? path.at(-1)!
    this.#scope.loops.add(last.schema)
    this.#findings.add(
      'schema-loop',
      join(last.pointer, '$ref'),
      `${show(referenceOf(last.schema))} leads back here without going deeper into the value, so it says nothing; it is ignored.`,
    )
  }

  #frame(schema: JsonObject, pointer: string, base: JsonSchema): Frame {
    const next: Frame['next'] = subschemas(schema, pointer)
      .filter(({ inPlace }) => inPlace)
      .map((inner) => ({ ...inner, base, byReference: false }))
    const reference = referenceOf(schema)
    const target = reference === undefined ? undefined : this.#scope.resolve(reference, base)
    if (target !== undefined)
      next.push({ ...target, pointer: this.#references.find(reference!)?.pointer ?? pointer, byReference: true })
    return { schema, pointer, next }
  }
}
