import type { Channel } from '@hydrant/contract'
import type { DeflateParameters } from '@hydrant/wire'
import type { Position } from '../../broker/position.ts'
import type { Subscription } from '../../hub/subscription.ts'
import type { SessionChannel } from './session-channel.ts'

/** RFC 7692 §7.1.2: what a peer takes that names no window. */
const MAX_WINDOW_BITS = 15

/** What a session follows, by channel address. */
export class SessionSubscriptions {
  /** A peer that only takes a smaller window gets uncompressed frames: what is compressed once for all uses the largest. */
  readonly format: 'connect' | 'connect-deflated'
  /** Messages of subscriptions that have ended. */
  #deliveredBefore = 0
  /** The first one. Many sessions never have another, and a map would be as large as all else that a subscription takes. */
  #first: SessionChannel | undefined
  #others: Map<string, SessionChannel> | undefined

  constructor(deflate: DeflateParameters | undefined) {
    this.format = deflate?.windowBits === MAX_WINDOW_BITS ? 'connect-deflated' : 'connect'
  }

  get size(): number {
    return (this.#first === undefined ? 0 : 1) + (this.#others?.size ?? 0)
  }

  /** Messages of all subscriptions, also of those that have ended. */
  get delivered(): number {
    let delivered = this.#deliveredBefore
    for (const { subscription } of this.#channels()) delivered += subscription.delivered
    return delivered
  }

  *all(): IterableIterator<Subscription> {
    for (const { subscription } of this.#channels()) yield subscription
  }

  addresses(): readonly string[] {
    return [...this.#channels()].map(({ address }) => address)
  }

  has(address: string): boolean {
    return this.#get(address) !== undefined
  }

  /** What the contract calls the channel's messages now. */
  rename(address: string, channel: Channel): void {
    this.#get(address)?.rename(channel)
  }

  /** The address must not be followed already. */
  add(channel: SessionChannel): void {
    if (this.#first === undefined) this.#first = channel
    else {
      this.#others ??= new Map()
      this.#others.set(channel.address, channel)
    }
  }

  /** Ends the subscription and says where it was: everything up to there has been queued for the peer. */
  end(address: string): Position | undefined {
    const ending = this.#get(address)
    if (ending === undefined) return undefined
    if (ending === this.#first) this.#first = undefined
    else this.#others!.delete(address)
    this.#deliveredBefore += ending.subscription.delivered
    ending.end()
    return ending.subscription.position
  }

  /** The connection is over. */
  close(): void {
    for (const channel of this.#channels()) channel.close()
    this.#first = undefined
    this.#others = undefined
  }

  #get(address: string): SessionChannel | undefined {
    return this.#first?.address === address ? this.#first : this.#others?.get(address)
  }

  *#channels(): IterableIterator<SessionChannel> {
    if (this.#first !== undefined) yield this.#first
    if (this.#others !== undefined) yield* this.#others.values()
  }
}
