import type { Duplex } from 'node:stream'
import { CLOSE_FORBIDDEN } from '@hydrant/protocol'
import { encodeTextFrame } from '@hydrant/wire'
import { type HydrantError, rateLimited, rowOf, toHydrantError } from '../../errors.ts'
import type { Principal } from '../../guard/principal.ts'
import type { FeedHold } from '../../hub/hub.ts'
import type { Sink } from '../../hub/sink.ts'
import { Subscription } from '../../hub/subscription.ts'
import type { SocketFormat } from '../../message/encode.ts'
import type { ConnectionMeter } from '../../observe/meters/connection-meter.ts'
import type { Incoming } from '../../publish/accept-message.ts'
import { type Addressed, logPolicy } from '../../publish/publisher.ts'
import type { Service } from '../../service.ts'
import type { Goodbye, Tap } from '../../transport/open-transports.ts'
import { SocketConnection } from '../../transport/socket-connection.ts'
import { MessageQueue } from '../message-queue.ts'
import { standing } from '../reader-standing.ts'
import { startOf } from '../start.ts'
import { partIn, type SocketTerms } from './terms.ts'

/** RFC 7692 §7.1.2: what a peer takes that names no window. */
const MAX_WINDOW_BITS = 15

export interface ChannelSocketOptions {
  readonly at: Addressed
  readonly principal: Principal
  /** Of the handshake. */
  readonly query: URLSearchParams
  readonly terms: SocketTerms
  /** Released when the socket ends. */
  readonly hold: FeedHold
  readonly socket: Duplex
  readonly head: Buffer
  readonly meter: ConnectionMeter
}

/** One channel on one WebSocket: bare payloads out, and in when the contract says so. */
export function openChannelSocket(service: Service, options: ChannelSocketOptions): void {
  const { at, principal, query, terms, hold, socket, head, meter } = options
  const closed = Promise.withResolvers<void>()

  const connection = new SocketConnection({
    socket,
    limits: service.wireLimits,
    inbound: terms.role === 'application' ? undefined : service.inbound,
    deflate: terms.deflate,
    random: service.random,
    clock: service.clock,
    turn: service.turn,
    deadlines: service.deadlines,
    meter,
    onMessage: (payload, binary) => {
      meter.messagesIn++
      const retryAfterMs = connection.admitMessage()
      if (retryAfterMs > 0) return answerError(service, connection, at, rateLimited(retryAfterMs))
      frames.push(toIncoming(payload, binary, at))
    },
    onEnd: (ending) => {
      service.observer.closed(meter, ending.kind)
      subscription?.close()
      hold.release()
      closed.resolve()
    },
  })
  const frames = new MessageQueue<Incoming>(
    connection,
    service.limits.maxQueuedBytes / 2,
    (frame) => {
      service.guard.check(stands.principal, 'publish', stands.at)
      return service.publisher.publish({
        at: stands.at,
        role: terms.role,
        sender: meter,
        messages: [frame],
        caller: stands.principal,
      })
    },
    (error) => answerError(service, connection, at, toHydrantError(error)),
  )
  const subscription = subscribe(service, options, connection)

  const stands = standing(
    service,
    principal,
    at,
    (current, place) => void partIn(service, current, place, query),
    (error) => {
      subscription?.close()
      connection.sendText(JSON.stringify(error.toProblem(at.address)))
      connection.close(closeCodeOf(error), rowOf(error.code).title)
    },
  )
  const transport = {
    meter,
    subscriptions: () => (subscription === undefined ? [] : [subscription]),
    messagesOut: () => subscription?.delivered ?? 0,
    tap: (tap: Tap | undefined) => {
      connection.tap = tap
    },
    goAway: ({ code, reason }: Goodbye) => connection.close(code, reason),
    destroy: () => void socket.destroy(),
    closed: closed.promise,
  }
  service.transports.add(Object.assign(stands, transport))
  subscription?.start()
  connection.receiveFirst(head)
}

function subscribe(
  service: Service,
  { at, terms, hold }: ChannelSocketOptions,
  connection: SocketConnection,
): Subscription | undefined {
  const { view, since } = terms
  if (view === undefined) return undefined
  const { channel, address } = at
  return new Subscription({
    address,
    policy: logPolicy(channel),
    overflow: channel.overflow,
    view,
    broker: service.broker,
    feed: hold.feed,
    sink: new SocketSink(connection, formatOf(terms)),
    maxQueuedBytes: service.limits.maxQueuedBytes,
    start: startOf(channel, since),
    resumes: since !== undefined,
    meter: service.observer.channel(channel).readers.websocket,
    onOverflow: service.observer.outboxFull,
    onFailure: (error) => {
      service.onFault(error)
      connection.close(1011, 'the history cannot be read')
    },
  })
}

/** A peer that only takes a smaller window gets uncompressed frames: what is compressed once for all uses the largest. */
function formatOf({ format, deflate }: SocketTerms): SocketFormat {
  return deflate?.windowBits === MAX_WINDOW_BITS ? `${format}-deflated` : format
}

/** A class, so that the sinks of all connections have one shape: `send` and `queuedBytes` are called for every delivery. */
class SocketSink implements Sink {
  readonly format: SocketFormat
  readonly #connection: SocketConnection

  constructor(connection: SocketConnection, format: SocketFormat) {
    this.#connection = connection
    this.format = format
  }

  get queuedBytes(): number {
    return this.#connection.queuedBytes
  }

  send(chunk: Buffer): void {
    // What its only channel has for this turn is all there is.
    this.#connection.writeFrames(chunk)
  }

  sendNotice(_event: string, notice: object): void {
    this.#connection.sendFrames(encodeTextFrame(JSON.stringify(notice)))
  }

  onceDrained(run: () => void): void {
    this.#connection.onceDrained(run)
  }

  endSlow(): void {
    this.#connection.close(1013, 'too slow: connect again with since')
  }
}

/** What a frame is: the payload is only the caller's for the moment, and a frame may have to wait, so bytes are copied. */
function toIncoming(payload: Buffer, binary: boolean, { channel }: Addressed): Incoming {
  if (binary) return { encoding: 'binary', bytes: Buffer.from(payload) }
  const { encodings } = channel.all
  const text = payload.toString()
  if (!encodings.includes('text')) return { encoding: 'json', text }
  // A channel with both: what is not JSON can only be text.
  return encodings.includes('json') && isJson(text) ? { encoding: 'json', text } : { encoding: 'text', text }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** What ends a connection has a close code in the table; a channel that is no more is closed like what is not allowed. */
function closeCodeOf({ code }: HydrantError): number {
  return rowOf(code).closeCode ?? CLOSE_FORBIDDEN
}

/** The same problem object as over HTTP; the connection stays open. */
function answerError(service: Service, connection: SocketConnection, at: Addressed, error: HydrantError): void {
  if (error.code === 'internal') service.onFault(error.cause ?? error)
  service.observer.answered(error)
  connection.sendText(JSON.stringify(error.toProblem(at.address)))
}
