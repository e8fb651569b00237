import { setTimeout as sleep } from 'node:timers/promises'
import { CommandError } from '../exit-codes.ts'
import { createBackoff } from './backoff.ts'
import { DoorClosed } from './event.ts'
import type { DoorEvent, OpenDoor } from './event.ts'

/** What a follower gets: what came through the door, and when the door had to be opened again. */
export type FollowEvent = DoorEvent | { readonly kind: 'reconnecting'; readonly why: string; readonly waitMs: number }

/** How to follow a channel. */
export interface FollowOptions {
  readonly open: OpenDoor
  /** The position to start after; without it a stream starts now and a state with its snapshot. */
  readonly since: string | undefined
  /** The longest wait before an attempt to reconnect. */
  readonly maxWaitMs: number
  readonly signal: AbortSignal
}

/**
 * Follows a channel for ever, over as many connections as it takes: each one starts after the last message that was
 * seen, so nothing is lost between them and nothing comes twice. What the server could not keep comes as a gap.
 * Ends when `signal` fires. @throws CommandError when the first attempt reaches nobody, or when the server refuses.
 */
export async function* follow(url: URL, options: FollowOptions): AsyncGenerator<FollowEvent, void> {
  const { open, maxWaitMs, signal } = options
  const backoff = createBackoff(maxWaitMs)
  let { since } = options
  let hasConnected = false

  while (!signal.aborted) {
    const openedAt = performance.now()
    let closed: DoorClosed
    try {
      const door = await open(url, { since, signal })
      hasConnected = true
      since ??= door.startPosition
      for await (const event of door.events) {
        yield event
        // Only after the yield: what the caller has not taken yet is not seen.
        if (event.kind === 'message' && event.message.position !== '') since = event.message.position
        if (event.kind === 'gap') since = event.gap.to ?? since
      }
      closed = new DoorClosed('the stream ended', { retry: true })
    } catch (error) {
      if (signal.aborted) return
      closed = reasonToRetry(error, hasConnected)
    }
    backoff.lasted(performance.now() - openedAt)
    const waitMs = backoff.next(closed.retryAfterMs)
    yield { kind: 'reconnecting', why: closed.message, waitMs }
    try {
      await sleep(waitMs, undefined, { signal })
    } catch {
      return
    }
  }
}

function reasonToRetry(error: unknown, hasConnected: boolean): DoorClosed {
  if (error instanceof DoorClosed) {
    if (error.retry) return error
    throw new CommandError('unreachable', `the server closed the connection: ${error.message}`, { cause: error })
  }
  // A server that was there once is being restarted; one that never was is a wrong address.
  if (error instanceof CommandError && error.reason === 'unreachable' && hasConnected) {
    return new DoorClosed(error.message, { retry: true, cause: error })
  }
  throw error
}
