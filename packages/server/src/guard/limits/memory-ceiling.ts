import type { Clock } from '../../runtime/clock.ts'

/** Reading the memory is a system call. */
const MEASURE_EVERY_MS = 500

/** Whether this process has grown past what it may use. */
export class MemoryCeiling {
  readonly #maxBytes: number
  readonly #clock: Clock
  readonly #measure: () => number
  #measuredMs = -Infinity
  #excessBytes = 0

  /** `measure`: resident bytes of the process; for tests. */
  constructor(maxBytes: number, clock: Clock, measure: () => number = () => process.memoryUsage.rss()) {
    this.#maxBytes = maxBytes
    this.#clock = clock
    this.#measure = measure
  }

  /** Bytes over the ceiling; 0 below. As of half a second ago at most. */
  get excessBytes(): number {
    const nowMs = this.#clock.monotonicMs()
    if (nowMs - this.#measuredMs >= MEASURE_EVERY_MS) {
      this.#measuredMs = nowMs
      this.#excessBytes = Math.max(0, this.#measure() - this.#maxBytes)
    }
    return this.#excessBytes
  }
}
