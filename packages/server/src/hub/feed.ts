import type { Broker, Entry, LiveListener, LiveSubscription, LogPolicy, MaybePromise } from '../broker/broker.ts'
import { type AliasIssuer, Origin } from '../message/origin.ts'
import type { Clock } from '../runtime/clock.ts'
import type { ChannelMeter } from '../observe/meters/channel-meter.ts'
import type { OpenSpan } from '../observe/traces/open-span.ts'
import type { Tracing } from '../observe/traces/tracing.ts'
import type { Slice } from '../runtime/slice.ts'
import type { Turn, TurnSource, TurnWatcher } from '../runtime/turn.ts'
import { LiveBatch } from './live-batch.ts'

/** A reader that has caught up with the log and takes batches as they come. */
export interface FeedMember {
  /** Where it stands in the feed's dense array; kept by the feed. */
  feedIndex: number
  /** Offset of the last entry it was given. Batches at or before it are not for it. */
  cursor: number
  deliver(batch: LiveBatch): void
  /** The log may have moved on without the feed: catch up again from `cursor`. */
  onBreak(): void
}

/** What a feed needs of the server around it. */
export interface FeedSurroundings {
  readonly turn: Turn
  readonly clock: Clock
  readonly issuer: AliasIssuer
  /** Makes spans. Default none. */
  readonly tracing?: Tracing | undefined
}

/** PROTOCOL.md §4.5: `t` has at most seven digits. */
const MAX_ORIGIN_AGE_MS = 9_000_000

/** A batch is handed out early when it holds this much, so that a publisher that never yields cannot grow it. */
const MAX_BATCH_ENTRIES = 1024
const MAX_BATCH_BYTES = 256 * 1024

/**
 * The live end of one channel: gathers what is published in a turn of the event loop and hands it to every member as one
 * batch. A publish costs one append here, however many members there are.
 */
export class Feed implements LiveListener, TurnSource, TurnWatcher {
  readonly address: string
  readonly #surroundings: FeedSurroundings
  readonly #meter: ChannelMeter
  readonly #members: FeedMember[] = []
  #live: LiveSubscription | undefined
  #origin: Origin
  #received = 0
  #pending: Entry[] = []
  #pendingBytes = 0
  /** When the oldest of `#pending` came. */
  #pendingSinceMs = 0
  #current: LiveBatch | undefined
  /** Members below this index have not been given `#current` yet. */
  #remaining = 0
  #queued = false
  /** When what this turn handed out came, and to how many members it went. */
  #handedOutSinceMs = 0
  #handedOutTo = 0
  /** Of what this turn hands out, as far as it is traced. */
  readonly #spans: OpenSpan[] = []

  constructor(address: string, surroundings: FeedSurroundings, meter: ChannelMeter) {
    this.address = address
    this.#meter = meter
    this.#surroundings = surroundings
    this.#origin = this.#newOrigin('')
  }

  /** Attaches to the broker; everything published after that reaches the members. */
  open(broker: Broker, policy: LogPolicy): MaybePromise<void> {
    const subscribed = broker.subscribe(this.address, policy, this)
    return subscribed instanceof Promise ? subscribed.then((live) => this.#opened(live)) : this.#opened(subscribed)
  }

  close(): void {
    this.#live?.unsubscribe()
    this.#live = undefined
  }

  get epoch(): string {
    return this.#origin.epoch
  }

  /** What the socket protocol counts from in this epoch; another one when the counts have become long. */
  originOf(epoch: string): Origin {
    if (epoch !== this.#origin.epoch) this.#origin = this.#newOrigin(epoch)
    return this.#origin
  }

  /** Offset of the newest entry this feed has heard of. A reader that has read the log up to here may join. */
  get received(): number {
    return this.#received
  }

  get memberCount(): number {
    return this.#members.length
  }

  /** Calls `run` in the next turn of the event loop: for a reader whose log lags behind what the feed has heard. */
  afterTurn(run: () => void): void {
    this.#surroundings.clock.endOfTurn(run)
  }

  /** The member's cursor must be at or past `received`. */
  join(member: FeedMember): void {
    member.feedIndex = this.#members.length
    this.#members.push(member)
  }

  leave(member: FeedMember): void {
    const at = member.feedIndex
    if (at < 0 || this.#members[at] !== member) return
    member.feedIndex = -1
    const last = this.#members.pop()!
    if (last === member) return
    // The last one takes the free place. If it was served already its cursor says so.
    this.#members[at] = last
    last.feedIndex = at
  }

  onEntries(epoch: string, entries: readonly Entry[]): void {
    this.#received = entries[entries.length - 1]!.offset
    if (epoch !== this.#origin.epoch) {
      this.#origin = this.#newOrigin(epoch)
      this.#breakAll()
    }
    if (this.#pending.length === 0) this.#pendingSinceMs = this.#surroundings.clock.monotonicMs()
    for (const entry of entries) {
      this.#pending.push(entry)
      this.#pendingBytes += entry.payload.length
    }
    if (this.#pending.length >= MAX_BATCH_ENTRIES || this.#pendingBytes >= MAX_BATCH_BYTES) {
      this.#serve(undefined)
      this.#serve(undefined)
    } else if (!this.#queued) {
      this.#queued = true
      this.#surroundings.turn.source(this)
    }
  }

  onBreak(epoch: string, head: number): void {
    if (epoch !== this.#origin.epoch) this.#origin = this.#newOrigin(epoch)
    // Nobody meets the live end before they have read this far.
    this.#received = head
    this.#breakAll()
  }

  /** What was handed out in this turn has been written. */
  written(nowMs: number): void {
    this.#meter.delivery.record(nowMs - this.#handedOutSinceMs, this.#handedOutTo)
    this.#handedOutTo = 0
    // What goes on in the next turn ends then.
    if (this.#spans.length > 0 && this.#current === undefined) for (const span of this.#spans.splice(0)) span.end()
  }

  handOut(slice: Slice): 'done' | 'unfinished' | 'again' {
    this.#serve(slice)
    if (this.#current !== undefined) return 'unfinished'
    this.#queued = this.#pending.length > 0
    return this.#queued ? 'again' : 'done'
  }

  #opened(live: LiveSubscription): void {
    this.#live = live
    this.#origin = this.#newOrigin(live.epoch)
    this.#received = Math.max(this.#received, live.head)
  }

  #newOrigin(epoch: string): Origin {
    const { clock, issuer } = this.#surroundings
    return new Origin(epoch, clock.wallMs(), issuer)
  }

  #renewedOrigin(): Origin {
    const ageMs = this.#surroundings.clock.wallMs() - this.#origin.timeMs
    if (ageMs > MAX_ORIGIN_AGE_MS) this.#origin = this.#newOrigin(this.#origin.epoch)
    return this.#origin
  }

  #breakAll(): void {
    this.#pending = []
    this.#pendingBytes = 0
    this.#current = undefined
    for (const member of this.#members.splice(0)) {
      member.feedIndex = -1
      member.onBreak()
    }
  }

  /** Hot: the fan-out loop. Watched by the fan-out row of `bench/`. Without a slice all members are served at once. */
  #serve(slice: Slice | undefined): void {
    if (this.#current === undefined) {
      if (this.#pending.length === 0) return
      this.#current = new LiveBatch(this.#renewedOrigin(), this.#pending, this.#pendingSinceMs)
      this.#pending = []
      this.#pendingBytes = 0
      this.#remaining = this.#members.length
      if (this.#surroundings.tracing !== undefined) this.#trace(this.#current, this.#surroundings.tracing)
    }
    const batch = this.#current
    let served = 0
    // Downwards: a member that leaves is replaced by one from above, which has been served.
    while (this.#remaining > 0) {
      this.#remaining = Math.min(this.#remaining, this.#members.length) - 1
      if (this.#remaining < 0) break
      const member = this.#members[this.#remaining]!
      if (member.cursor < batch.lastOffset) member.deliver(batch)
      served++
      if (slice !== undefined && served % slice.stride === 0 && slice.isSpent) break
    }
    this.#watchWrites(batch, served)
    if (this.#remaining <= 0) this.#current = undefined
  }

  #trace({ entries, sinceMs }: LiveBatch, tracing: Tracing): void {
    if (this.#remaining === 0) return
    const at = { template: this.#meter.template, address: this.address }
    const span = tracing.delivery(at, entries, this.#remaining, this.#surroundings.clock.monotonicMs() - sinceMs)
    if (span !== undefined) this.#spans.push(span)
  }

  /** One reading of the clock for all members that this turn served, when their writes are done. */
  #watchWrites(batch: LiveBatch, served: number): void {
    if (served === 0) return
    if (this.#handedOutTo === 0) {
      this.#handedOutSinceMs = batch.sinceMs
      this.#surroundings.turn.watch(this)
    }
    this.#handedOutTo += served
  }
}
