import { show, typeName } from '../json.ts'
import type { SchemaError } from '../model.ts'

/** Most errors one check reports: a person reads the first few. */
export const maxErrors = 10

/** Collects the causes why a value is not valid, one per place and expectation. */
export class Report {
  readonly errors: SchemaError[] = []

  /** True when no further error would be kept. */
  get full(): boolean {
    return this.errors.length >= maxErrors
  }

  /** Notes that `value` at `pointer` is not what was expected. */
  add(pointer: string, expected: string, value: unknown, keyword: string): void {
    this.#push({ pointer, expected, got: describe(value), keyword })
  }

  /** Notes that something expected at `pointer` is not there. */
  missing(pointer: string, expected: string, keyword: string): void {
    this.#push({ pointer, expected, got: 'nothing', keyword })
  }

  /** Takes over another report's errors. */
  addAll(errors: readonly SchemaError[]): void {
    for (const error of errors) this.#push(error)
  }

  #push(error: SchemaError): void {
    if (this.full) return
    if (this.errors.some(({ pointer, expected }) => pointer === error.pointer && expected === error.expected)) return
    this.errors.push(error)
  }
}

/** A value as an error shows it: `"12" (string)`, cut at 60 characters. */
export function describe(value: unknown): string {
  const type = typeName(value)
  return type === 'null' || type === 'undefined' ? type : `${show(value)} (${type})`
}

/** `"a"`, or `one of "a", "b"`, with at most ten written out. */
export function listOf(values: readonly unknown[]): string {
  if (values.length === 1) return show(values[0])
  const shown = values.slice(0, 10).map((value) => show(value))
  return `one of ${shown.join(', ')}${values.length > 10 ? ` and ${values.length - 10} more` : ''}`
}
