/** One look at the server's clock. */
interface Sample {
  /** Server's time minus the monotonic clock. */
  readonly offsetMs: number
  /** The offset is right within half of this. */
  readonly roundTripMs: number
}

const SAMPLES = 8
/** A wall clock and a monotonic clock that part by more than this: the machine slept, or somebody set the clock. */
const SUSPECT_MS = 500

/** Estimates the server's clock from requests that were answered with its time: the smallest of the last round trips is the best. */
export class ServerClock {
  readonly #monotonicMs: () => number
  readonly #wallMs: () => number
  #samples: Sample[] = []
  #driftMs: number

  constructor(monotonicMs: () => number, wallMs: () => number) {
    this.#monotonicMs = monotonicMs
    this.#wallMs = wallMs
    this.#driftMs = wallMs() - monotonicMs()
  }

  /** The server read `serverMs` between `sentMs` (on the monotonic clock) and now. */
  sample(serverMs: number, sentMs: number): void {
    const nowMs = this.#monotonicMs()
    const driftMs = this.#wallMs() - nowMs
    if (Math.abs(driftMs - this.#driftMs) > SUSPECT_MS) this.#samples = []
    this.#driftMs = driftMs
    const sample = { offsetMs: serverMs - (sentMs + nowMs) / 2, roundTripMs: nowMs - sentMs }
    this.#samples = [...this.#samples.slice(1 - SAMPLES), sample]
  }

  /** Milliseconds since the Unix epoch as the server sees it; this machine's clock before the first sample. */
  now(): number {
    const best = this.#samples.toSorted((a, b) => a.roundTripMs - b.roundTripMs)[0]
    return best === undefined ? this.#wallMs() : this.#monotonicMs() + best.offsetMs
  }
}
