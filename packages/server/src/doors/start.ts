import type { Channel } from '@hydrant/contract'
import { formatPosition, type Position } from '../broker/position.ts'
import type { Feed } from '../hub/feed.ts'
import type { SubscriptionOptions } from '../hub/subscription.ts'

/** Where a reader of a channel starts that named a position, or none. */
export function startOf(channel: Channel, since: Position | undefined): SubscriptionOptions['start'] {
  if (since !== undefined) return { since }
  return channel.kind === 'state' ? 'snapshot' : 'now'
}

/**
 * The position that stands for this start: a reader that is cut before its first message loses nothing when it resumes from
 * there. A snapshot has none, since its values are older than the head: it is asked for again.
 */
export function positionHeader(start: SubscriptionOptions['start'], feed: Feed): [name: string, value: string][] {
  if (start === 'snapshot') return []
  const { epoch, offset } = start === 'now' ? { epoch: feed.epoch, offset: feed.received } : start.since
  return [['Hydrant-Position', formatPosition(epoch, offset)]]
}
