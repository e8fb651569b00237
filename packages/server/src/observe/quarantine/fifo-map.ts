/**
 * A map whose oldest key is found in constant time, however many were deleted before: an iterator of a plain Map walks over
 * the places of deleted keys each time. Keys are never set twice.
 */
export class FifoMap<Value> {
  readonly #values = new Map<string, Value>()
  /** Keys in the order they were set, from `#start` on. Those that were deleted are skipped. */
  #order: string[] = []
  #start = 0

  get size(): number {
    return this.#values.size
  }

  get(key: string): Value | undefined {
    return this.#values.get(key)
  }

  set(key: string, value: Value): void {
    this.#values.set(key, value)
    this.#order.push(key)
    // Amortised: the deleted places are at least as many as those that stay.
    if (this.#order.length > 2 * this.#values.size + 64) {
      this.#order = this.#order.slice(this.#start).filter((each) => this.#values.has(each))
      this.#start = 0
    }
  }

  delete(key: string): boolean {
    return this.#values.delete(key)
  }

  oldestKey(): string | undefined {
    while (this.#start < this.#order.length && !this.#values.has(this.#order[this.#start]!)) this.#start++
    return this.#order[this.#start]
  }

  /** Oldest first. */
  keys(): IterableIterator<string> {
    return this.#values.keys()
  }

  /** Oldest first. */
  values(): IterableIterator<Value> {
    return this.#values.values()
  }
}
