import { misuse } from './errors.ts'

/** What one connection may make us hold or wait for. Every limit has a default in {@link DEFAULT_LIMITS}. */
export interface WireLimits {
  /**
   * Largest message, in bytes: summed over its fragments, or inflated. One more is 1009. Compressed it may take more on the wire,
   * by what deflate adds at most to data that does not shrink.
   */
  readonly maxMessageBytes: number
  /** Most frames in one message, empty ones included. One more is 1008. */
  readonly maxFragments: number
  /** Time from the first byte of a message to its last, absolute. Then 1008. */
  readonly assemblyTimeoutMs: number
  /** Pings and pongs taken from the peer per second, with a burst of the same size. Then 1008. */
  readonly controlFramesPerSecond: number
  /** Time between our pings, ±20% when a random source is given. 0 sends none. */
  readonly pingIntervalMs: number
  /** Time that the peer may stay silent after our ping. Any byte is a sign of life. */
  readonly pongTimeoutMs: number
  /** Time for the peer to answer our Close, and then to close the transport. */
  readonly closeTimeoutMs: number
}

/** 64 KiB, 1,024 fragments, 30 s, 20/s, 25 s, 10 s and 5 s. */
export const DEFAULT_LIMITS: WireLimits = Object.freeze({
  maxMessageBytes: 65_536,
  maxFragments: 1_024,
  assemblyTimeoutMs: 30_000,
  controlFramesPerSecond: 20,
  pingIntervalMs: 25_000,
  pongTimeoutMs: 10_000,
  closeTimeoutMs: 5_000,
})

/** Limits that are complete and checked: they are not read again for each connection, and all share one object. */
const completed = new WeakSet<Partial<WireLimits>>([DEFAULT_LIMITS])

/**
 * Fills the gaps with the defaults. Give the result to many connections: they share it. Throws a TypeError for anything that
 * is not a number of zero or more.
 */
export function completeLimits(given: undefined): WireLimits
export function completeLimits<Given extends Partial<WireLimits>>(given: Given): WireLimits & Given
export function completeLimits(given: Partial<WireLimits> | undefined): WireLimits
export function completeLimits(given: Partial<WireLimits> | undefined): WireLimits {
  if (given === undefined) return DEFAULT_LIMITS
  if (completed.has(given)) return given as WireLimits
  const limits = { ...DEFAULT_LIMITS, ...given }
  for (const [name, value] of Object.entries(limits)) {
    if (typeof value !== 'number' || !(value >= 0)) throw misuse('bad-limit', `${name} is ${String(value)}`)
  }
  completed.add(Object.freeze(limits))
  return limits
}
