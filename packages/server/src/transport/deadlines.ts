import type { MemoryCeiling } from '../guard/limits/memory-ceiling.ts'
import type { LimitLabel } from '../settings/setting.ts'
import type { Clock } from '../runtime/clock.ts'
import { type Sheddable, shedSlowest } from './shed-slowest.ts'

/** Something with deadlines that may be late by the granularity of {@link Deadlines}, and with a queue. */
export interface HasDeadlines extends Sheddable {
  /** `nowMs` is the monotonic clock's; `activeMs` is {@link Deadlines.activeMs}. */
  checkDeadlines(nowMs: number, activeMs: number): void
}

export interface DeadlinesOptions {
  readonly clock: Clock
  /** What may wait for all transports together, in bytes. */
  readonly maxQueuedBytes: number
  readonly memory: MemoryCeiling
  /** Hears of each limit that was hit. */
  readonly limitHit: (name: LimitLabel) => void
}

/** Deadlines are seconds; one sweep over all connections is cheaper than a timer for each. */
const SWEEP_EVERY_MS = 500

/** A sweep this late means that the process stood still: that time is not held against the peers. */
const STALL_MS = 2_000

/** One timer for all transports: their deadlines, and what they hold together. */
export class Deadlines {
  readonly #options: DeadlinesOptions
  readonly #watched = new Set<HasDeadlines>()
  #sweepDueMs = Infinity
  #stalledMs = 0

  constructor(options: DeadlinesOptions) {
    this.#options = options
  }

  /**
   * The monotonic clock without the times at which the process stood still (stopped, or kept busy), in milliseconds: for how long
   * a peer has been waited for.
   */
  get activeMs(): number {
    return this.#options.clock.monotonicMs() - this.#stalledMs
  }

  add(watched: HasDeadlines): void {
    this.#watched.add(watched)
    if (this.#sweepDueMs === Infinity) this.#sweepLater()
  }

  remove(watched: HasDeadlines): void {
    this.#watched.delete(watched)
  }

  /** For transports, when a limit has ended or slowed them. */
  limitHit(name: LimitLabel): void {
    this.#options.limitHit(name)
  }

  #sweepLater(): void {
    const { clock } = this.#options
    this.#sweepDueMs = clock.monotonicMs() + SWEEP_EVERY_MS
    clock.after(SWEEP_EVERY_MS, () => this.#sweep())
  }

  #sweep(): void {
    const nowMs = this.#options.clock.monotonicMs()
    const lateMs = nowMs - this.#sweepDueMs
    if (lateMs > STALL_MS) this.#stalledMs += lateMs
    this.#sweepDueMs = Infinity
    const activeMs = nowMs - this.#stalledMs
    let queuedBytes = 0
    for (const watched of this.#watched) {
      watched.checkDeadlines(nowMs, activeMs)
      queuedBytes += watched.queuedBytes
    }
    this.#shed(queuedBytes)
    if (this.#watched.size > 0) this.#sweepLater()
  }

  #shed(queuedBytes: number): void {
    const { maxQueuedBytes, memory } = this.#options
    const tooMuch = queuedBytes - maxQueuedBytes
    for (let n = tooMuch > 0 ? shedSlowest(this.#watched, tooMuch) : 0; n > 0; n--) this.limitHit('outbox-total')
    const { excessBytes } = memory
    for (let n = excessBytes > 0 ? shedSlowest(this.#watched, excessBytes) : 0; n > 0; n--) this.limitHit('memory')
  }
}
