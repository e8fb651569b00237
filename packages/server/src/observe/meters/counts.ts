/** Counters by name for names that come from outside our own tables: after `maxNames` the rest is counted as `other`. */
export class Counts {
  readonly #byName = new Map<string, number>()
  readonly #maxNames: number

  /** `maxNames` defaults to 64. */
  constructor(maxNames = 64) {
    this.#maxNames = maxNames
  }

  add(name: string, times = 1): void {
    const known = this.#byName.has(name) || this.#byName.size < this.#maxNames
    const counted = known ? name : OTHER
    this.#byName.set(counted, (this.#byName.get(counted) ?? 0) + times)
  }

  get(name: string): number {
    return this.#byName.get(name) ?? 0
  }

  entries(): IterableIterator<[name: string, count: number]> {
    return this.#byName.entries()
  }
}

const OTHER = 'other'
