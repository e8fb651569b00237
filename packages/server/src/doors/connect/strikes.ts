/** Counts messages that were no requests (PROTOCOL.md 2.6). */
export class Strikes {
  readonly #limit: number
  readonly #memoryMs: number
  #times: number[] = []

  constructor(limit: number, memoryMs: number) {
    this.#limit = limit
    this.#memoryMs = memoryMs
  }

  /** Adds one; true when that was one too many. */
  isOut(nowMs: number): boolean {
    this.#times = this.#times.filter((time) => nowMs - time < this.#memoryMs)
    this.#times.push(nowMs)
    return this.#times.length >= this.#limit
  }
}
