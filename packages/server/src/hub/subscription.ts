import type { Broker, LogPage, LogPolicy } from '../broker/broker.ts'
import type { Position } from '../broker/position.ts'
import { encodeEntries, gapNotice } from '../message/encode.ts'
import type { ReaderMeter } from '../observe/meters/channel-meter.ts'
import type { Feed, FeedMember } from './feed.ts'
import { type LiveBatch, type View, visibleOf } from './live-batch.ts'
import type { Sink } from './sink.ts'

/** What all readers of a channel through one door have in common: one object for all of them. */
export interface ReaderTerms {
  readonly policy: LogPolicy
  readonly overflow: 'conflate' | 'drop' | 'disconnect'
  readonly view: View
  readonly broker: Broker
  /** Bytes that may wait for a reader. Past it the reader is no longer fed live and catches up from the log. */
  readonly maxQueuedBytes: number
  /** Counts what goes to the readers. */
  readonly meter: ReaderMeter
  /** A reader did not keep up: what waits for it is at its limit. Default: nobody counts. */
  readonly onOverflow?: (() => void) | undefined
}

export interface SubscriptionOptions {
  readonly terms: ReaderTerms
  readonly feed: Feed
  readonly sink: Sink
  /** Where to start: after a position, at the log's snapshot or newest messages, or with what comes next. */
  readonly start: { readonly since: Position } | 'snapshot' | 'now'
  /** Whether `start` is a position that the reader came back with, so that what becomes of it is counted. Default false. */
  readonly resumes?: boolean | undefined
}

/** Catch-up reads at most this much at a time, so that a replay does not fill the queue by itself. */
const CATCH_UP_MESSAGES = 300
const CATCH_UP_BYTES = 64 * 1024

/**
 * - `catching-up` reads the log from its cursor until it meets the live end.
 * - `live` is a member of the feed.
 * - `draining` waits until the sink's queue is empty, then catches up.
 */
type State = 'catching-up' | 'live' | 'draining' | 'closed'

/**
 * One reader's way through one channel. The log is the only buffer: who cannot keep up leaves the live feed with its cursor
 * and reads on from there when its queue has drained, so the queue is bounded, nothing repeats, and what the history no longer
 * holds by then is told as a gap (on a `state` channel the same reading is conflation: the latest value of each key).
 */
export class Subscription implements FeedMember {
  feedIndex = -1
  cursor: number
  // What the hot path needs comes first, so that it is on the same lines of the processor's cache.
  readonly #sink: Sink
  readonly #terms: ReaderTerms
  /** Messages that were handed to the sink. */
  delivered = 0
  readonly #feed: Feed
  #epoch: string
  /** Whether the cursor is a place in the log. False until the first read of a snapshot. */
  #hasPosition: boolean
  /** Whether the log has confirmed the cursor: a position that came from outside may be from another life of it. */
  #confirmed: boolean
  /** Whether it is still to be counted what became of the position that the reader came back with. */
  #resumes: boolean
  #state: State = 'catching-up'
  #fellBehind = false

  constructor({ terms, feed, sink, start, resumes }: SubscriptionOptions) {
    this.#terms = terms
    this.#feed = feed
    this.#sink = sink
    this.#resumes = resumes === true
    terms.meter.subscriptions++
    this.#hasPosition = start !== 'snapshot'
    this.#confirmed = start === 'now'
    this.#epoch = typeof start === 'object' ? start.since.epoch : feed.epoch
    this.cursor = typeof start === 'object' ? start.since.offset : start === 'now' ? feed.received : 0
  }

  get address(): string {
    return this.#feed.address
  }

  /** How many positions of the log it still has to be given. */
  get lag(): number {
    const feed = this.#feed
    return this.#epoch === feed.epoch ? Math.max(0, feed.received - this.cursor) : feed.received
  }

  /** `draining`: it did not keep up, and waits until its queue is empty. */
  get state(): 'catching-up' | 'live' | 'draining' | 'closed' {
    return this.#state
  }

  /** Where it stands: everything up to here was handed to the sink, or told as a gap. */
  get position(): Position {
    return { epoch: this.#epoch, offset: this.cursor }
  }

  /** Whether it has caught up and takes batches as they come. */
  get isLive(): boolean {
    return this.#state === 'live'
  }

  /** Starts delivery. With a broker that answers at once the replay is queued when this returns. */
  start(): void {
    this.#catchUp()
  }

  close(): void {
    if (this.#state === 'live') this.#feed.leave(this)
    this.#end()
  }

  /** Hot: once per subscriber and batch. Watched by the fan-out rows of `bench/`. */
  deliver(batch: LiveBatch): void {
    const sink = this.#sink
    if (sink.takeEntries !== undefined) {
      this.#deliverEntries(batch)
      return
    }
    const { view, maxQueuedBytes } = this.#terms
    const chunk = batch.chunkAfter(this.cursor, sink.format, view)
    if (chunk !== null) {
      if (sink.queuedBytes + chunk.length > maxQueuedBytes) {
        this.#fallBehind()
        return
      }
      sink.send(chunk, batch.origin)
      this.#count(batch.countAfter(this.cursor, view), chunk.length)
    }
    this.cursor = batch.lastOffset
  }

  #deliverEntries(batch: LiveBatch): void {
    if (this.#sink.queuedBytes > this.#terms.maxQueuedBytes) {
      this.#fallBehind()
      return
    }
    const entries = batch.entriesAfter(this.cursor, this.#terms.view)
    this.#sink.takeEntries!(entries, batch.origin)
    this.delivered += entries.length
    this.cursor = batch.lastOffset
  }

  onBreak(): void {
    if (this.#state !== 'live') return
    this.#state = 'catching-up'
    this.#catchUp()
  }

  #fallBehind(): void {
    this.#feed.leave(this)
    this.#terms.onOverflow?.()
    if (this.#terms.overflow === 'disconnect') {
      this.#end()
      this.#sink.endSlow()
      return
    }
    this.#fellBehind = true
    this.#waitForDrain()
  }

  #waitForDrain(): void {
    this.#state = 'draining'
    this.#sink.onceDrained(() => {
      if (this.#state !== 'draining') return
      this.#state = 'catching-up'
      this.#catchUp()
    })
  }

  /** Reads until it meets the live end. The check and the joining are one step: no entry can come between them. */
  #catchUp(): void {
    while (this.#state === 'catching-up') {
      if (this.#sink.queuedBytes > this.#terms.maxQueuedBytes / 2) {
        this.#waitForDrain()
        return
      }
      if (this.#meetsLiveEnd()) {
        this.#state = 'live'
        this.#feed.join(this)
        return
      }
      const page = this.#read()
      if (page instanceof Promise) {
        page.then(
          (read) => {
            if (this.#state !== 'catching-up') return
            this.#goOnFrom(read)
          },
          (error: unknown) => this.#fail(error),
        )
        return
      }
      this.#take(page)
      if (this.#waitsForLog(page)) return
    }
  }

  #goOnFrom(page: LogPage): void {
    this.#take(page)
    if (!this.#waitsForLog(page)) this.#catchUp()
  }

  /** A log that has nothing more, although the feed has heard of more, is asked again a turn later and not at once. */
  #waitsForLog(page: LogPage): boolean {
    if (page.entries.length > 0 || page.more || this.#meetsLiveEnd()) return false
    this.#feed.afterTurn(() => this.#catchUp())
    return true
  }

  #meetsLiveEnd(): boolean {
    const feed = this.#feed
    return this.#confirmed && this.#epoch === feed.epoch && this.cursor >= feed.received
  }

  #read(): LogPage | Promise<LogPage> {
    const { broker, policy } = this.#terms
    const since = this.#hasPosition ? { since: { epoch: this.#epoch, offset: this.cursor } } : {}
    return broker.read(this.address, policy, { ...since, limit: CATCH_UP_MESSAGES, maxBytes: CATCH_UP_BYTES })
  }

  #take(page: LogPage): void {
    const sink = this.#sink
    const { view, meter } = this.#terms
    if (this.#resumes) {
      this.#resumes = false
      if (page.gap === undefined) meter.resumed++
      else meter.resumedWithGap++
    }
    if (page.gap !== undefined) {
      const reason = this.#fellBehind && page.gap.reason === 'history-trimmed' ? 'slow-consumer' : page.gap.reason
      meter.gaps[reason]++
      meter.dropped += page.gap.missed ?? 0
      sink.sendNotice('hydrant.gap', gapNotice(this.address, page.gap, reason))
    }
    const origin = this.#feed.originOf(page.epoch)
    const entries = visibleOf(page.entries, view)
    if (sink.takeEntries !== undefined) {
      sink.takeEntries(entries, origin)
      this.delivered += entries.length
    } else if (entries.length > 0) {
      const chunk = encodeEntries(sink.format, origin, entries)
      sink.send(chunk, origin)
      this.#count(entries.length, chunk.length)
    }
    if (this.#fellBehind) this.#countConflated(page)
    this.#epoch = page.epoch
    this.cursor = page.next
    this.#hasPosition = true
    this.#confirmed = true
    if (!page.more) this.#fellBehind = false
  }

  #fail(error: unknown): void {
    if (this.#state === 'closed') return
    this.#end()
    this.#sink.endFailed(error)
  }

  #end(): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#terms.meter.subscriptions--
  }

  /** Hot: a few additions for each batch. */
  #count(messages: number, bytes: number): void {
    this.delivered += messages
    const { meter } = this.#terms
    meter.messages += messages
    meter.bytes += bytes
  }

  /** What a `state` channel's log no longer has was replaced by something newer: that is conflation, not loss. */
  #countConflated(page: LogPage): void {
    if (this.#terms.policy.kind !== 'state' || page.gap !== undefined || page.epoch !== this.#epoch) return
    this.#terms.meter.conflated += page.next - this.cursor - page.entries.length
  }
}
