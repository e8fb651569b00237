import type { IncomingMessage } from 'node:http'
import type { Channel, Contract } from '@hydrant/contract'
import type { HydrantError } from '../errors.ts'
import type { AcceptedMessage } from '../publish/accept-message.ts'
import type { Clock } from '../runtime/clock.ts'
import { type Door, DOORS, type Sender } from './door.ts'
import { ChannelMeter } from './meters/channel-meter.ts'
import { ConnectionMeter } from './meters/connection-meter.ts'
import type { EventLog, LogFields } from './logs/event-log.ts'
import { Counts } from './meters/counts.ts'
import { type HttpDoor, HttpMeter } from './meters/http-meter.ts'
import type { QuarantinedMessage, Refusal } from './quarantine/quarantined-message.ts'
import type { QuarantineRow, QuarantineStore } from './quarantine/store.ts'
import { requestIdOf } from './request-id.ts'
import { KnownSoftware, type Software } from './software.ts'
import type { Traffic } from './traffic/traffic.ts'

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

/** What hears of messages besides the counters; each is optional. */
export interface Watchers {
  readonly quarantine?: QuarantineStore | undefined
  readonly traffic?: Traffic | undefined
  readonly log?: EventLog | undefined
  /** How connections are numbered. Default 1, 2, 3, … */
  readonly ids?: { readonly first: number; readonly step: number } | undefined
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
  /** Requests over HTTP. */
  readonly http: Readonly<Record<HttpDoor, HttpMeter>> = {
    http: new HttpMeter(),
    sse: new HttpMeter(),
    meta: new HttpMeter(),
  }
  /** What peers say they are. */
  readonly software: KnownSoftware = new KnownSoftware()
  /** Keeps the refused messages. Undefined when it is switched off. */
  readonly quarantine: QuarantineStore | undefined
  /** Counts what flows, message by message. Undefined when it is switched off. */
  readonly traffic: Traffic | undefined
  /** Hears of each refused message that is kept, while an operator may watch. */
  onKept: ((row: QuarantineRow, message: QuarantinedMessage) => void) | undefined
  /** Where refused messages are kept, when it is not here. */
  refusals: ((refusal: Refusal) => void) | undefined
  /** Writes a line for what matters. Undefined when nobody reads it. */
  readonly log: EventLog | undefined
  readonly #channels = new Map<string, ChannelMeter>()
  readonly #clock: Clock
  readonly #idStep: number
  #nextConnection: number

  constructor(contract: Contract, clock: Clock, { quarantine, traffic, log, ids }: Watchers = {}) {
    const { first, step } = ids ?? { first: 1, step: 1 }
    this.#idStep = step
    this.#nextConnection = first
    this.#clock = clock
    this.quarantine = quarantine
    this.traffic = traffic
    this.log = log
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
  get channels(): readonly ChannelMeter[] {
    return [...this.#channels.values()]
  }

  /** A WebSocket upgrade or event stream was answered: `accepted`, or the code of the error. */
  handshake(door: Door, outcome: 'accepted' | HydrantError['code']): void {
    this.handshakes.add(`${door} ${outcome}`)
  }

  /** A transport is open. Its counters are `closed` when it ends. */
  opened(sender: Omit<Sender, 'connection'>, software?: Software): ConnectionMeter {
    const connection = `c${this.#nextConnection.toString(36)}`
    this.#nextConnection += this.#idStep
    const meter = new ConnectionMeter({ ...sender, connection }, this.#clock.wallMs(), software)
    this.connections.add(meter)
    if (this.log?.has('connection-opened') === true) this.log.write('connection-opened', whoIs(meter))
    return meter
  }

  closed(meter: ConnectionMeter, ending: ConnectionEnding): void {
    if (!this.connections.delete(meter)) return
    this.endings.add(`${meter.door} ${ending}`)
    const totals = this.closedTotals[meter.door]
    totals.bytesIn += meter.bytesIn
    totals.bytesOut += meter.bytesOut
    if (this.log?.has('connection-closed') !== true) return
    const { bytesIn, bytesOut, messagesIn, openedMs } = meter
    const durationMs = this.#clock.wallMs() - openedMs
    this.log.write('connection-closed', { ...whoIs(meter), ending, durationMs, bytesIn, bytesOut, messagesIn })
  }

  /** An HTTP request or upgrade is answered with an error. */
  requestRefused(door: Door, request: IncomingMessage, { code, status, message: detail }: HydrantError): void {
    if (this.log?.has('request-refused') !== true) return
    this.log.write('request-refused', { ...whichRequest(request), door, code, status, detail })
  }

  /** An HTTP request is over, `durationMs` after it came. Hot: once for each. */
  requestAnswered(door: HttpDoor, request: IncomingMessage, status: number, durationMs: number): void {
    const meter = this.http[door]
    meter.count(request.method, status)
    if (door !== 'sse' && !LONG_POLL.test(request.url!)) meter.duration.record(durationMs)
    // A refusal has a line of its own.
    if (status >= 400 || this.log?.has('request-answered') !== true) return
    this.log.write('request-answered', { ...whichRequest(request), door, status, durationMs: Math.round(durationMs) })
  }

  /** A message has passed the contract. Hot: once for each. */
  accepted(channel: Channel, { message, received, draft }: AcceptedMessage, sender: Sender, nowMs: number): void {
    this.traffic?.accepted(channel, message, received, draft.payload.length, sender, nowMs)
  }

  /** A message did not pass: it was not published and its sender was told why. What an operator tries is only counted. */
  refused(refusal: Refusal): void {
    const { at, sender, error } = refusal
    this.channel(at.channel).refused.add(`${sender.door} ${error.code}`)
    if (sender.door === 'admin') return
    if (this.log?.has('message-refused') === true) this.#logRefusal(refusal)
    if (this.refusals === undefined) this.keep(refusal)
    else this.refusals(refusal)
  }

  /** Keeps a refused message, of this process or of another. */
  keep(refusal: Refusal): void {
    this.traffic?.refused(refusal.at.channel, refusal.error.details.message)
    const kept = this.quarantine?.add(refusal)
    if (kept !== undefined) this.onKept?.(kept.row, kept.message)
  }

  /** A caller was answered with an error. Those that turn somebody away for who they are are counted, and the limits that were hit. */
  answered({ code, details }: HydrantError): void {
    if (DENIALS.has(code)) this.denials.add(code)
    if (details.limit !== undefined) this.limitHit(details.limit)
  }

  /** A limit was hit. `name` is the setting's name, never text from outside. */
  limitHit(name: string): void {
    this.limitHits.add(name)
    this.log?.write('limit-hit', { limit: name })
  }

  /** A reader did not keep up: what waits for it is at its limit. One function for all subscriptions. */
  readonly outboxFull = (): void => this.limitHit('outbox')

  /** A setting is in force that is only safe on a laptop, such as `allow-anonymous`. */
  insecure(name: string): void {
    this.insecureSwitches.add(name)
    this.log?.write('insecure-setting', { setting: name })
  }

  #logRefusal({ at, sender, error }: Refusal): void {
    const { code, message: detail, details } = error
    const { template } = this.channel(at.channel)
    this.log?.write('message-refused', { ...whoIs(sender), channel: template, code, message: details.message, detail })
  }
}

const LONG_POLL = /[?&]wait=/
const DENIALS: ReadonlySet<string> = new Set(['unauthenticated', 'forbidden', 'forbidden-origin'])

function whichRequest(request: IncomingMessage): LogFields {
  const { method, url, socket } = request
  return { request: requestIdOf(request), remote: socket.remoteAddress, method, path: url?.split('?')[0] }
}

function whoIs({ door, connection, remote, principal }: Sender): LogFields {
  return { connection, door, remote, principal }
}
