import type {
  Broker,
  Draft,
  LiveListener,
  LiveSubscription,
  LogPage,
  LogPolicy,
  Published,
  PublishOptions,
  ReadQuery,
} from '../../broker/broker.ts'
import { HydrantError } from '../../errors.ts'
import type { Frame } from '../link/frame.ts'
import type { Peer } from '../link/peer.ts'
import type { BreakNote, EntriesHead, FindCall, PublishCall, ReadCall, SubscribeCall, SubscribedHead } from './calls.ts'
import { draftHead, payloadsOf, policyHead, toEntries } from './entries.ts'
import { ReadQueue } from './read-queue.ts'

/** Publishes that may wait for the other process, in bytes. Past it they are refused with `unavailable`. */
const MAX_QUEUED_BYTES = 64 * 1024 * 1024

/** A channel that somebody in this process reads. */
interface OpenChannel {
  readonly listeners: LiveListener[]
  readonly opened: Promise<void>
  number: number | undefined
  epoch: string
  /** Offset of the newest entry that was heard of. */
  head: number
}

/**
 * A broker whose logs live in another process, at the other end of a {@link Peer}. A channel is subscribed to once, whatever the number of
 * its listeners here. An acknowledged publish survives the end of this process, and not that of the other.
 */
export class RemoteBroker implements Broker {
  readonly #peer: Peer
  readonly #reads: ReadQueue
  readonly #channels = new Map<string, OpenChannel>()
  readonly #byNumber = new Map<number, OpenChannel>()
  #isClosed = false

  /** The peer's handlers have to bring `entries` and `break` here. */
  constructor(peer: Peer) {
    this.#peer = peer
    this.#reads = new ReadQueue(peer)
  }

  /** Channels that are subscribed to. */
  get channelCount(): number {
    return this.#channels.size
  }

  async publish(address: string, drafts: readonly Draft[], options: PublishOptions): Promise<Published> {
    this.#refuseOverload()
    const { policy, idempotencyKey = null, fingerprint = null } = options
    const args: PublishCall = [address, policyHead(policy), drafts.map(draftHead), idempotencyKey, fingerprint]
    return this.#peer.call('publish', args, ({ head }) => head as Published, { body: payloadsOf(drafts) })
  }

  async findPublished(address: string, key: string, fingerprint: string): Promise<Published | undefined> {
    const args: FindCall = [address, key, fingerprint]
    return (await this.#peer.ask<Published | null>('findPublished', args)) ?? undefined
  }

  async read(address: string, policy: LogPolicy, query: ReadQuery): Promise<LogPage> {
    const args: ReadCall = [address, policyHead(policy), query]
    return this.#reads.read(args)
  }

  async subscribe(address: string, policy: LogPolicy, listener: LiveListener): Promise<LiveSubscription> {
    const channel = this.#channels.get(address) ?? this.#open(address, policy)
    channel.listeners.push(listener)
    try {
      await channel.opened
    } catch (error) {
      this.#leave(address, channel, listener)
      throw error
    }
    return {
      epoch: channel.epoch,
      head: channel.head,
      unsubscribe: () => this.#leave(address, channel, listener),
    }
  }

  ready(): boolean {
    return this.#peer.isOpen && !this.#isClosed
  }

  /** Leaves the channels; the peer stays its owner's. */
  close(): void {
    this.#isClosed = true
    for (const { number } of this.#channels.values()) if (number !== undefined) this.#peer.note('unsubscribe', [number])
    this.#channels.clear()
    this.#byNumber.clear()
  }

  /** A frame of entries has come. Hot: once for each publish that somebody here reads. */
  onEntries({ id, head, body }: Frame): void {
    const channel = this.#byNumber.get(id)
    // What was on its way when the last listener left.
    if (channel === undefined) return
    const [epoch, heads] = head as EntriesHead
    const entries = toEntries(heads, body)
    channel.epoch = epoch
    channel.head = entries[entries.length - 1]!.offset
    const { listeners } = channel
    // A listener may unsubscribe while it is called, so the list is walked backwards.
    for (let i = listeners.length - 1; i >= 0; i--) listeners[i]!.onEntries(epoch, entries)
  }

  /** The other process has left entries out: this one did not read what was said to it. */
  onBreak([number, epoch, head]: BreakNote): void {
    const channel = this.#byNumber.get(number)
    if (channel === undefined) return
    channel.epoch = epoch
    channel.head = head
    const { listeners } = channel
    for (let i = listeners.length - 1; i >= 0; i--) listeners[i]!.onBreak(epoch, head)
  }

  #open(address: string, policy: LogPolicy): OpenChannel {
    const { promise: opened, resolve, reject } = Promise.withResolvers<void>()
    // Each listener that waits hears of it; nobody may be left when it comes.
    opened.catch(() => {})
    const channel: OpenChannel = { listeners: [], opened, number: undefined, epoch: '', head: 0 }
    this.#channels.set(address, channel)
    const args: SubscribeCall = [address, policyHead(policy)]
    // Set before anything that comes after the answer is looked at: entries may be right behind it.
    const onAnswer = (frame: Frame): void => {
      const { number, epoch, head } = frame.head as SubscribedHead
      channel.number = number
      channel.epoch = epoch
      channel.head = head
      if (this.#channels.get(address) === channel) this.#byNumber.set(number, channel)
      else this.#peer.note('unsubscribe', [number])
    }
    this.#peer.call('subscribe', args, onAnswer).then(resolve, reject)
    return channel
  }

  #leave(address: string, channel: OpenChannel, listener: LiveListener): void {
    const at = channel.listeners.indexOf(listener)
    if (at >= 0) channel.listeners.splice(at, 1)
    if (channel.listeners.length > 0 || this.#channels.get(address) !== channel) return
    this.#channels.delete(address)
    if (channel.number === undefined) return
    this.#byNumber.delete(channel.number)
    this.#peer.note('unsubscribe', [channel.number])
  }

  #refuseOverload(): void {
    if (this.#peer.queuedBytes <= MAX_QUEUED_BYTES) return
    throw new HydrantError('unavailable', 'too much waits to be published', { retryAfterMs: 1_000 })
  }
}
