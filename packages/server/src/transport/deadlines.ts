import type { Clock } from '../runtime/clock.ts'

/** Something with deadlines that may be late by the granularity of {@link Deadlines}. */
export interface HasDeadlines {
  checkDeadlines(nowMs: number): void
}

/** Deadlines are seconds; one sweep over all connections is cheaper than a timer for each. */
const SWEEP_EVERY_MS = 500

/** One timer for all connections. */
export class Deadlines {
  readonly #clock: Clock
  readonly #watched = new Set<HasDeadlines>()
  #isSweeping = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add(watched: HasDeadlines): void {
    this.#watched.add(watched)
    if (!this.#isSweeping) this.#sweepLater()
  }

  remove(watched: HasDeadlines): void {
    this.#watched.delete(watched)
  }

  #sweepLater(): void {
    this.#isSweeping = true
    this.#clock.after(SWEEP_EVERY_MS, () => this.#sweep())
  }

  #sweep(): void {
    this.#isSweeping = false
    const nowMs = this.#clock.monotonicMs()
    for (const watched of this.#watched) watched.checkDeadlines(nowMs)
    if (this.#watched.size > 0) this.#sweepLater()
  }
}
