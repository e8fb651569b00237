import type { DeflateParameters } from '@hydrant/wire'
import type { Position } from '../../broker/position.ts'
import type { HoseSink } from '../../hub/hose-sink.ts'
import type { FeedHold } from '../../hub/hub.ts'
import type { Subscription } from '../../hub/subscription.ts'

import type { Announcer } from './announcer.ts'

/** One channel that a session follows. */
export interface SessionSubscription {
  readonly hold: FeedHold
  readonly announcer: Announcer
  readonly subscription: Subscription
  /** Only with `rate` or `conflate`. */
  readonly hose: HoseSink | undefined
}

/** RFC 7692 §7.1.2: what a peer takes that names no window. */
const MAX_WINDOW_BITS = 15

/** What a session follows, by channel address. */
export class SessionSubscriptions {
  /** A peer that only takes a smaller window gets uncompressed frames: what is compressed once for all uses the largest. */
  readonly format: 'connect' | 'connect-deflated'
  /** Messages of subscriptions that have ended. */
  #deliveredBefore = 0
  readonly #byAddress = new Map<string, SessionSubscription>()

  constructor(deflate: DeflateParameters | undefined) {
    this.format = deflate?.windowBits === MAX_WINDOW_BITS ? 'connect-deflated' : 'connect'
  }

  get size(): number {
    return this.#byAddress.size
  }

  /** Messages of all subscriptions, also of those that have ended. */
  get delivered(): number {
    let delivered = this.#deliveredBefore
    for (const { subscription } of this.#byAddress.values()) delivered += subscription.delivered
    return delivered
  }

  /** In the order in which they were made. */
  *all(): IterableIterator<Subscription> {
    for (const { subscription } of this.#byAddress.values()) yield subscription
  }

  addresses(): readonly string[] {
    return [...this.#byAddress.keys()]
  }

  has(address: string): boolean {
    return this.#byAddress.has(address)
  }

  /** What the contract calls the channel's messages now. */
  rename(address: string, names: readonly string[]): void {
    this.#byAddress.get(address)?.announcer.rename(names)
  }

  add(address: string, subscription: SessionSubscription): void {
    this.#byAddress.set(address, subscription)
  }

  /** Ends the subscription and says where it was: everything up to there has been queued for the peer. */
  end(address: string): Position | undefined {
    const ending = this.#byAddress.get(address)
    if (ending === undefined) return undefined
    this.#byAddress.delete(address)
    this.#deliveredBefore += ending.subscription.delivered
    ending.subscription.close()
    ending.hose?.flush()
    ending.hold.release()
    return ending.subscription.position
  }

  /** The connection is over. */
  close(): void {
    for (const { subscription, hose, hold } of this.#byAddress.values()) {
      subscription.close()
      hose?.close()
      hold.release()
    }
    this.#byAddress.clear()
  }
}
