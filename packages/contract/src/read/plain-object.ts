import type { Findings } from '../diagnostics.ts'
import { type JsonObject, type JsonValue, join, show } from '../json.ts'
import { isStandardSchema } from '../schema/standard-schema.ts'
import { type StandardSchemas, standIn } from './stand-in.ts'

/** Nesting beyond this is refused: no contract needs it and every later walk is recursive. */
export const maxDocumentDepth = 200

/** Values a document may have once aliases are written out. A "billion laughs" document passes it at once. */
export const maxDocumentValues = 1_000_000

/**
 * Copies a JavaScript value into plain JSON, so that later changes by the caller change nothing here.
 * For a Standard Schema object a JSON Schema is put in its place, and noted.
 */
export function plainFromObject(source: unknown, findings: Findings, standards: StandardSchemas): JsonValue {
  const copier = new Copier(findings, standards)
  return copier.copy(source, '', 0)
}

class Copier {
  readonly #findings: Findings
  readonly #standards: StandardSchemas
  readonly #open = new Set<object>()
  readonly #done = new Map<object, JsonValue>()
  #count = 0

  constructor(findings: Findings, standards: StandardSchemas) {
    this.#findings = findings
    this.#standards = standards
  }

  copy(value: unknown, pointer: string, depth: number): JsonValue {
    if (isStandardSchema(value)) return standIn(value, this.#standards)
    if (typeof value !== 'object' || value === null) return plainScalar(value, pointer, this.#findings)
    const done = this.#done.get(value)
    if (done !== undefined) return done
    this.#count += 1
    if (this.#open.has(value)) {
      this.#findings.add('not-json', pointer, 'The object contains itself; this place is read as null.')
      return null
    }
    if (depth > maxDocumentDepth || this.#count > maxDocumentValues) {
      this.#findings.add(
        'document-too-large',
        pointer,
        `Expected at most ${maxDocumentDepth} levels and ${maxDocumentValues} values; the rest is read as null.`,
      )
      return null
    }
    this.#open.add(value)
    const copied = this.#members(value, pointer, depth)
    this.#open.delete(value)
    this.#done.set(value, copied)
    return copied
  }

  #members(value: object, pointer: string, depth: number): JsonValue {
    try {
      if (Array.isArray(value)) return value.map((item, index) => this.copy(item, join(pointer, index), depth + 1))
      if (value instanceof RegExp) return value.source
      if (value instanceof Date) return value.toISOString()
      const copied: JsonObject = {}
      for (const key of Object.keys(value)) {
        const member = (value as Record<string, unknown>)[key]
        if (key === '__proto__') {
          this.#findings.add('not-json', join(pointer, key), 'The key "__proto__" is left out: it is not safe to hold.')
        } else if (member !== undefined) copied[key] = this.copy(member, join(pointer, key), depth + 1)
      }
      return copied
    } catch (error) {
      this.#findings.add(
        'not-json',
        pointer,
        `Reading this object failed (${show(error instanceof Error ? error.message : error)}); it is read as null.`,
      )
      return null
    }
  }
}

/** A scalar as JSON has it. Big integers become numbers; what JSON cannot say becomes null, with a finding. */
export function plainScalar(value: unknown, pointer: string, findings: Findings): JsonValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  if (typeof value === 'bigint') return Number(value)
  if (value === undefined) return null
  findings.add('not-json', pointer, `Expected a JSON value; got ${show(value)}, which is read as null.`)
  return null
}
