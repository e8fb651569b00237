import type { Findings } from '../diagnostics.ts'
import { type JsonObject, type JsonValue, isObject, join, own, show, textOf } from '../json.ts'

/** Reads the fields of one AsyncAPI object. A field of the wrong type is a finding and counts as missing. */
export class Fields {
  readonly object: JsonObject
  readonly pointer: string
  readonly #what: string
  readonly #findings: Findings

  /** `what` names the object in findings: `channel "prices"`. */
  constructor(object: JsonObject, pointer: string, what: string, findings: Findings) {
    this.object = object
    this.pointer = pointer
    this.#what = what
    this.#findings = findings
  }

  /** Reports every field that AsyncAPI does not know here. Extensions (`x-…`) are always fine. */
  allow(...names: readonly string[]): this {
    for (const key of Object.keys(this.object)) {
      if (names.includes(key) || key.startsWith('x-') || key === '$ref') continue
      const near = names.find((name) => name.toLowerCase() === key.toLowerCase())
      const hint =
        near === undefined
          ? `it is ignored. Known fields: ${names.join(', ')}`
          : `did you mean ${show(near)}? It is ignored`
      this.#findings.add('unknown-field', join(this.pointer, key), `${this.#what} has no field ${show(key)}; ${hint}.`)
    }
    return this
  }

  has(name: string): boolean {
    return own(this.object, name) !== undefined
  }

  /** The raw value. */
  get(name: string): JsonValue | undefined {
    return own(this.object, name)
  }

  at(name: string): string {
    return join(this.pointer, name)
  }

  text(name: string): string | undefined {
    const value = own(this.object, name)
    if (value === undefined || typeof value === 'string') return value
    this.wrong(name, 'a string', value)
    // `version: 1.0` is a number in YAML; what was meant is plain to see.
    return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
  }

  /** A string that AsyncAPI requires; `otherwise` is used when it is missing. */
  requiredText(name: string, otherwise: string): string {
    if (!this.has(name)) {
      this.#findings.add(
        'required-field',
        this.pointer,
        `${this.#what} needs ${show(name)}; it is read as ${show(otherwise)}.`,
      )
    }
    return this.text(name) ?? otherwise
  }

  /** An object field. `null` counts as missing without a finding: `parameters:` with nothing below it is common. */
  member(name: string): JsonObject | undefined {
    const value = own(this.object, name)
    if (value === undefined || value === null || isObject(value)) return value ?? undefined
    this.wrong(name, 'an object', value)
    return undefined
  }

  list(name: string): JsonValue[] | undefined {
    const value = own(this.object, name)
    if (value === undefined || value === null || Array.isArray(value)) return value ?? undefined
    this.wrong(name, 'a list', value)
    return undefined
  }

  /** A list of strings; numbers and booleans in it are read as text. */
  texts(name: string): string[] | undefined {
    return this.list(name)?.map((value, index) => {
      if (typeof value !== 'string') {
        this.#findings.add(
          'wrong-type',
          join(this.pointer, name, index),
          `Expected a string; got ${show(value)}, which is read as ${show(textOf(value))}.`,
        )
      }
      return textOf(value)
    })
  }

  wrong(name: string, expected: string, got: JsonValue): void {
    this.#findings.add(
      'wrong-type',
      this.at(name),
      `Expected ${name} of ${this.#what} to be ${expected}; got ${show(got)}.`,
    )
  }
}

/** Leaves out the members that are undefined, as `exactOptionalPropertyTypes` wants it. */
export function defined<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const result: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(object)) if (value !== undefined) result[key] = value
  return result as { [K in keyof T]: Exclude<T[K], undefined> }
}
