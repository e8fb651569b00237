import type { Draft, Entry, LiveListener, LiveSubscription, Published } from '../../broker/broker.ts'
import type { MemoryBroker } from '../../broker/memory-broker.ts'
import { encodeFrame, KINDS } from '../link/frame.ts'
import { type Peer, WithBody } from '../link/peer.ts'
import type {
  BreakNote,
  EntriesHead,
  FindCall,
  PageHead,
  PublishCall,
  ReadCall,
  SubscribeCall,
  SubscribedHead,
} from './calls.ts'
import { entryHead, payloadsOf, toDrafts, toPolicy } from './entries.ts'

export interface BrokerHostOptions {
  readonly broker: MemoryBroker
  /** What may wait for one process, in bytes. Past it entries are left out and their channels break. Default 64 MiB. */
  readonly maxQueuedBytes?: number | undefined
  /** Hears what was published, for who watches. Hot: once for each. */
  readonly onPublished?: ((address: string, drafts: readonly Draft[], published: Published) => void) | undefined
}

const MAX_QUEUED_BYTES = 64 * 1024 * 1024

/** Gives several processes one broker: each is a {@link BrokerGuest} here and has a `RemoteBroker` of its own. What is published is encoded once for all. */
export class BrokerHost {
  readonly broker: MemoryBroker
  readonly maxQueuedBytes: number
  readonly onPublished: BrokerHostOptions['onPublished']
  readonly #channels = new Map<string, HostedChannel>()
  #lastNumber = 0

  constructor({ broker, maxQueuedBytes = MAX_QUEUED_BYTES, onPublished }: BrokerHostOptions) {
    this.onPublished = onPublished
    this.broker = broker
    this.maxQueuedBytes = maxQueuedBytes
  }

  /** Channels that some process reads. */
  get channelCount(): number {
    return this.#channels.size
  }

  /** A process that has come; `peer` has to bring its calls here. */
  admit(peer: Peer): BrokerGuest {
    return new BrokerGuest(this, peer)
  }

  /** Joins the readers of a channel, whose first one subscribes for all. */
  join(guest: BrokerGuest, [address, policy]: SubscribeCall): HostedChannel {
    let channel = this.#channels.get(address)
    if (channel === undefined) {
      this.#lastNumber = (this.#lastNumber + 1) >>> 0
      channel = new HostedChannel(address, this.#lastNumber)
      channel.open(this.broker.subscribe(address, toPolicy(policy), channel))
      this.#channels.set(address, channel)
    }
    channel.guests.add(guest)
    return channel
  }

  leave(guest: BrokerGuest, channel: HostedChannel): void {
    if (!channel.guests.delete(guest) || channel.guests.size > 0) return
    channel.close()
    if (this.#channels.get(channel.address) === channel) this.#channels.delete(channel.address)
  }
}

/** A channel that at least one process reads. */
class HostedChannel implements LiveListener {
  readonly address: string
  readonly number: number
  readonly guests: Set<BrokerGuest> = new Set()
  epoch = ''
  head = 0
  #live: LiveSubscription | undefined

  constructor(address: string, number: number) {
    this.address = address
    this.number = number
  }

  open(live: LiveSubscription): void {
    this.#live = live
    this.epoch = live.epoch
    this.head = live.head
  }

  close(): void {
    this.#live?.unsubscribe()
  }

  /** Hot: once for each publish; encoded once for all processes. */
  onEntries(epoch: string, entries: readonly Entry[]): void {
    this.epoch = epoch
    this.head = entries[entries.length - 1]!.offset
    const head: EntriesHead = [epoch, entries.map(entryHead)]
    const frame = encodeFrame(KINDS.entries, this.number, head, payloadsOf(entries))
    for (const guest of this.guests) guest.deliver(this, frame)
  }

  onBreak(epoch: string, head: number): void {
    this.epoch = epoch
    this.head = head
    for (const guest of this.guests) guest.tellBreak(this)
  }
}

/** One process that reads and publishes through a {@link BrokerHost}. */
export class BrokerGuest {
  readonly #host: BrokerHost
  readonly #peer: Peer
  readonly #channels = new Map<number, HostedChannel>()
  /** Channels of which entries were left out, until there is room to say so. */
  readonly #broken = new Set<HostedChannel>()
  /** How often entries were first left out. */
  overflows = 0
  #isBehind = false

  constructor(host: BrokerHost, peer: Peer) {
    this.#host = host
    this.#peer = peer
  }

  /** How many channels it reads. */
  get channelCount(): number {
    return this.#channels.size
  }

  /** Answers a call of a `RemoteBroker`; undefined for a call that is none. */
  call(name: string, args: unknown, body: Buffer): unknown {
    switch (name) {
      case 'publish':
        return this.#publish(args as PublishCall, body)
      case 'read':
        return this.#read(args as ReadCall)
      case 'findPublished':
        return this.#find(args as FindCall) ?? null
      case 'subscribe':
        return this.#subscribe(args as SubscribeCall)
      default:
        return undefined
    }
  }

  unsubscribe(number: number): void {
    const channel = this.#channels.get(number)
    if (channel === undefined) return
    this.#channels.delete(number)
    this.#broken.delete(channel)
    this.#host.leave(this, channel)
  }

  /** The process has taken what waited for it. */
  drained(): void {
    if (!this.#isBehind) return
    this.#isBehind = false
    for (const channel of this.#broken) this.#noteBreak(channel)
    this.#broken.clear()
  }

  /** The process is gone. */
  close(): void {
    for (const channel of this.#channels.values()) this.#host.leave(this, channel)
    this.#channels.clear()
    this.#broken.clear()
  }

  /** Hot: once for each publish and process that reads its channel. */
  deliver(channel: HostedChannel, frame: Buffer): void {
    if (!this.#isBehind && this.#peer.queuedBytes + frame.length > this.#host.maxQueuedBytes) {
      this.#isBehind = true
      this.overflows++
    }
    // From here on the log is the buffer: who reads on from it is told what it no longer has.
    if (this.#isBehind) this.#broken.add(channel)
    else this.#peer.send(frame)
  }

  tellBreak(channel: HostedChannel): void {
    if (this.#isBehind) this.#broken.add(channel)
    else this.#noteBreak(channel)
  }

  #noteBreak({ number, epoch, head }: HostedChannel): void {
    const note: BreakNote = [number, epoch, head]
    this.#peer.note('break', note)
  }

  #publish([address, policy, drafts, idempotencyKey, fingerprint]: PublishCall, body: Buffer): Published {
    const messages = toDrafts(drafts, body)
    const published = this.#host.broker.publish(address, messages, {
      policy: toPolicy(policy),
      ...(idempotencyKey === null ? {} : { idempotencyKey, fingerprint: fingerprint ?? undefined }),
    })
    if (!published.repeated) this.#host.onPublished?.(address, messages, published)
    return published
  }

  #find([address, key, fingerprint]: FindCall): Published | undefined {
    return this.#host.broker.findPublished(address, key, fingerprint)
  }

  #read([address, policy, query]: ReadCall): WithBody {
    const page = this.#host.broker.read(address, toPolicy(policy), query)
    const head: PageHead = { ...page, entries: page.entries.map(entryHead) }
    return new WithBody(head, payloadsOf(page.entries))
  }

  #subscribe(args: SubscribeCall): SubscribedHead {
    const channel = this.#host.join(this, args)
    const { number, epoch, head } = channel
    this.#channels.set(number, channel)
    return { number, epoch, head }
  }
}
