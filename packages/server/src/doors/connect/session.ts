import type { Duplex } from 'node:stream'
import {
  CLOSE_STRIKES,
  CLOSE_UNAUTHENTICATED,
  parseUp,
  PROTOCOL_LIMITS,
  type ProtocolProblem,
  type Push,
} from '@hydrant/protocol'
import type { DeflateParameters, Ending } from '@hydrant/wire'
import type { HydrantError } from '../../errors.ts'
import type { Caller } from '../../guard/caller.ts'
import { isBackend, type Principal } from '../../guard/principal.ts'
import type { Subscription } from '../../hub/subscription.ts'
import { isDeeperThan } from '../../message/json-text.ts'
import type { ConnectionMeter } from '../../observe/meters/connection-meter.ts'
import type { Software } from '../../observe/software.ts'
import type { Service } from '../../service.ts'
import type { Goodbye, OpenTransport, Tap } from '../../transport/open-transports.ts'
import { SocketConnection, type SocketOwner } from '../../transport/socket-connection.ts'
import { type MessageHandler, MessageQueue } from '../message-queue.ts'
import { answer, type Answerable, tooDeep, tooEarly } from './answer.ts'
import { toProtocolProblem } from './problems.ts'
import { recheckSession, revokeSession } from './revocation.ts'
import { SessionIdentity } from './session-identity.ts'
import { Strikes } from './strikes.ts'
import { SessionSubscriptions } from './subscriptions.ts'

export interface SessionOptions {
  readonly socket: Duplex
  readonly principal: Principal
  readonly caller: Caller
  readonly deflate: DeflateParameters | undefined
  /** The peer's IP address. */
  readonly remote: string | undefined
  readonly software: Software | undefined
}

/** Opens a session on a socket whose handshake has been answered. `head`: what came with it. */
export function openSession(service: Service, options: SessionOptions, head: Buffer): void {
  const session = new Session(service, options)
  service.transports.add(session)
  session.push({
    push: 'hello',
    session: session.id,
    time: service.clock.wallMs(),
    limits: {
      channels: service.settings.values.maxChannelsPerConnection,
      messageBytes: service.limits.maxMessageBytes,
    },
  })
  session.connection.receiveFirst(head)
}

/**
 * One connection that speaks hydrant.v1, as its operations see it. There may be very many that only wait: what few of them need is made
 * when it is needed.
 */
export class Session implements OpenTransport, SocketOwner, MessageHandler<Answerable> {
  /** Names it in presence lists and logs: 128 random bits, hexadecimal. */
  readonly id: string
  readonly service: Service
  readonly connection: SocketConnection
  readonly identity: SessionIdentity
  readonly #deflate: DeflateParameters | undefined
  #subscriptions: SessionSubscriptions | undefined
  /** Requests that wait for the one that is carried out. */
  #requests: MessageQueue<Answerable> | undefined
  #strikes: Strikes | undefined
  #ended: AbortController | undefined

  constructor(service: Service, { socket, principal, caller, deflate, remote, software }: SessionOptions) {
    this.id = randomHex(service)
    this.service = service
    this.connection = new SocketConnection(service, {
      owner: this,
      socket,
      inbound: isBackend(principal) ? undefined : service.inbound,
      deflate,
      meter: service.observer.opened({ door: 'socket', remote, principal: principal.id }, software),
    })
    this.#deflate = deflate
    this.identity = new SessionIdentity(this, principal, caller)
  }

  /** Its counters, and who is at the other end. */
  get meter(): ConnectionMeter {
    return this.connection.meter
  }

  get subscriptions(): SessionSubscriptions {
    this.#subscriptions ??= new SessionSubscriptions(this.#deflate)
    return this.#subscriptions
  }

  /** Whether the connection has ended. */
  get isOver(): boolean {
    return this.connection.isOver
  }

  /** Aborted when the connection ends. */
  get ended(): AbortSignal {
    if (this.#ended === undefined) {
      this.#ended = new AbortController()
      if (this.isOver) this.#ended.abort()
    }
    return this.#ended.signal
  }

  push(push: Push): void {
    this.connection.sendText(JSON.stringify(push))
  }

  reply(id: number, result: object): void {
    this.connection.sendText(JSON.stringify({ id, result }))
  }

  fail(id: number, error: unknown): void {
    this.refuse(id, toProtocolProblem(error, this.service))
  }

  refuse(id: number, error: ProtocolProblem): void {
    this.connection.sendText(JSON.stringify({ id, error }))
  }

  // As an open transport.

  get session(): string {
    return this.id
  }

  messagesOut(): number {
    return this.#subscriptions?.delivered ?? 0
  }

  get principal(): Principal {
    return this.identity.principal
  }

  following(): Iterable<Subscription> {
    return this.#subscriptions?.all() ?? []
  }

  tap(tap: Tap | undefined): void {
    this.connection.tap = tap
  }

  goAway({ code, reason, retryAfterMs }: Goodbye): void {
    if (retryAfterMs !== undefined) this.push({ push: 'draining', retryAfterMs })
    this.connection.close(code, reason)
  }

  destroy(): void {
    this.connection.shed()
  }

  revoke(error: HydrantError): void {
    revokeSession(this, error)
  }

  recheck(): void {
    recheckSession(this)
  }

  // What the connection tells.

  /** What comes before the identity is counted as it comes, whole messages or not. */
  onBytes(length: number): void {
    if (!this.identity.takes(length)) this.connection.close(CLOSE_TOO_LARGE, 'too much before authenticate')
  }

  onMessage(payload: Buffer, binary: boolean): void {
    this.meter.messagesIn++
    const text = binary ? '' : payload.toString()
    // The payload of a message stands one level down.
    this.#receive(parseJson(text), isDeeperThan(text, this.service.limits.maxJsonDepth + 1))
  }

  onEnd(ending: Ending): void {
    const { observer, presence, transports } = this.service
    observer.closed(this.meter, ending.kind)
    this.#ended?.abort()
    this.#subscriptions?.close()
    presence.leaveAll(this.id)
    transports.remove(this)
  }

  // What the queue of requests asks.

  handle(parsed: Answerable): Promise<void> | void {
    return answer(this, parsed)
  }

  onFault(error: unknown): void {
    this.service.onFault(error)
  }

  onQueueEmpty(): void {
    this.#requests = undefined
  }

  #receive(value: unknown, isTooDeep: boolean): void {
    const { connection, service } = this
    const parsed = parseUp(value)
    const retryAfterMs = connection.admitMessage()
    switch (parsed.kind) {
      case 'request':
      case 'refused':
        if (retryAfterMs > 0) return this.#enqueue(tooEarly(parsed, retryAfterMs))
        return this.#enqueue(isTooDeep ? tooDeep(parsed, service) : parsed)
      case 'strike':
        this.push({ push: 'error', error: parsed.error })
        if (!this.identity.isKnown) connection.close(CLOSE_UNAUTHENTICATED, 'authenticate comes first')
        this.#strikes ??= new Strikes(PROTOCOL_LIMITS.strikes, PROTOCOL_LIMITS.strikeMemoryMs)
        if (this.#strikes.isOut(service.clock.monotonicMs())) {
          connection.close(CLOSE_STRIKES, 'three messages were no requests')
        }
    }
  }

  #enqueue(parsed: Answerable): void {
    this.#requests ??= new MessageQueue(this.connection, this.service.limits.maxQueuedBytes / 2, this)
    this.#requests.push(parsed)
  }
}

/** RFC 6455 §7.4.1 */
const CLOSE_TOO_LARGE = 1009

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Filled and read at once. */
const idBytes = Buffer.alloc(16)

function randomHex(service: Service): string {
  service.random(idBytes)
  return idBytes.toString('hex')
}
