import type { Broker, LogPolicy, MaybePromise } from '../broker/broker.ts'
import { AliasIssuer } from '../message/origin.ts'
import { ChannelMeter } from '../observe/meters/channel-meter.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Turn } from '../runtime/turn.ts'
import { Feed, type FeedSurroundings } from './feed.ts'

/** A feed that stays open as long as it is held. */
export interface FeedHold {
  readonly feed: Feed
  /** Again is the same as once. */
  release(): void
}

/** For the feeds of a hub. */
export type HubOptions = Pick<FeedSurroundings, 'tracing'>

class OpenFeed {
  readonly feed: Feed
  readonly opened: MaybePromise<void>
  readonly #onUnused: (unused: OpenFeed) => void
  #users = 0

  constructor(feed: Feed, opened: MaybePromise<void>, onUnused: (unused: OpenFeed) => void) {
    this.feed = feed
    this.opened = opened
    this.#onUnused = onUnused
  }

  hold(): FeedHold {
    this.#users++
    return new Hold(this)
  }

  release(): void {
    if (--this.#users === 0) this.#onUnused(this)
  }
}

class Hold implements FeedHold {
  readonly feed: Feed
  #open: OpenFeed | undefined

  constructor(open: OpenFeed) {
    this.feed = open.feed
    this.#open = open
  }

  release(): void {
    const open = this.#open
    this.#open = undefined
    open?.release()
  }
}

/** The feeds of this process: one for each channel that somebody is listening to, none for the others. */
export class Hub {
  readonly #broker: Broker
  readonly #surroundings: FeedSurroundings
  readonly #feeds = new Map<string, OpenFeed>()

  constructor(broker: Broker, turn: Turn, clock: Clock, { tracing }: HubOptions = {}) {
    this.#broker = broker
    this.#surroundings = { turn, clock, issuer: new AliasIssuer(), tracing }
  }

  /** How many channels have a reader. */
  get feedCount(): number {
    return this.#feeds.size
  }

  /** The open feeds. */
  *feeds(): IterableIterator<Feed> {
    for (const { feed } of this.#feeds.values()) yield feed
  }

  /** The channel's feed, while somebody holds it. */
  feed(address: string): Feed | undefined {
    return this.#feeds.get(address)?.feed
  }

  /** Opens the channel's feed, or joins the users of the open one. Rejects when the broker refuses. `meter` counts what goes through it. */
  async hold(address: string, policy: LogPolicy, meter: ChannelMeter = new ChannelMeter(address)): Promise<FeedHold> {
    let open = this.#feeds.get(address)
    if (open === undefined) {
      const feed = new Feed(address, this.#surroundings, meter)
      open = new OpenFeed(feed, feed.open(this.#broker, policy), (unused) => this.#close(unused))
      this.#feeds.set(address, open)
    }
    const hold = open.hold()
    try {
      await open.opened
      return hold
    } catch (error) {
      hold.release()
      throw error
    }
  }

  #close(unused: OpenFeed): void {
    const { feed } = unused
    feed.close()
    if (this.#feeds.get(feed.address) === unused) this.#feeds.delete(feed.address)
  }
}
