import type { Clock } from './clock.ts'

/** No slice is longer than this, however long the rest of the event loop took. */
const MAX_SLICE_MS = 20

export interface SliceTerms {
  /** How long a slice is at least, in milliseconds. Default 1. */
  readonly ms?: number | undefined
  /** How many units of work are done between two looks at the clock. Default 16: a look costs about 1% of so many writes. */
  readonly stride?: number | undefined
}

/**
 * What work in bulk may take of a turn of the event loop, so that a fan-out to very many does not hold up what everybody else asks:
 * 1 ms, or as long as the rest of the loop took while the work waited, so that a crowd that keeps the loop busy cannot starve it.
 */
export class Slice {
  /** How many units of work are done between two looks at the clock. */
  readonly stride: number
  readonly #clock: Clock
  readonly #ms: number
  #endsAtMs = Infinity
  #endedAtMs = 0

  constructor(clock: Clock, { ms = 1, stride = 16 }: SliceTerms = {}) {
    this.#clock = clock
    this.#ms = ms
    this.stride = stride
  }

  /** `goesOn`: whether work was left when the last slice ended. */
  begin(goesOn: boolean): void {
    const nowMs = this.#clock.monotonicMs()
    const waitedMs = goesOn ? nowMs - this.#endedAtMs : 0
    this.#endsAtMs = nowMs + Math.max(this.#ms, Math.min(waitedMs, MAX_SLICE_MS))
  }

  /** From here to its end the slice is never spent. */
  beginUnbounded(): void {
    this.#endsAtMs = Infinity
  }

  end(): void {
    this.#endedAtMs = this.#clock.monotonicMs()
    this.#endsAtMs = Infinity
  }

  /** Whether the rest is to wait for the next turn. */
  get isSpent(): boolean {
    return this.#endsAtMs !== Infinity && this.#clock.monotonicMs() >= this.#endsAtMs
  }
}
