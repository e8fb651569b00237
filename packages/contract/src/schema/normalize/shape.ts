import { type JsonObject, type JsonSchema, isObject, own, setOwn } from '../../json.ts'
import { spend } from '../budget.ts'
import { coerceScalar, wantedTypes } from '../coerce.ts'
import { isSchema } from '../keywords.ts'
import type { Policy } from '../policy.ts'
import type { Compiler } from '../validator.ts'
import { listOf, schemaForItem, schemasFor, targetOf } from './places.ts'

/** Coerces scalars and fills in defaults. */
export class Shaper {
  readonly #compiler: Compiler
  readonly #policy: Policy

  constructor(compiler: Compiler, policy: Policy) {
    this.#compiler = compiler
    this.#policy = policy
  }

  /** The value in the shape its schema asks for; the same object when nothing differs. */
  shape(value: unknown, schema: JsonSchema, base: JsonSchema): unknown {
    spend()
    if (!isObject(schema)) return value
    let shaped = this.#policy.coerce ? coerceScalar(value, wantedTypes(schema, base, this.#compiler.scope)) : value
    const target = targetOf(schema, base, this.#compiler)
    if (target !== undefined) shaped = this.shape(shaped, target.schema, target.base)
    for (const part of listOf(schema, 'allOf')) shaped = this.shape(shaped, part, base)
    for (const keyword of ['anyOf', 'oneOf']) shaped = this.#alternative(shaped, listOf(schema, keyword), base)
    if (isObject(shaped)) shaped = this.#properties(shaped, schema, base)
    else if (Array.isArray(shaped)) shaped = this.#items(shaped, schema, base)
    return this.#condition(shaped, schema, base)
  }

  /** The first alternative that is valid: as the value is, or else after shaping. */
  #alternative(value: unknown, branches: readonly JsonSchema[], base: JsonSchema): unknown {
    const valid = branches.find((branch) => this.#compiler.compile(branch, base).test(value))
    if (valid !== undefined) return this.shape(value, valid, base)
    for (const branch of branches) {
      const shaped = this.shape(value, branch, base)
      if (this.#compiler.compile(branch, base).test(shaped)) return shaped
    }
    return value
  }

  #condition(value: unknown, schema: JsonObject, base: JsonSchema): unknown {
    const condition = own(schema, 'if')
    if (!isSchema(condition)) return value
    const branch = own(schema, this.#compiler.compile(condition, base).test(value) ? 'then' : 'else')
    return isSchema(branch) ? this.shape(value, branch, base) : value
  }

  #properties(value: JsonObject, schema: JsonObject, base: JsonSchema): JsonObject {
    let copy: JsonObject | undefined
    const set = (name: string, inner: unknown): void => setOwn((copy ??= { ...value }), name, inner)
    for (const name of Object.keys(value)) {
      for (const one of schemasFor(name, schema)) {
        const before: unknown = (copy ?? value)[name]
        const after = this.shape(before, one, base)
        if (after !== before) set(name, after)
      }
    }
    const declared = own(schema, 'properties')
    if (this.#policy.defaults !== 'apply' || !isObject(declared)) return copy ?? value
    for (const [name, property] of Object.entries(declared)) {
      if (Object.hasOwn(value, name)) continue
      const otherwise = this.#defaultOf(property as JsonSchema, base)
      if (otherwise !== undefined) set(name, this.shape(structuredClone(otherwise), property as JsonSchema, base))
    }
    return copy ?? value
  }

  #defaultOf(schema: JsonSchema, base: JsonSchema, hops = 0): unknown {
    if (!isObject(schema) || hops > 8) return undefined
    const otherwise = own(schema, 'default')
    if (otherwise !== undefined) return otherwise
    const target = targetOf(schema, base, this.#compiler)
    return target === undefined ? undefined : this.#defaultOf(target.schema, target.base, hops + 1)
  }

  #items(value: readonly unknown[], schema: JsonObject, base: JsonSchema): unknown[] {
    let copy: unknown[] | undefined
    for (const [index, item] of value.entries()) {
      const one = schemaForItem(index, schema)
      const shaped = one === undefined ? item : this.shape(item, one, base)
      if (shaped !== item) (copy ??= [...value])[index] = shaped
    }
    return copy ?? (value as unknown[])
  }
}
