import { type JsonObject, type JsonSchema, isObject, join, own, setOwn, show } from '../../json.ts'
import type { SchemaError } from '../../model.ts'
import { spend } from '../budget.ts'
import { isSchema } from '../keywords.ts'
import { describe, maxErrors } from '../report.ts'
import type { Compiler } from '../validator.ts'
import { type Placed, listOf, schemaForItem, schemasFor, targetOf } from './places.ts'

/** Removes or reports the properties that no schema describes. A schema that describes none at all is open: it keeps everything. */
export class Pruner {
  readonly #compiler: Compiler
  readonly #mode: 'strip' | 'reject'
  readonly unknown: SchemaError[] = []

  constructor(compiler: Compiler, mode: 'strip' | 'reject') {
    this.#compiler = compiler
    this.#mode = mode
  }

  /** `schemas` are all that judge this value. */
  prune(value: unknown, schemas: readonly Placed[], pointer: string): unknown {
    spend()
    if (typeof value !== 'object' || value === null) return value
    const judges = schemas.flatMap((placed) => this.#applicable(placed, value, 0))
    return Array.isArray(value)
      ? this.#items(value, judges, pointer)
      : this.#properties(value as JsonObject, judges, pointer)
  }

  /** A schema with everything that judges the same value: references, combinations, and the alternatives that are valid. */
  #applicable({ schema, base }: Placed, value: unknown, hops: number): (Placed & { schema: JsonObject })[] {
    if (!isObject(schema) || hops > 32) return []
    const found: (Placed & { schema: JsonObject })[] = [{ schema, base }]
    const follow = (inner: Placed): void => void found.push(...this.#applicable(inner, value, hops + 1))
    const target = targetOf(schema, base, this.#compiler)
    if (target !== undefined) follow(target)
    for (const part of listOf(schema, 'allOf')) follow({ schema: part, base })
    for (const keyword of ['anyOf', 'oneOf']) {
      for (const branch of this.#alternatives(listOf(schema, keyword), base, value)) follow({ schema: branch, base })
    }
    const condition = own(schema, 'if')
    if (isSchema(condition)) {
      const holds = this.#compiler.compile(condition, base).test(value)
      if (holds) follow({ schema: condition, base })
      const branch = own(schema, holds ? 'then' : 'else')
      if (isSchema(branch)) follow({ schema: branch, base })
    }
    const dependent = own(schema, 'dependentSchemas')
    for (const [name, inner] of Object.entries(isObject(dependent) ? dependent : {})) {
      if (isSchema(inner) && isObject(value) && Object.hasOwn(value, name)) follow({ schema: inner, base })
    }
    return found
  }

  /** The valid alternatives; where an unknown property is all that is wrong with each, the first that is valid without it. */
  #alternatives(branches: readonly JsonSchema[], base: JsonSchema, value: unknown): JsonSchema[] {
    const valid = branches.filter((branch) => this.#compiler.compile(branch, base).test(value))
    if (valid.length > 0 || this.#mode === 'reject') return valid
    const repaired = branches.find((branch) => {
      const pruned = new Pruner(this.#compiler, 'strip').prune(value, [{ schema: branch, base }], '')
      return this.#compiler.compile(branch, base).test(pruned)
    })
    return repaired === undefined ? [] : [repaired]
  }

  #properties(value: JsonObject, judges: readonly (Placed & { schema: JsonObject })[], pointer: string): JsonObject {
    const open = !judges.some(({ schema }) =>
      ['properties', 'patternProperties', 'additionalProperties'].some((name) => own(schema, name) !== undefined),
    )
    if (open) return value
    const kept: JsonObject = {}
    let changed = false
    for (const name of Object.keys(value)) {
      const described = judges.flatMap(({ schema, base }) =>
        schemasFor(name, schema).map((one) => ({ schema: one, base })),
      )
      if (described.length === 0) {
        changed = true
        if (this.#mode === 'reject' && this.unknown.length < maxErrors) {
          this.unknown.push({
            pointer: join(pointer, name),
            expected: `no property ${show(name)}`,
            got: describe(value[name]),
            keyword: 'unknown',
          })
        }
        continue
      }
      const pruned = this.prune(value[name], described, join(pointer, name))
      if (pruned !== value[name]) changed = true
      setOwn(kept, name, pruned)
    }
    return changed ? kept : value
  }

  #items(value: readonly unknown[], judges: readonly (Placed & { schema: JsonObject })[], pointer: string): unknown[] {
    let copy: unknown[] | undefined
    for (const [index, item] of value.entries()) {
      const described = judges.flatMap(({ schema, base }) => {
        const one = schemaForItem(index, schema)
        return one === undefined ? [] : [{ schema: one, base }]
      })
      const pruned = described.length === 0 ? item : this.prune(item, described, join(pointer, index))
      if (pruned !== item) (copy ??= [...value])[index] = pruned
    }
    return copy ?? (value as unknown[])
  }
}
