/** How long to wait before knocking again. */
export interface Backoff {
  /** The next wait in ms. A hint of the server wins over our own choice. */
  next(hintMs: number | undefined): number
  /** Tells that a connection lasted that long: after 60 s of health the waits start short again. */
  lasted(durationMs: number): void
}

const firstCapMs = 5_000
const growth = 1.6
const healthyMs = 60_000

/**
 * Waits with full jitter: at first 0 to 5 s, then up to 1.6 times longer each time, never over `maxWaitMs`, so that a
 * restarted server does not meet all of its clients at once.
 */
export function createBackoff(maxWaitMs: number, random: () => number = Math.random): Backoff {
  let capMs = firstCapMs
  return {
    next(hintMs) {
      const waitMs = hintMs ?? random() * capMs
      capMs = Math.min(capMs * growth, Math.max(maxWaitMs, firstCapMs))
      return Math.min(waitMs, maxWaitMs)
    },
    lasted(durationMs) {
      if (durationMs >= healthyMs) capMs = firstCapMs
    },
  }
}
