import type { MessageTrace } from '../message/message-trace.ts'
import type { Position } from './position.ts'

/** How a payload is carried: JSON text, plain text, or bytes. All three are kept as bytes. */
export type PayloadEncoding = 'json' | 'text' | 'binary'

/** A message that has passed the contract and waits for its position. */
export interface Draft {
  readonly name: string
  readonly encoding: PayloadEncoding
  /** The exact bytes that every subscriber gets. Never changed after publishing. */
  readonly payload: Buffer
  /** Key of a `state` channel's value; '' when the channel has one value. Undefined on a `stream`. */
  readonly key: string | undefined
  /** Whether the contract sends this message to clients; otherwise only the application reads it. */
  readonly forClients: boolean
  /** Where it came from, when its publisher said so or its publishing is traced. Kept and given back with the message. */
  readonly trace?: MessageTrace | undefined
}

/** A message in a channel's log. */
export interface Entry extends Draft {
  readonly offset: number
  /** Milliseconds since the Unix epoch at which the broker took it. */
  readonly timeMs: number
}

/** What the log of one channel keeps. */
export interface LogPolicy {
  readonly kind: 'stream' | 'state'
  /** `stream`: how many messages can be replayed at most. */
  readonly maxMessages: number
  /** `stream`: how old a message that can be replayed is at most, in milliseconds. */
  readonly maxAgeMs: number
}

export type GapReason = 'history-trimmed' | 'epoch-changed'

/** A range of positions that a reader will never get: after `from`, up to and including `to`. */
export interface Gap {
  readonly from: Position
  readonly to: Position
  /** How many messages, where that can be known. */
  readonly missed?: number
  readonly reason: GapReason
}

export interface ReadQuery {
  /** Everything after it. Without it: the newest messages (`stream`) or the latest value of each key (`state`). */
  readonly since?: Position
  readonly limit: number
  /** Stop after the message that passes this many payload bytes. At least one message is returned. */
  readonly maxBytes: number
}

/** A piece of the log, oldest first. */
export interface LogPage {
  readonly epoch: string
  readonly entries: readonly Entry[]
  /** What was lost between `since` and the first entry. */
  readonly gap?: Gap
  /** Offset to go on from: the last entry's, or the end of what was looked at when there is none. */
  readonly next: number
  /** Whether the log holds more after `next`. */
  readonly more: boolean
}

export interface Published {
  readonly epoch: string
  /** One for each draft, in order. */
  readonly offsets: readonly number[]
  /** True when an earlier publish with the same idempotency key is answered again. */
  readonly repeated: boolean
}

export interface PublishOptions {
  readonly policy: LogPolicy
  /** Publishing the same key on the same channel within five minutes answers the first result and appends nothing. */
  readonly idempotencyKey?: string | undefined
  /** Identifies what is published under the key, so that another payload under it is refused. */
  readonly fingerprint?: string | undefined
}

/** What a live subscription hears. Calls come in log order, one at a time. */
export interface LiveListener {
  onEntries(epoch: string, entries: readonly Entry[]): void
  /**
   * The broker cannot say that nothing was lost since the last entry: whoever has not got as far as `head` has to `read` on from its own
   * position. What comes next is after `head`.
   */
  onBreak(epoch: string, head: number): void
}

/** A live subscription: `head` is the offset after which `listener` hears everything. */
export interface LiveSubscription {
  readonly epoch: string
  readonly head: number
  unsubscribe(): void
}

export type MaybePromise<T> = T | Promise<T>

/**
 * Where logs live and publishes meet. The server knows engines only through this.
 *
 * An implementation MUST
 * - give one total order to the entries of a channel, with offsets that rise strictly within an epoch;
 * - append the drafts of one `publish` next to one another, all or none, and give back what they hold, `trace` included;
 * - answer a repeated idempotency key within five minutes with the first result, and throw {@link IdempotencyConflict} when the fingerprint differs;
 * - deliver each entry to each live listener at most once, in log order, and call `onBreak` when it may have skipped one;
 * - announce in `read` exactly what was lost after `since`: never a partial answer without a gap;
 * - change the epoch whenever an offset could come to mean another message;
 * - settle every call in bounded time.
 *
 * An implementation MUST NOT
 * - keep the payload's buffer and change it, or hand out one that it will change;
 * - create anything for a channel that is only read;
 * - grow without a bound in the number of channels, keys, messages or idempotency keys.
 *
 * `packages/testkit` holds the suite that every implementation passes.
 */
export interface Broker {
  publish(address: string, drafts: readonly Draft[], options: PublishOptions): MaybePromise<Published>
  /**
   * What was published under this key in the last five minutes, if anything. Throws {@link IdempotencyConflict} when the
   * fingerprint differs. Asked before the application's handlers are, so that a retry is not heard twice.
   */
  findPublished(address: string, key: string, fingerprint: string): MaybePromise<Published | undefined>
  read(address: string, policy: LogPolicy, query: ReadQuery): MaybePromise<LogPage>
  subscribe(address: string, policy: LogPolicy, listener: LiveListener): MaybePromise<LiveSubscription>
  /** Whether it can take publishes now: `/-/ready` asks. */
  ready(): boolean
  close(): MaybePromise<void>
}

/** The idempotency key was used on this channel for something else. */
export class IdempotencyConflict extends Error {
  override readonly name = 'IdempotencyConflict'
}
