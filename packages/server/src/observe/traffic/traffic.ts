import type { Channel, Message } from '@hydrant/contract'
import type { Clock } from '../../runtime/clock.ts'
import type { Sender } from '../door.ts'
import type { FieldBudget } from './field-traffic.ts'
import { MessageTraffic } from './message-traffic.ts'

export interface TrafficLimits {
  /** Messages whose fields are looked at, in a second, of all channels together. Default 500. */
  readonly looksPerSecond: number
  /** Fields that are followed, of all messages together. Default 20,000. */
  readonly maxFields: number
}

const TRAFFIC_LIMITS: TrafficLimits = { looksPerSecond: 500, maxFields: 20_000 }

/** The budget of looks is given out in slices, so that a burst does not take a second's worth at once. */
const SLICES_PER_SECOND = 20

/**
 * What flows, message by message: every one is counted, and the fields of a sample are looked at. The sample is the first
 * `looksPerSecond / 20` messages of each twentieth of a second: all of them on a quiet server.
 */
export class Traffic {
  readonly limits: TrafficLimits
  readonly #clock: Clock
  readonly #byChannel = new Map<string, Map<string, MessageTraffic>>()
  readonly #fields: FieldBudget
  readonly #looksPerSlice: number
  #sliceEndsMs = 0
  /** How far the clock of people is ahead of the one that never jumps: looked up once for each slice. */
  #wallAheadMs = 0
  #looksLeft = 0

  constructor(clock: Clock, limits: Partial<TrafficLimits> = {}) {
    this.#clock = clock
    this.limits = { ...TRAFFIC_LIMITS, ...limits }
    this.#fields = { left: this.limits.maxFields }
    this.#looksPerSlice = Math.max(1, Math.round(this.limits.looksPerSecond / SLICES_PER_SECOND))
  }

  /** Hot: once for each message that passed the contract. `value` is the payload as it came. */
  accepted(channel: Channel, message: Message, value: unknown, bytes: number, sender: Sender, nowMs: number): void {
    const traffic = this.of(channel, message)
    if (this.#count(traffic, bytes, sender, nowMs)) traffic.look(value)
  }

  /** The same of a message that is only there as it was published: it is parsed when its fields are looked at. */
  published(channel: Channel, message: Message, payload: Buffer, sender: Sender, nowMs: number): void {
    const traffic = this.of(channel, message)
    const looks = this.#count(traffic, payload.length, sender, nowMs)
    if (looks) traffic.look(message.encoding === 'json' ? JSON.parse(payload.toString()) : undefined)
  }

  /** Whether its fields are to be looked at as well. */
  #count(traffic: MessageTraffic, bytes: number, sender: Sender, nowMs: number): boolean {
    if (nowMs >= this.#sliceEndsMs) {
      this.#sliceEndsMs = nowMs + 1000 / SLICES_PER_SECOND
      this.#wallAheadMs = this.#clock.wallMs() - nowMs
      this.#looksLeft = this.#looksPerSlice
    }
    traffic.count(bytes, sender, Math.round(nowMs + this.#wallAheadMs))
    if (this.#looksLeft <= 0) return false
    this.#looksLeft--
    return true
  }

  /** A message was refused that is nearest to the one of this name. */
  refused(channel: Channel, name: string | undefined): void {
    const message = name === undefined ? undefined : channel.messages.find((each) => each.name === name)
    if (message !== undefined) this.of(channel, message).invalid++
  }

  /** What flows of a message of a channel. A contract that is loaded again begins anew for the messages that it changed. */
  of(channel: Channel, message: Message): MessageTraffic {
    let byName = this.#byChannel.get(channel.address)
    if (byName === undefined) {
      byName = new Map()
      this.#byChannel.set(channel.address, byName)
    }
    let traffic = byName.get(message.id)
    if (traffic === undefined || (traffic.message !== message && changed(traffic.message, message))) {
      traffic = new MessageTraffic(channel.address, message, this.#fields)
      byName.set(message.id, traffic)
    }
    traffic.message = message
    return traffic
  }

  /** Every message that was seen. */
  *all(): Generator<MessageTraffic> {
    for (const byName of this.#byChannel.values()) yield* byName.values()
  }
}

function changed(before: Message, now: Message): boolean {
  return JSON.stringify(before.payloadSchema) !== JSON.stringify(now.payloadSchema)
}
