import type { Clock } from '../runtime/clock.ts'
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
} from './broker.ts'
import { ChannelLog, type Moment } from './channel-log.ts'
import { IdempotencyKeys } from './idempotency-keys.ts'

export interface MemoryBrokerOptions {
  readonly clock: Clock
  /** Names this life of the broker: lower-case letters and digits, at most 32, different after every start. */
  readonly epoch: string
  /** Channels with a log. Past it the log that was created first and has no listener is dropped. Default 100,000. */
  readonly maxChannels?: number | undefined
  /** Keys of one `state` channel. Past it the key that was updated longest ago is dropped. Default 10,000. */
  readonly maxKeysPerChannel?: number | undefined
  /** How long an idempotency key is remembered, in milliseconds. Default 300,000. */
  readonly idempotencyWindowMs?: number | undefined
  /** Idempotency keys remembered. Past it the oldest is forgotten early. Default 100,000. */
  readonly maxIdempotencyKeys?: number | undefined
}

interface Channel {
  readonly log: ChannelLog
  readonly listeners: LiveListener[]
}

const SWEEP_EVERY_MS = 10_000

/**
 * The default broker: everything in this process. An acknowledged publish survives nothing but the reader's disconnection:
 * when the process ends the logs end, and the next start has a new epoch.
 */
export class MemoryBroker implements Broker {
  readonly #clock: Clock
  readonly #epoch: string
  readonly #maxChannels: number
  readonly #maxKeysPerChannel: number
  readonly #channels = new Map<string, Channel>()
  readonly #idempotency: IdempotencyKeys
  /** No dropped log had a higher offset: a log that is created again starts here, so that no offset is used twice. */
  #floor = 0
  #cancelSweep: () => void

  constructor(options: MemoryBrokerOptions) {
    this.#clock = options.clock
    this.#epoch = options.epoch
    this.#maxChannels = options.maxChannels ?? 100_000
    this.#maxKeysPerChannel = options.maxKeysPerChannel ?? 10_000
    this.#idempotency = new IdempotencyKeys(
      options.idempotencyWindowMs ?? 300_000,
      options.maxIdempotencyKeys ?? 100_000,
    )
    this.#cancelSweep = this.#clock.after(SWEEP_EVERY_MS, () => this.#sweep())
  }

  /** How many channels have a log. */
  get channelCount(): number {
    return this.#channels.size
  }

  publish(address: string, drafts: readonly Draft[], options: PublishOptions): Published {
    const { idempotencyKey: key, fingerprint } = options
    const now = this.#now()
    if (key !== undefined) {
      const earlier = this.#idempotency.find(address, key, fingerprint, now.monotonicMs)
      if (earlier !== undefined) return earlier
    }
    const channel = this.#channelFor(address, options.policy)
    const entries = channel.log.append(drafts, now)
    const published = { epoch: this.#epoch, offsets: entries.map((entry) => entry.offset), repeated: false }
    if (key !== undefined) this.#idempotency.remember(address, key, fingerprint, published, now.monotonicMs)
    // A listener may unsubscribe while it is called, so the list is walked backwards.
    for (let i = channel.listeners.length - 1; i >= 0; i--) channel.listeners[i]!.onEntries(this.#epoch, entries)
    return published
  }

  findPublished(address: string, key: string, fingerprint: string): Published | undefined {
    return this.#idempotency.find(address, key, fingerprint, this.#clock.monotonicMs())
  }

  read(address: string, policy: LogPolicy, query: ReadQuery): LogPage {
    const log = this.#channels.get(address)?.log ?? this.#newLog(policy)
    return log.read(this.#epoch, query, this.#clock.monotonicMs())
  }

  subscribe(address: string, policy: LogPolicy, listener: LiveListener): LiveSubscription {
    const channel = this.#channelFor(address, policy)
    channel.listeners.push(listener)
    return {
      epoch: this.#epoch,
      head: channel.log.head,
      unsubscribe: () => {
        const at = channel.listeners.indexOf(listener)
        if (at >= 0) channel.listeners.splice(at, 1)
        // Where nothing was ever published there is nothing to remember: names that somebody only looked at cost nothing.
        const isLast = channel.listeners.length === 0 && this.#channels.get(address) === channel
        if (isLast && channel.log.isUntouched) this.#channels.delete(address)
      },
    }
  }

  ready(): boolean {
    return true
  }

  close(): void {
    this.#cancelSweep()
    this.#channels.clear()
  }

  #channelFor(address: string, policy: LogPolicy): Channel {
    const known = this.#channels.get(address)
    if (known !== undefined) return known
    if (this.#channels.size >= this.#maxChannels) this.#dropOldestIdle()
    const channel: Channel = { log: this.#newLog(policy), listeners: [] }
    this.#channels.set(address, channel)
    return channel
  }

  #newLog(policy: LogPolicy): ChannelLog {
    return new ChannelLog(policy, this.#floor, this.#maxKeysPerChannel)
  }

  #dropOldestIdle(): void {
    for (const [address, channel] of this.#channels) {
      if (channel.listeners.length > 0) continue
      this.#drop(address, channel)
      return
    }
  }

  #drop(address: string, channel: Channel): void {
    this.#floor = Math.max(this.#floor, channel.log.head)
    this.#channels.delete(address)
  }

  /** Frees messages and keys that have grown old on channels where nothing happens. */
  #sweep(): void {
    const nowMs = this.#clock.monotonicMs()
    this.#idempotency.expire(nowMs)
    for (const channel of this.#channels.values()) channel.log.trim(nowMs)
    this.#cancelSweep = this.#clock.after(SWEEP_EVERY_MS, () => this.#sweep())
  }

  #now(): Moment {
    return { monotonicMs: this.#clock.monotonicMs(), wallMs: this.#clock.wallMs() }
  }
}
