import type { DeclaredField } from './declared-field.ts'

export type ValueType = 'null' | 'boolean' | 'integer' | 'number' | 'string' | 'array' | 'object'

/** Different values that are counted one by one; with more, or with longer ones, only ranges are kept. */
const MAX_VALUES = 20
const MAX_VALUE_LENGTH = 64

/** Shared by the fields of all messages of a server. */
export interface FieldBudget {
  left: number
}

/** What was seen at one place of the payloads of one message. */
export class FieldTraffic {
  /** JSON pointer; `*` for the elements of an array and for members whose names are data. */
  readonly pointer: string
  readonly declared: DeclaredField | undefined
  /** Messages that were looked at and had it. */
  seen = 0
  readonly types: Partial<Record<ValueType, number>> = {}
  /** Of numbers. */
  minimum: number | undefined
  maximum: number | undefined
  /** Of strings, in UTF-16 code units, and of arrays, in elements. */
  minLength: number | undefined
  maxLength: number | undefined
  /** How often each value was seen; undefined when there are too many. */
  values: Map<string | number | boolean | null, number> | undefined = new Map()
  readonly members: Map<string, FieldTraffic> = new Map()
  items: FieldTraffic | undefined
  #lastLook = 0

  constructor(pointer: string, declared: DeclaredField | undefined) {
    this.pointer = pointer
    this.declared = declared
  }

  /** `look` numbers the message, so that a place in an array counts once for it. Gives how many values may still be visited. */
  see(value: unknown, look: number, budget: FieldBudget, visits: number): number {
    if (visits <= 0) return 0
    if (this.#lastLook !== look) {
      this.#lastLook = look
      this.seen++
    }
    const type = typeOf(value)
    this.types[type] = (this.types[type] ?? 0) + 1
    switch (type) {
      case 'array':
        this.#seeLength((value as unknown[]).length)
        return this.#seeElements(value as unknown[], look, budget, visits - 1)
      case 'object':
        return this.#seeMembers(value as Record<string, unknown>, look, budget, visits - 1)
      case 'string':
        this.#seeLength((value as string).length)
        break
      case 'integer':
      case 'number':
        if (this.minimum === undefined || (value as number) < this.minimum) this.minimum = value as number
        if (this.maximum === undefined || (value as number) > this.maximum) this.maximum = value as number
        break
      case 'boolean':
      case 'null':
    }
    this.#seeValue(value as string | number | boolean | null)
    return visits - 1
  }

  /** This field and all below it. */
  *all(): Generator<FieldTraffic> {
    yield this
    for (const member of this.members.values()) yield* member.all()
    if (this.items !== undefined) yield* this.items.all()
  }

  #seeElements(elements: readonly unknown[], look: number, budget: FieldBudget, visits: number): number {
    let left = visits
    for (const element of elements) {
      if (left <= 0) break
      this.items ??= this.#below('*', this.declared?.items, budget)
      if (this.items === undefined) break
      left = this.items.see(element, look, budget, left)
    }
    return left
  }

  #seeMembers(members: Record<string, unknown>, look: number, budget: FieldBudget, visits: number): number {
    let left = visits
    for (const name in members) {
      if (left <= 0) break
      const field = this.#member(name, budget)
      if (field !== undefined) left = field.see(members[name], look, budget, left)
      else left--
    }
    return left
  }

  /** Undefined when there are too many fields to follow another. */
  #member(name: string, budget: FieldBudget): FieldTraffic | undefined {
    const known = this.members.get(name)
    if (known !== undefined) return known
    const declared = this.declared?.members.get(name)
    if (declared === undefined && this.declared?.items !== undefined) {
      this.items ??= this.#below('*', this.declared.items, budget)
      return this.items
    }
    const field = this.#below(name.replaceAll('~', '~0').replaceAll('/', '~1'), declared, budget)
    if (field !== undefined) this.members.set(name, field)
    return field
  }

  #below(step: string, declared: DeclaredField | undefined, budget: FieldBudget): FieldTraffic | undefined {
    if (budget.left <= 0 || step.length > MAX_VALUE_LENGTH * 4) return undefined
    budget.left--
    return new FieldTraffic(`${this.pointer}/${step}`, declared)
  }

  #seeLength(length: number): void {
    if (this.minLength === undefined || length < this.minLength) this.minLength = length
    if (this.maxLength === undefined || length > this.maxLength) this.maxLength = length
  }

  #seeValue(value: string | number | boolean | null): void {
    const { values } = this
    if (values === undefined) return
    const count = values.get(value)
    if (count !== undefined) values.set(value, count + 1)
    else if (values.size >= MAX_VALUES || (typeof value === 'string' && value.length > MAX_VALUE_LENGTH)) {
      this.values = undefined
    } else values.set(value, 1)
  }
}

function typeOf(value: unknown): ValueType {
  switch (typeof value) {
    case 'string':
      return 'string'
    case 'number':
      return Number.isInteger(value) ? 'integer' : 'number'
    case 'boolean':
      return 'boolean'
    default:
      return value === null || value === undefined ? 'null' : Array.isArray(value) ? 'array' : 'object'
  }
}
