import type { Channel, Contract } from '@hydrant/contract'
import type { HydrantError } from '../errors.ts'
import type { Incoming } from '../publish/accept-message.ts'
import type { Addressed } from '../publish/publisher.ts'
import type { Clock } from '../runtime/clock.ts'
import { type Door, DOORS, type Sender } from './door.ts'
import { ChannelMeter } from './meters/channel-meter.ts'
import { ConnectionMeter } from './meters/connection-meter.ts'
import { Counts } from './meters/counts.ts'

/** How a transport ended. The wire engine's five endings, and `closed` for HTTP responses, which do not say more. */
export type ConnectionEnding =
  | 'peer-violation'
  | 'peer-closed'
  | 'closed-by-us'
  | 'timed-out'
  | 'transport-lost'
  | 'closed'

/** Totals of the connections that are gone, by door. */
export interface DoorTotals {
  bytesIn: number
  bytesOut: number
}

/**
 * What the doors, the hub and the publisher tell: the one seam between the way of a message and everything that watches it.
 * What happens for each message or delivery is not a call but an addition to a field of a {@link ChannelMeter} or
 * {@link ConnectionMeter} that was looked up before; the methods are for what happens less often.
 */
export class Observer {
  /** Handshakes by door and outcome: `websocket accepted`, `socket forbidden-origin`. */
  readonly handshakes: Counts = new Counts(256)
  /** Ended connections by door and ending. */
  readonly endings: Counts = new Counts()
  /** Callers that were turned away, by reason. */
  readonly denials: Counts = new Counts()
  /** Limits that were hit, by name. */
  readonly limitHits: Counts = new Counts()
  /** Settings in force that are only safe on a laptop, by name. */
  readonly insecureSwitches: Set<string> = new Set()
  /** The connections that are open now. */
  readonly connections: Set<ConnectionMeter> = new Set()
  /** Bytes of the connections that are gone. */
  readonly closedTotals: Readonly<Record<Door, DoorTotals>>
  readonly #channels = new Map<string, ChannelMeter>()
  readonly #clock: Clock
  #lastConnection = 0

  constructor(contract: Contract, clock: Clock) {
    this.#clock = clock
    this.closedTotals = Object.fromEntries(
      DOORS.map((door) => [door, { bytesIn: 0, bytesOut: 0 }]),
    ) as unknown as Record<Door, DoorTotals>
    for (const channel of contract.channels) this.channel(channel)
  }

  /** The counters of a channel's template: looked up once for a subscription or feed, not for a delivery. Kept when the contract is loaded again. */
  channel({ address }: Pick<Channel, 'address'>): ChannelMeter {
    let meter = this.#channels.get(address)
    if (meter === undefined) {
      meter = new ChannelMeter(address)
      this.#channels.set(address, meter)
    }
    return meter
  }

  /** The counters of all templates, in the order of the contract. */
  get channels(): Iterable<ChannelMeter> {
    return this.#channels.values()
  }

  /** A WebSocket upgrade or event stream was answered: `accepted`, or the code of the error. */
  handshake(door: Door, outcome: 'accepted' | HydrantError['code']): void {
    this.handshakes.add(`${door} ${outcome}`)
  }

  /** A transport is open. Its counters are `closed` when it ends. */
  opened(sender: Omit<Sender, 'connection'>): ConnectionMeter {
    const connection = `c${(++this.#lastConnection).toString(36)}`
    const meter = new ConnectionMeter({ ...sender, connection }, this.#clock.wallMs())
    this.connections.add(meter)
    return meter
  }

  closed(meter: ConnectionMeter, ending: ConnectionEnding): void {
    if (!this.connections.delete(meter)) return
    this.endings.add(`${meter.door} ${ending}`)
    const totals = this.closedTotals[meter.door]
    totals.bytesIn += meter.bytesIn
    totals.bytesOut += meter.bytesOut
  }

  /** A message did not pass: it was not published and its sender was told why. */
  refused(at: Addressed, sender: Sender, _message: Incoming, error: HydrantError): void {
    this.channel(at.channel).refused.add(`${sender.door} ${error.code}`)
  }

  /** A caller was turned away. `reason` is a word of the guard's own table, never text from outside. */
  denied(reason: string): void {
    this.denials.add(reason)
  }

  /** A limit was hit. `name` is the setting's name, never text from outside. */
  limitHit(name: string): void {
    this.limitHits.add(name)
  }

  /** A setting is in force that is only safe on a laptop, such as `allow-anonymous`. */
  insecure(name: string): void {
    this.insecureSwitches.add(name)
  }
}
