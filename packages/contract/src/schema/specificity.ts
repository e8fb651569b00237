import { isObject } from '../json.ts'
import { declaredProperties } from './declared.ts'
import { fixedValues, nesting } from './fixed-values.ts'
import type { PayloadSchema } from './payload-schema.ts'

/** How much more a constant says than a name: no message declares as many properties. */
const fixedWeight = 10_000

/**
 * How much of a value a schema speaks of: the constants that the value has, then the properties that the schema declares. Of
 * several messages that a value is valid against, the one that says most about it is meant, not a lenient one that happens to
 * stand first.
 */
export class Specificity {
  readonly #fixed: readonly (readonly string[])[]
  readonly #declared: ReadonlySet<string>

  constructor(schema: PayloadSchema | undefined) {
    const source = schema?.jsonSchema
    if (source === undefined) {
      this.#fixed = []
      this.#declared = new Set()
      return
    }
    const { schema: root, base, scope } = source
    const places = [...fixedValues(root, base, scope).keys()].filter((place) => place !== '')
    this.#fixed = places.map((place) => place.split(nesting))
    this.#declared = new Set(declaredProperties(root, base, scope).map(([name]) => name))
  }

  /** The more, the more specific. The value is valid, so a constant that it has is the right one. */
  of(value: unknown): number {
    if (!isObject(value)) return 0
    let score = 0
    for (const path of this.#fixed) if (has(value, path)) score += fixedWeight
    for (const name of Object.keys(value)) if (this.#declared.has(name)) score += 1
    return score
  }
}

function has(value: unknown, path: readonly string[]): boolean {
  let at: unknown = value
  for (const name of path) {
    if (!isObject(at) || !Object.hasOwn(at, name)) return false
    at = at[name]
  }
  return true
}
