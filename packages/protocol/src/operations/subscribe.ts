import type { GapRange } from '../pushes/gap.ts'
import type { ProtocolProblem } from '../errors.ts'
import type { PresenceMember } from './presence.ts'

/** Rule 3.1: one channel of a `subscribe`. */
export interface ChannelRequest {
  readonly channel: string
  /** Everything after this position, then live. */
  readonly since?: string
  /** The newest so many messages, then live. */
  readonly last?: number
  /** At most so many messages a second. */
  readonly rate?: number
  /** Property of the payload: of what waits only the newest message of each value is sent. */
  readonly conflate?: string
  /** Also follow who is present. */
  readonly presence?: boolean
}

/** Rule 3. */
export interface SubscribeRequest {
  readonly op: 'subscribe'
  readonly id: number
  readonly channels: readonly ChannelRequest[]
}

/** Numbers of a channel's messages, and what offsets and times count from (rules 3.3, 4.1 to 4.3). */
export interface Aliases {
  readonly aliases: Readonly<Record<string, string>>
  readonly epoch: string
  /** Milliseconds since the Unix epoch. */
  readonly time: number
  /** The log's newest offset. */
  readonly head: number
}

/** A subscription that has begun. */
export interface Subscribed extends Aliases {
  readonly channel: string
  /** Absent means `stream`. */
  readonly kind?: 'stream' | 'state'
  /** Only with `since`. */
  readonly recovered?: boolean
  readonly gap?: GapRange
  /** Only with `presence`. */
  readonly members?: readonly PresenceMember[]
}

/** A subscription that has not. */
export interface NotSubscribed {
  readonly channel: string
  readonly error: ProtocolProblem
}

/** One entry for each requested channel, in order. */
export interface SubscribeResult {
  readonly channels: readonly (Subscribed | NotSubscribed)[]
}
