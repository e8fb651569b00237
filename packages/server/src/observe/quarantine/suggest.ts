import type { CauseError } from './cause.ts'
import type { Edit, PatchOperation } from './edit.ts'

const CONVERTIBLE = ['number', 'integer', 'string', 'boolean'] as const

/**
 * The edit that would repair the mistakes of a cause, where it follows from them: a value of another type is converted, a
 * member that the contract does not know is removed. Undefined when any of them needs a person.
 */
export function suggestEdit(errors: readonly CauseError[]): Edit | undefined {
  const patch: PatchOperation[] = []
  for (const { pointer, expected, keyword } of errors) {
    const to = CONVERTIBLE.find((type) => expected === type)
    if (keyword === 'type' && to !== undefined) patch.push({ op: 'convert', path: pointer, to })
    else if (keyword === 'additionalProperties' || keyword === 'unknown') patch.push({ op: 'remove', path: pointer })
    else return undefined
  }
  return patch.length === 0 ? undefined : { patch }
}
