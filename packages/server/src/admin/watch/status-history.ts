import type { Clock } from '../../runtime/clock.ts'
import { type ServerStatus, timeOf } from '../resources/status.ts'

/** What charts show of one moment: `StatusSample` of the description. */
export interface StatusSample extends Pick<ServerStatus, 'rates' | 'latencyMs' | 'eventLoopDelayMs' | 'memory'> {
  readonly time: string
  readonly connections: ServerStatus['connections']['byDoor']
}

/** In milliseconds. */
const SAMPLE_EVERY_MS = 2_000
/** Ten minutes, which is one page. */
const MAX_SAMPLES = 300

/** The last ten minutes of the status, so that charts have something to show when a page is opened. Stops when `stop` is called. */
export class StatusHistory {
  readonly #statusOf: () => ServerStatus
  readonly #clock: Clock
  readonly #samples: StatusSample[] = []
  #cancel: () => void = () => {}

  constructor(statusOf: () => ServerStatus, clock: Clock) {
    this.#statusOf = statusOf
    this.#clock = clock
    this.#sample()
  }

  /** Oldest first. */
  get samples(): readonly StatusSample[] {
    return this.#samples
  }

  stop(): void {
    this.#cancel()
  }

  #sample(): void {
    const { connections, rates, latencyMs, eventLoopDelayMs, memory } = this.#statusOf()
    const time = timeOf(this.#clock.wallMs())
    this.#samples.push({ time, connections: connections.byDoor, rates, latencyMs, eventLoopDelayMs, memory })
    if (this.#samples.length > MAX_SAMPLES) this.#samples.shift()
    this.#cancel = this.#clock.after(SAMPLE_EVERY_MS, () => this.#sample())
  }
}
