import type { DeclaredField } from './declared-field.ts'
import type { FieldTraffic } from './field-traffic.ts'
import type { MessageTraffic } from './message-traffic.ts'

/** How the traffic differs from what the contract says. None of it makes a message invalid. */
type DriftKind =
  /** Messages carry a member that the contract does not name. */
  | 'unknown-field'
  /** A declared member never comes. */
  | 'unused-field'
  /** An optional member always comes: clients may rely on it already. */
  | 'always-present'
  /** A value of an enum never comes. */
  | 'unused-enum-value'
  /** Null is allowed and never comes. */
  | 'never-null'
  /** Every value is the declared limit: the real ones may have been cut to it. */
  | 'always-at-limit'
  /** A deprecated member still comes. */
  | 'deprecated-used'

export interface Drift {
  readonly kind: DriftKind
  /** JSON pointer; `*` for elements of arrays and members whose names are data. */
  readonly pointer: string
  /** One sentence with the numbers. */
  readonly detail: string
}

/** What never came is only reported after so many messages. */
const MIN_LOOKED = 100
const MAX_FINDINGS = 200

/** The differences between a message's schema and its traffic, at most 200. None for messages without a schema. */
export function driftOf(traffic: MessageTraffic): readonly Drift[] {
  const { root, looked } = traffic
  if (root?.declared === undefined) return []
  const findings: Drift[] = []
  compare(root, root.declared, looked, findings)
  return findings.slice(0, MAX_FINDINGS)
}

function compare(field: FieldTraffic, declared: DeclaredField, looked: number, findings: Drift[]): void {
  const add = (kind: DriftKind, pointer: string, detail: string): void => void findings.push({ kind, pointer, detail })
  const times = Object.values(field.types).reduce((sum, count) => sum + count, 0)
  if (times >= MIN_LOOKED) compareValues(field, declared, times, add)
  if (declared.deprecated) add('deprecated-used', field.pointer, `in ${field.seen} of ${looked} messages`)

  const parents = field.types.object ?? 0
  for (const [name, member] of declared.members) {
    const seen = field.members.get(name)
    const pointer = `${field.pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
    if (seen === undefined) {
      if (parents >= MIN_LOOKED) add('unused-field', pointer, `in none of ${parents} objects`)
      continue
    }
    const present = Object.values(seen.types).reduce((sum, count) => sum + count, 0)
    if (!member.required && parents >= MIN_LOOKED && present === parents) {
      add('always-present', pointer, `optional, and in all of ${parents} objects`)
    }
    compare(seen, member, looked, findings)
  }
  // Without declared members an object is open: its names are data, and nothing is unknown.
  if (declared.members.size > 0) {
    for (const [name, member] of field.members) {
      if (!declared.members.has(name)) add('unknown-field', member.pointer, `in ${member.seen} of ${looked} messages`)
    }
  }
  if (field.items !== undefined && declared.items !== undefined) compare(field.items, declared.items, looked, findings)
}

function compareValues(
  field: FieldTraffic,
  declared: DeclaredField,
  times: number,
  add: (kind: DriftKind, pointer: string, detail: string) => void,
): void {
  const { pointer, values, minimum, maximum, minLength, maxLength } = field
  if (declared.values !== undefined && declared.values.size > 1 && values !== undefined) {
    for (const value of declared.values) {
      if (typeof value !== 'object' && !values.has(value as string)) {
        add('unused-enum-value', pointer, `${JSON.stringify(value)} never came in ${times} values`)
      }
    }
  }
  if (declared.nullable && field.types.null === undefined)
    add('never-null', pointer, `null never came in ${times} values`)
  if (minimum !== undefined && minimum === maximum && (minimum === declared.minimum || minimum === declared.maximum)) {
    add('always-at-limit', pointer, `all of ${times} values are ${minimum}`)
  }
  const limit = field.types.array === undefined ? declared.maxLength : declared.maxItems
  if (limit !== undefined && limit > 1 && minLength === limit && maxLength === limit) {
    add('always-at-limit', pointer, `all of ${times} values have the length ${limit}`)
  }
}
