import type { Duplex } from 'node:stream'
import { CLOSE_FORBIDDEN } from '@hydrant/protocol'
import { type DeflateParameters, type Ending, encodeTextFrame } from '@hydrant/wire'
import type { MaybePromise } from '../../broker/broker.ts'
import { type HydrantError, rateLimited, rowOf, toHydrantError } from '../../errors.ts'
import type { Principal } from '../../guard/principal.ts'
import type { FeedHold } from '../../hub/hub.ts'
import type { Sink } from '../../hub/sink.ts'
import { Subscription } from '../../hub/subscription.ts'
import type { SocketFormat } from '../../message/encode.ts'
import type { ConnectionMeter } from '../../observe/meters/connection-meter.ts'
import type { Incoming, PublisherRole } from '../../publish/accept-message.ts'
import type { Addressed } from '../../publish/publisher.ts'
import type { Service } from '../../service.ts'
import type { Goodbye, OpenTransport, Tap } from '../../transport/open-transports.ts'
import { SocketConnection, type SocketOwner } from '../../transport/socket-connection.ts'
import { type MessageHandler, MessageQueue } from '../message-queue.ts'
import { resolve } from '../request.ts'
import { startOf } from '../start.ts'
import { partIn, type SocketTerms } from './terms.ts'
import { toIncoming } from './to-incoming.ts'

/** RFC 7692 §7.1.2: what a peer takes that names no window. */
const MAX_WINDOW_BITS = 15

export interface ChannelSocketOptions {
  readonly at: Addressed
  readonly principal: Principal
  readonly terms: SocketTerms
  /** Released when the socket ends. */
  readonly hold: FeedHold
  readonly socket: Duplex
  readonly meter: ConnectionMeter
}

/** Opens the channel on a socket whose handshake has been answered. `head`: what came with it. */
export function openChannelSocket(service: Service, options: ChannelSocketOptions, head: Buffer): void {
  const socket = new ChannelSocket(service, options)
  service.transports.add(socket)
  socket.start()
  socket.connection.receiveFirst(head)
}

/**
 * One channel on one WebSocket: bare payloads out, and in when the contract says so. There may be very many that only listen: one object
 * is all of it, and what few of them need is made when it is needed.
 */
class ChannelSocket implements OpenTransport, SocketOwner, MessageHandler<Incoming>, Sink {
  readonly connection: SocketConnection
  readonly format: SocketFormat
  readonly #service: Service
  /** Whose it is now. */
  #principal: Principal
  /** The place as the contract has it now. */
  #at: Addressed
  readonly #role: PublisherRole
  readonly #hold: FeedHold
  readonly #subscription: Subscription | undefined
  /** Messages that wait for the one that is published. */
  #incoming: MessageQueue<Incoming> | undefined
  #isRevoked = false

  constructor(service: Service, { at, principal, terms, hold, socket, meter }: ChannelSocketOptions) {
    this.#service = service
    this.#principal = principal
    this.#at = at
    this.#role = terms.role
    this.#hold = hold
    this.format = formatOf(terms)
    this.connection = new SocketConnection(service, {
      owner: this,
      socket,
      inbound: terms.role === 'application' ? undefined : service.inbound,
      deflate: terms.deflate,
      meter,
    })
    this.#subscription = this.#subscribe(terms)
    service.revocation.watch(principal)
  }

  start(): void {
    this.#subscription?.start()
  }

  // As an open transport.

  get meter(): ConnectionMeter {
    return this.connection.meter
  }

  get principal(): Principal {
    return this.#principal
  }

  following(): Iterable<Subscription> {
    return this.#subscription === undefined ? [] : [this.#subscription]
  }

  messagesOut(): number {
    return this.#subscription?.delivered ?? 0
  }

  tap(tap: Tap | undefined): void {
    this.connection.tap = tap
  }

  goAway({ code, reason }: Goodbye): void {
    this.connection.close(code, reason)
  }

  destroy(): void {
    this.connection.shed()
  }

  revoke(error: HydrantError): void {
    if (this.#isRevoked) return
    this.#isRevoked = true
    this.#subscription?.close()
    this.connection.sendText(JSON.stringify(error.toProblem(this.#at.address)))
    this.connection.close(closeCodeOf(error), rowOf(error.code).title)
  }

  recheck(): void {
    const service = this.#service
    try {
      this.#principal = service.guard.renewed(this.#principal)
      service.revocation.watch(this.#principal)
      this.#at = resolve(service, this.#at.address)
      partIn(service, this.#principal, this.#at, this.#role)
    } catch (error) {
      this.revoke(toHydrantError(error))
    }
  }

  // What the connection tells.

  onBytes(): void {}

  onMessage(payload: Buffer, binary: boolean): void {
    this.meter.messagesIn++
    const retryAfterMs = this.connection.admitMessage()
    if (retryAfterMs > 0) {
      this.#answerError(rateLimited(retryAfterMs))
      return
    }
    this.#incoming ??= new MessageQueue(this.connection, this.#service.limits.maxQueuedBytes / 2, this)
    this.#incoming.push(toIncoming(payload, binary, this.#at))
  }

  onEnd(ending: Ending): void {
    this.#service.observer.closed(this.meter, ending.kind)
    this.#subscription?.close()
    this.#hold.release()
    this.#service.transports.remove(this)
  }

  // What the queue of messages asks.

  handle(message: Incoming): MaybePromise<unknown> {
    const { guard, publisher } = this.#service
    guard.check(this.#principal, 'publish', this.#at)
    return publisher.publish({
      at: this.#at,
      role: this.#role,
      sender: this.meter,
      messages: [message],
      caller: this.#principal,
    })
  }

  onFault(error: unknown): void {
    this.#answerError(toHydrantError(error))
  }

  onQueueEmpty(): void {
    this.#incoming = undefined
  }

  // Where the subscription's bytes go.

  get queuedBytes(): number {
    return this.connection.queuedBytes
  }

  send(chunk: Buffer): void {
    // What its only channel has for this turn is all there is.
    this.connection.writeFrames(chunk)
  }

  sendNotice(_event: string, notice: object): void {
    this.connection.sendFrames(encodeTextFrame(JSON.stringify(notice)))
  }

  onceDrained(run: () => void): void {
    this.connection.onceDrained(run)
  }

  endSlow(): void {
    this.connection.close(1013, 'too slow: connect again with since')
  }

  endFailed(error: unknown): void {
    this.#service.onFault(error)
    this.connection.close(1011, 'the history cannot be read')
  }

  #subscribe({ view, since }: SocketTerms): Subscription | undefined {
    if (view === undefined) return undefined
    const { channel } = this.#at
    return new Subscription({
      terms: this.#service.readerTerms.of(channel, 'websocket', view),
      feed: this.#hold.feed,
      sink: this,
      start: startOf(channel, since),
      resumes: since !== undefined,
    })
  }

  /** The same problem object as over HTTP; the connection stays open. */
  #answerError(error: HydrantError): void {
    if (error.code === 'internal') this.#service.onFault(error.cause ?? error)
    this.#service.observer.answered(error)
    this.connection.sendText(JSON.stringify(error.toProblem(this.#at.address)))
  }
}

/** A peer that only takes a smaller window gets uncompressed frames: what is compressed once for all uses the largest. */
function formatOf({
  format,
  deflate,
}: {
  format: 'bare' | 'envelope'
  deflate: DeflateParameters | undefined
}): SocketFormat {
  return deflate?.windowBits === MAX_WINDOW_BITS ? `${format}-deflated` : format
}

/** What ends a connection has a close code in the table; a channel that is no more is closed like what is not allowed. */
function closeCodeOf({ code }: HydrantError): number {
  return rowOf(code).closeCode ?? CLOSE_FORBIDDEN
}
