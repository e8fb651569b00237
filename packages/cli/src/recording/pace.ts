import { setTimeout as sleep } from 'node:timers/promises'

/** How many times faster than recorded; `max` does not wait at all. */
export type Speed = number | 'max'

/** Where the time comes from. */
export interface PaceClock {
  readonly nowMs: () => number
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>
}

/** A timer of Node takes at most 2^31-1 ms. */
const longestWaitMs = 2 ** 31 - 1

const realClock: PaceClock = {
  nowMs: () => performance.now(),
  wait: async (ms, signal) => sleep(ms, undefined, { signal }),
}

/**
 * Hands items on when they are due: with the spacing of their `timeMs`, divided by the speed, counted from the first.
 * Who is late does not fall further behind: the items that are due then come at once. Ends early when `signal` fires.
 */
export async function* paced<T extends { readonly timeMs: number }>(
  items: AsyncIterable<T>,
  speed: Speed,
  signal: AbortSignal,
  clock: PaceClock = realClock,
): AsyncGenerator<T, void> {
  let startMs: number | undefined
  let firstTimeMs = 0
  for await (const item of items) {
    if (signal.aborted) return
    if (startMs === undefined) {
      startMs = clock.nowMs()
      firstTimeMs = item.timeMs
    }
    const waitMs = speed === 'max' ? 0 : startMs + (item.timeMs - firstTimeMs) / speed - clock.nowMs()
    if (waitMs > 0) {
      try {
        await clock.wait(Math.min(waitMs, longestWaitMs), signal)
      } catch {
        return
      }
    }
    yield item
  }
}
