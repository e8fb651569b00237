import { Histogram } from './histogram.ts'

/** Where a request over HTTP went: `meta` is everything below `/-/` and the API's page. */
export const HTTP_DOORS = ['http', 'sse', 'meta'] as const

/** One of {@link HTTP_DOORS}. */
export type HttpDoor = (typeof HTTP_DOORS)[number]

/** Methods that are counted by name; all others are `_OTHER`, as OpenTelemetry calls them. */
const METHODS = ['GET', 'HEAD', 'POST', 'OPTIONS', '_OTHER'] as const
/** `none`: the peer had gone before there was an answer. */
const CLASSES = ['none', '1xx', '2xx', '3xx', '4xx', '5xx'] as const

/** Requests of one door by method and class of the answer's status: a number in an array for each, so that counting costs an addition. */
export class HttpMeter {
  /** How long requests took to be answered. What stays open by intention, event streams and long polls, is not in it. */
  readonly duration: Histogram = new Histogram()
  readonly #counts = new Float64Array(METHODS.length * CLASSES.length)

  /** Hot: once for each request. `status` is 0 when none was sent. */
  count(method: string | undefined, status: number): void {
    let row = METHODS.indexOf(method as 'GET')
    if (row < 0) row = METHODS.length - 1
    this.#counts[row * CLASSES.length + Math.min(CLASSES.length - 1, Math.floor(status / 100))]!++
  }

  /** Adds what another process has counted, by the names of `entries`. */
  add(method: string, status: string, count: number): void {
    this.#counts[METHODS.indexOf(method as 'GET') * CLASSES.length + CLASSES.indexOf(status as 'none')]! += count
  }

  /** What was counted; pairs that never came are left out. */
  *entries(): Generator<{ readonly method: string; readonly status: string; readonly count: number }> {
    for (const [index, count] of this.#counts.entries()) {
      if (count === 0) continue
      const method = METHODS[Math.floor(index / CLASSES.length)]!
      yield { method, status: CLASSES[index % CLASSES.length]!, count }
    }
  }
}
