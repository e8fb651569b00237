import type { Published } from '../../broker/broker.ts'
import type { Addressed } from '../../publish/publisher.ts'

/** Addresses that are remembered; one that was not used lately makes room. */
const MAX_ADDRESSES = 10_000
/** Over which a rate is told, in milliseconds. */
const WINDOW_MS = 5_000

/** What was published to one address since it is remembered. */
export class AddressRecord {
  readonly address: string
  /** Id of the channel. */
  readonly channel: string
  messages = 0
  epoch: string
  offset: number
  lastMs: number
  /** Whether it was published to since the last look for one that can go. */
  used = false
  #windowStartMs: number
  #windowCount = 0
  #ratePerMs = 0

  constructor(at: Addressed, published: Published, nowMs: number) {
    this.address = at.address
    this.channel = at.channel.id
    this.epoch = published.epoch
    this.offset = published.offsets[published.offsets.length - 1]!
    this.lastMs = nowMs
    this.#windowStartMs = nowMs
  }

  /** Hot: once for each publish. */
  count({ epoch, offsets }: Published, nowMs: number): void {
    this.messages += offsets.length
    this.epoch = epoch
    this.offset = offsets[offsets.length - 1]!
    this.lastMs = nowMs
    this.used = true
    const elapsedMs = nowMs - this.#windowStartMs
    if (elapsedMs >= WINDOW_MS) {
      this.#ratePerMs = this.#windowCount / elapsedMs
      this.#windowStartMs = nowMs
      this.#windowCount = 0
    }
    this.#windowCount += offsets.length
  }

  /** Messages per second over the last 5 to 10 seconds. */
  rateAt(nowMs: number): number {
    const elapsedMs = Math.max(0, nowMs - this.#windowStartMs)
    const carriedMs = Math.max(0, WINDOW_MS - elapsedMs)
    return ((this.#windowCount + this.#ratePerMs * carriedMs) / Math.max(WINDOW_MS, elapsedMs)) * 1000
  }
}

/** The addresses that were published to lately, in bounded memory. */
export class AddressBook {
  readonly #records = new Map<string, AddressRecord>()
  readonly #maxAddresses: number

  /** `maxAddresses` defaults to 10,000. */
  constructor(maxAddresses: number = MAX_ADDRESSES) {
    this.#maxAddresses = maxAddresses
  }

  get size(): number {
    return this.#records.size
  }

  /** Hot: once for each publish, a look-up in a map. */
  published(at: Addressed, published: Published, nowMs: number): void {
    let record = this.#records.get(at.address)
    if (record === undefined) {
      if (this.#records.size >= this.#maxAddresses) this.#makeRoom()
      record = new AddressRecord(at, published, nowMs)
      this.#records.set(at.address, record)
    }
    record.count(published, nowMs)
  }

  get(address: string): AddressRecord | undefined {
    return this.#records.get(address)
  }

  all(): IterableIterator<AddressRecord> {
    return this.#records.values()
  }

  /** Second chance: the oldest goes, unless it was used since the last time it was looked at. Amortised constant. */
  #makeRoom(): void {
    for (const [address, record] of this.#records) {
      this.#records.delete(address)
      if (!record.used) return
      record.used = false
      this.#records.set(address, record)
    }
  }
}
