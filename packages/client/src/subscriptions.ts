import { type Down, PROTOCOL_LIMITS, type SubscribeResult, type Aliases, type ChannelRequest } from '@hydrant/protocol'
import type { Connection } from './connection.ts'
import type { HydrantError } from './errors.ts'
import { type Alias, Feed, type FeedHost } from './feed.ts'

/** Keeps the server's subscriptions as the feeds want them: what changes in one turn goes in one request, after a reconnect all of it. */
export class Subscriptions {
  readonly #connection: () => Connection
  readonly #host: FeedHost
  /** Feeds that nobody uses any more may be collected. */
  readonly #known = new Map<string, WeakRef<Feed>>()
  readonly #active = new Set<Feed>()
  readonly #changed = new Set<Feed>()
  /** By the canonical address that the server calls them (PROTOCOL.md 3.3). */
  readonly #byChannel = new Map<string, Feed>()
  readonly #aliases = new Map<number, Alias>()
  readonly #aliasesOf = new Map<Feed, readonly number[]>()
  #flushing = false
  #sweepAt = 256

  constructor(connection: () => Connection, host: Pick<FeedHost, 'after' | 'onError'>) {
    this.#connection = connection
    this.#host = { ...host, changed: (feed) => this.#change(feed) }
  }

  /** The feed of a concrete address: the same one while anybody holds it. */
  feed(address: string): Feed {
    const known = this.#known.get(address)?.deref()
    if (known !== undefined) return known
    if (this.#known.size >= this.#sweepAt) this.#sweep()
    const feed = new Feed(address, this.#host)
    this.#known.set(address, new WeakRef(feed))
    return feed
  }

  get active(): Iterable<Feed> {
    return this.#active
  }

  /** A new connection: everything in one request. */
  resume(): void {
    for (const feed of this.#active) this.#changed.add(feed)
    this.#flush()
  }

  disconnected(): void {
    this.#aliases.clear()
    this.#aliasesOf.clear()
    this.#byChannel.clear()
    for (const feed of this.#active) {
      feed.disconnected()
      this.#note(feed)
    }
  }

  end(error: HydrantError | undefined): void {
    for (const feed of this.#active) feed.end(error)
  }

  receive(down: Down): void {
    if ('c' in down) {
      const alias = this.#aliases.get(down.c)
      alias?.feed.receive(alias, down)
      return
    }
    if (!('push' in down)) return
    const feed = 'channel' in down ? this.#byChannel.get(down.channel) : undefined
    if (feed === undefined) return
    switch (down.push) {
      case 'channel':
        this.#name(feed, down)
        return feed.renamed(down)
      case 'gap':
        return feed.missed(down)
      case 'presence':
        return feed.roster.change(down)
      case 'revoked':
        // PROTOCOL.md 9.1: the identity has ended, and the connection with it. The next one brings a new token, and resumes.
        return down.error.code === 'unauthenticated' ? undefined : feed.refused(down.error)
      default:
        // PROTOCOL.md 1.4: a push that a newer server knows.
        return
    }
  }

  #note(feed: Feed): void {
    if (feed.isActive) this.#active.add(feed)
    else this.#active.delete(feed)
  }

  #change(feed: Feed): void {
    this.#note(feed)
    this.#changed.add(feed)
    if (this.#flushing) return
    this.#flushing = true
    queueMicrotask(() => {
      this.#flushing = false
      this.#flush()
    })
  }

  #flush(): void {
    const connection = this.#connection()
    if (!connection.ready) return
    const channels: ChannelRequest[] = []
    const feeds: Feed[] = []
    const leave: string[] = []
    for (const feed of this.#changed) {
      const wish = feed.takeWish()
      this.#note(feed)
      if (wish === 'unsubscribe') leave.push(feed.address)
      else if (wish !== undefined) {
        feeds.push(feed)
        channels.push(wish)
      }
    }
    this.#changed.clear()
    const most = PROTOCOL_LIMITS.channelsPerRequest
    for (let i = 0; i < leave.length; i += most) {
      connection.send({ op: 'unsubscribe', channels: leave.slice(i, i + most) }, { done: () => {}, failed: () => {} })
    }
    for (let i = 0; i < channels.length; i += most) this.#ask(feeds.slice(i, i + most), channels.slice(i, i + most))
  }

  #ask(feeds: readonly Feed[], channels: readonly ChannelRequest[]): void {
    this.#connection().send(
      { op: 'subscribe', channels },
      {
        done: (result) => {
          for (const [index, entry] of (result as SubscribeResult).channels.entries()) {
            const feed = feeds[index]!
            if ('error' in entry) {
              feed.refused(entry.error)
              continue
            }
            this.#byChannel.set(entry.channel, feed)
            this.#name(feed, entry)
            feed.begun(entry)
          }
        },
        failed: (error) => {
          if (error.problem === undefined) return
          // One bad channel must not cost the others theirs.
          if (feeds.length === 1) return feeds[0]!.refused(error.problem)
          for (const [index, feed] of feeds.entries()) this.#ask([feed], [channels[index]!])
        },
      },
    )
  }

  /** PROTOCOL.md 4.3: replaces all earlier numbers of the channel. */
  #name(feed: Feed, { aliases, epoch, time }: Aliases): void {
    for (const old of this.#aliasesOf.get(feed) ?? []) this.#aliases.delete(old)
    const numbers = Object.keys(aliases).map(Number)
    for (const number of numbers) {
      this.#aliases.set(number, { feed, name: aliases[number]!, epoch, timeMs: time })
    }
    this.#aliasesOf.set(feed, numbers)
  }

  #sweep(): void {
    for (const [address, reference] of this.#known) if (reference.deref() === undefined) this.#known.delete(address)
    this.#sweepAt = Math.max(256, this.#known.size * 2)
  }
}
