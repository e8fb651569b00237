import type { Clock } from '../runtime/clock.ts'
import type { Feed, FeedMember } from './feed.ts'
import type { LiveBatch, View } from './live-batch.ts'

/** Resolves when the feed brings an entry that the view shows, when the time is over, or when the signal aborts. */
export function nextEntry(feed: Feed, view: View, timeoutMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      feed.leave(waiter)
      cancelTimer()
      signal.removeEventListener('abort', done)
      resolve()
    }
    const waiter: FeedMember = {
      feedIndex: -1,
      cursor: feed.received,
      deliver(batch: LiveBatch) {
        waiter.cursor = batch.lastOffset
        if (view === 'application' || batch.entries.some((entry) => entry.forClients)) done()
      },
      onBreak: done,
    }
    const cancelTimer = clock.after(timeoutMs, done)
    if (signal.aborted) {
      done()
      return
    }
    signal.addEventListener('abort', done)
    feed.join(waiter)
  })
}
