import type { Aliases, ChannelMessage, ChannelRequest, ProtocolProblem, Subscribed } from '@hydrant/protocol'
import type { Gap } from './api-types.ts'
import { fromBase64 } from './base64.ts'
import { Emitter } from './emitter.ts'
import { clientError, type HydrantError, serverError } from './errors.ts'
import { formatPosition, type Position, parsePosition, reaches } from './position.ts'
import { Roster } from './roster.ts'
import type { AnyMessage, Subscriber } from './subscriber.ts'
import { traceOf } from './trace.ts'

/** What a channel tells besides its messages. */
export interface ChannelEvents {
  /** Exactly what was missed. */
  gap: Gap
  /** A listener threw, or the subscription was refused (`retryable`: it is tried again) or revoked. */
  error: HydrantError
}

/** What a feed needs of the client. */
export interface FeedHost {
  /** Something changed that the server may have to be told. */
  changed(feed: Feed): void
  /** Runs once after so many milliseconds. */
  after(delayMs: number, run: () => void): () => void
  /** An error that no listener of the channel heard. */
  onError(error: HydrantError): void
}

/** One message of a channel as its number says (PROTOCOL.md 4.1). */
export interface Alias {
  readonly feed: Feed
  readonly name: string
  readonly epoch: string
  readonly timeMs: number
}

const FIRST_RETRY_MS = 1_000
const MAX_RETRY_MS = 30_000

/**
 * One channel: everybody here who subscribes to it shares one subscription at the server, the widest that they ask for. Each has
 * a cursor of its own, so nobody gets a message twice, and the server is asked to replay from the oldest cursor that needs it.
 */
export class Feed {
  readonly address: string
  readonly events: Emitter<ChannelEvents>
  readonly roster: Roster
  readonly #host: FeedHost
  readonly #subscribers = new Set<Subscriber>()
  /** The subscription at the server: none, asked for, or running. */
  #wire: 'off' | 'asked' | 'on' = 'off'
  #asked: ChannelRequest | undefined
  /** Whether what was asked lets a running subscription go on where it is (PROTOCOL.md 3.5). */
  #goesOn = false
  /** Where the running subscription is: what comes next is after it. */
  #progress: Position | undefined
  #head: Position | undefined
  #kind: 'stream' | 'state' = 'stream'
  #retries = 0
  #cancelRetry: (() => void) | undefined

  constructor(address: string, host: FeedHost) {
    this.address = address
    this.#host = host
    // What an `error` listener throws must not come back to it.
    const failed = (error: unknown): void => host.onError(clientError('listener-failed', undefined, error))
    this.events = new Emitter(failed)
    this.roster = new Roster(() => host.changed(this), failed)
  }

  /** Whether the server knows about this channel, or has to. */
  get isActive(): boolean {
    return this.#subscribers.size > 0 || this.roster.isActive || this.#wire !== 'off'
  }

  /** What everybody here has dealt with; undefined before anything came. */
  get position(): string | undefined {
    const position = oldest(
      [...this.#subscribers].flatMap(({ cursor }) => cursor ?? []),
      this.#progress?.epoch,
    )
    return position === undefined ? undefined : formatPosition(position)
  }

  join(subscriber: Subscriber): void {
    this.#subscribers.add(subscriber)
    if (this.#wire === 'on') this.#settle(subscriber)
    this.#host.changed(this)
  }

  leave(subscriber: Subscriber): void {
    if (this.#subscribers.delete(subscriber)) subscriber.end(undefined)
    this.#host.changed(this)
  }

  /** A paused subscriber has room again. */
  resumed(): void {
    this.#host.changed(this)
  }

  /** A listener threw: nobody else misses anything for it. */
  threw(cause: unknown): void {
    this.fail(clientError('listener-failed', cause instanceof Error ? cause.message : undefined, cause))
  }

  /** Tells the channel's `error` event, or the client's when nobody hears it. */
  fail(error: HydrantError): void {
    if (!this.events.emit('error', error)) this.#host.onError(error)
  }

  /** Remembers what is announced on every new connection; with `instead`, only in its place. */
  announce(announced: Roster['announced'], instead: Roster['announced'] = this.roster.announced): void {
    if (this.roster.announced !== instead) return
    this.roster.announced = announced
    this.#host.changed(this)
  }

  /** What the server has to be told now, if anything. Taken as said. */
  takeWish(): ChannelRequest | 'unsubscribe' | undefined {
    if (this.#wire === 'asked' || this.#cancelRetry !== undefined) return undefined
    const takers = this.#takers()
    if (takers.length === 0 && !this.roster.isFollowed) {
      if (this.#wire === 'off') return undefined
      this.#wire = 'off'
      return 'unsubscribe'
    }
    const goesOn = this.#wire === 'on' && takers.every(({ phase }) => phase === 'live')
    const wish = {
      channel: this.address,
      ...widest(takers),
      ...(this.roster.isFollowed ? { presence: true } : {}),
    }
    if (goesOn && sameHose(wish, this.#asked)) return undefined
    this.#wire = 'asked'
    this.#goesOn = goesOn
    this.#asked = goesOn ? wish : { ...wish, ...this.#start(takers) }
    return this.#asked
  }

  /** The server has begun (PROTOCOL.md 3.3). */
  begun(entry: Subscribed): void {
    this.#wire = 'on'
    this.#retries = 0
    this.#kind = entry.kind ?? 'stream'
    const { epoch, head, gap, members } = entry
    const since = this.#asked?.since
    this.#head = { epoch, offset: head }
    if (!this.#goesOn) {
      this.#progress = this.#startOf(this.#asked!, this.#head)
      // Whoever asked from before the gap was asked for on behalf of another one, and is still behind.
      if (gap !== undefined)
        this.#skip(gap, (cursor, from) => reaches(cursor, from) || formatPosition(cursor) === since)
    }
    for (const subscriber of this.#takers()) this.#settle(subscriber)
    if (members !== undefined) this.roster.replace(members)
    this.#host.changed(this)
  }

  /** The server has not begun, or ended it (PROTOCOL.md 9.1). */
  refused(problem: ProtocolProblem): void {
    const error = serverError(problem)
    this.disconnected()
    this.fail(error)
    if (!error.retryable) return this.end(error)
    const delayMs = problem.retryAfterMs ?? Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#retries++)
    this.#cancelRetry = this.#host.after(delayMs, () => {
      this.#cancelRetry = undefined
      this.#host.changed(this)
    })
  }

  /** Nothing comes until it is asked for again. */
  disconnected(): void {
    this.#cancelRetry?.()
    this.#cancelRetry = undefined
    this.#wire = 'off'
    this.#progress = undefined
    for (const subscriber of this.#subscribers) if (subscriber.phase === 'live') subscriber.phase = 'behind'
  }

  /** Ends everybody's subscription. */
  end(error: HydrantError | undefined): void {
    const subscribers = [...this.#subscribers]
    this.#subscribers.clear()
    for (const subscriber of subscribers) subscriber.end(error)
    this.#host.changed(this)
  }

  renamed({ epoch, head }: Aliases): void {
    this.#head = { epoch, offset: head }
  }

  /** Hot: once for each message of a channel; `test/size.test.ts` and the delivery fuzz watch what it may cost and do. */
  receive(alias: Alias, down: ChannelMessage): void {
    const position = { epoch: alias.epoch, offset: down.o }
    const message: AnyMessage = {
      name: alias.name,
      data: down.b === undefined ? down.d : fromBase64(down.b),
      position: formatPosition(position),
      time: alias.timeMs + down.t,
      channel: this.address,
    }
    if (down.traceparent !== undefined) Object.assign(message, traceOf(down))
    for (const subscriber of this.#subscribers) {
      // PROTOCOL.md 6.3: what is not after the cursor is no news.
      if (subscriber.phase !== 'live' || reaches(subscriber.cursor!, position)) continue
      if (!subscriber.give(message, position)) this.#host.changed(this)
    }
    this.#reach(position)
  }

  /** PROTOCOL.md 6.1. */
  missed(gap: Gap): void {
    this.#skip(gap, () => true)
  }

  /** Moves those over a gap who were before it, and tells them. */
  #skip({ from, to, missed, reason }: Gap, stands: (cursor: Position, from: Position) => boolean): void {
    const gap: Gap = missed === undefined ? { from, to, reason } : { from, to, missed, reason }
    const start = parsePosition(from)
    const end = parsePosition(to)
    let lost = false
    for (const subscriber of this.#takers()) {
      const { cursor } = subscriber
      if (cursor === undefined || reaches(cursor, end) || !stands(cursor, start)) continue
      if (subscriber.lose(gap, end)) lost = true
    }
    this.#reach(end)
    if (lost) this.events.emit('gap', gap)
  }

  #reach(position: Position): void {
    this.#progress = position
    if (!reaches(this.#head!, position)) this.#head = position
  }

  /** Gives a subscriber its place in the running log, and lets it go live when everything after that place follows. */
  #settle(subscriber: Subscriber): void {
    const head = this.#head!
    if (subscriber.cursor === undefined) {
      const { last } = subscriber.options
      subscriber.floor = head
      subscriber.cursor = this.#startOf(last === undefined ? {} : { last }, head)
    }
    if (subscriber.phase === 'live') return
    if (reaches(subscriber.cursor, this.#progress!)) subscriber.begin()
    else subscriber.phase = 'behind'
  }

  /** What a subscription that is asked for like this starts after. */
  #startOf({ since, last }: Pick<ChannelRequest, 'since' | 'last'>, { epoch, offset }: Position): Position {
    if (since !== undefined) return parsePosition(since)
    if (last !== undefined) return { epoch, offset: Math.max(0, offset - last) }
    return { epoch, offset: this.#kind === 'state' ? 0 : offset }
  }

  #start(takers: readonly Subscriber[]): Pick<ChannelRequest, 'since' | 'last'> {
    const since = oldest(
      takers.flatMap(({ cursor }) => cursor ?? []),
      this.#head?.epoch,
    )
    if (since !== undefined) return { since: formatPosition(since) }
    const last = Math.max(...takers.map(({ options }) => options.last ?? -1))
    // Who only follows presence does not need what came before.
    if (takers.length === 0) return { last: 0 }
    return last < 0 ? {} : { last }
  }

  #takers(): Subscriber[] {
    return [...this.#subscribers].filter(({ phase }) => phase !== 'paused')
  }
}

/** The position that needs the most replayed: of another epoch than the current one, or else the lowest. */
function oldest(positions: readonly Position[], epoch: string | undefined): Position | undefined {
  return (
    positions.find((each) => epoch !== undefined && each.epoch !== epoch) ??
    positions.toSorted((a, b) => a.offset - b.offset)[0]
  )
}

/** The hose that is wide enough for all: a limit holds only when all have one. */
function widest(takers: readonly Subscriber[]): Pick<ChannelRequest, 'rate' | 'conflate'> {
  const rate = Math.max(...takers.map(({ options }) => options.rate ?? Infinity))
  const conflate = takers[0]?.options.conflate
  const conflates = conflate !== undefined && takers.every(({ options }) => options.conflate === conflate)
  return { ...(Number.isFinite(rate) ? { rate } : {}), ...(conflates ? { conflate } : {}) }
}

function sameHose(one: ChannelRequest, other: ChannelRequest | undefined): boolean {
  return one.rate === other?.rate && one.conflate === other?.conflate && one.presence === other?.presence
}
