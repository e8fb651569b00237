import type { Broker, LogPolicy, MaybePromise } from '../broker/broker.ts'
import { AliasIssuer } from '../message/origin.ts'
import { ChannelMeter } from '../observe/meters/channel-meter.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Turn } from '../runtime/turn.ts'
import { Feed, type FeedSurroundings } from './feed.ts'

interface OpenFeed {
  readonly feed: Feed
  readonly opened: MaybePromise<void>
  users: number
}

/** A feed that stays open as long as it is held. */
export interface FeedHold {
  readonly feed: Feed
  release(): void
}

/** For the feeds of a hub. */
export type HubOptions = Pick<FeedSurroundings, 'membersPerTurn' | 'tracing'>

/** The feeds of this process: one for each channel that somebody is listening to, none for the others. */
export class Hub {
  readonly #broker: Broker
  readonly #surroundings: FeedSurroundings
  readonly #feeds = new Map<string, OpenFeed>()

  constructor(broker: Broker, turn: Turn, clock: Clock, { membersPerTurn, tracing }: HubOptions = {}) {
    this.#broker = broker
    this.#surroundings = { turn, clock, issuer: new AliasIssuer(), membersPerTurn, tracing }
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
      open = { feed, opened: feed.open(this.#broker, policy), users: 0 }
      this.#feeds.set(address, open)
    }
    open.users++
    const hold = { feed: open.feed, release: this.#releaser(address, open) }
    try {
      await open.opened
      return hold
    } catch (error) {
      hold.release()
      throw error
    }
  }

  #releaser(address: string, open: OpenFeed): () => void {
    let held = true
    return () => {
      if (!held) return
      held = false
      if (--open.users > 0) return
      open.feed.close()
      if (this.#feeds.get(address) === open) this.#feeds.delete(address)
    }
  }
}
