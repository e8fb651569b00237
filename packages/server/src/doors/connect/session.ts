import type { Duplex } from 'node:stream'
import {
  CLOSE_STRIKES,
  CLOSE_UNAUTHENTICATED,
  type ParsedUp,
  parseUp,
  problem,
  PROTOCOL_LIMITS,
  type Push,
  type Up,
} from '@hydrant/protocol'
import type { DeflateParameters } from '@hydrant/wire'
import type { ConnectionMeter } from '../../observe/meters/connection-meter.ts'
import type { Software } from '../../observe/software.ts'
import type { Caller } from '../../guard/caller.ts'
import { isBackend, type Principal } from '../../guard/principal.ts'
import type { Service } from '../../service.ts'
import { SocketConnection } from '../../transport/socket-connection.ts'
import { isDeeperThan } from '../../message/json-text.ts'
import { MessageQueue } from '../message-queue.ts'
import { toProtocolProblem } from './problems.ts'
import { recheckSession, revokeSession } from './revocation.ts'
import { SessionIdentity } from './session-identity.ts'
import { Strikes } from './strikes.ts'
import { authenticate } from './operations/authenticate.ts'
import { answerPing } from './operations/ping.ts'
import { presence } from './operations/presence.ts'
import { publish } from './operations/publish.ts'
import { call } from './operations/request.ts'
import { subscribe } from './operations/subscribe.ts'
import { unsubscribe } from './operations/unsubscribe.ts'
import { SessionSubscriptions } from './subscriptions.ts'

/** One connection that speaks hydrant.v1, as its operations see it. */
export interface Session {
  /** Names it in presence lists and logs: 128 random bits, hexadecimal. */
  readonly id: string
  readonly service: Service
  readonly connection: SocketConnection
  /** Its counters, and who is at the other end. */
  readonly meter: ConnectionMeter
  readonly subscriptions: SessionSubscriptions
  readonly identity: SessionIdentity
  /** Aborted when the connection ends. */
  readonly ended: AbortSignal
  push(push: Push): void
  reply(id: number, result: object): void
  fail(id: number, error: unknown): void
}

export interface SessionOptions {
  readonly socket: Duplex
  readonly head: Buffer
  readonly principal: Principal
  readonly caller: Caller
  readonly deflate: DeflateParameters | undefined
  /** The peer's IP address. */
  readonly remote: string | undefined
  readonly software: Software | undefined
}

/** Opens a session on a socket whose handshake has been answered. */
export function openSession(service: Service, options: SessionOptions): void {
  const { socket, head, deflate, remote, software, principal, caller } = options
  const { clock, observer } = service
  const meter = observer.opened({ door: 'socket', remote, principal: principal.id }, software)
  const closed = Promise.withResolvers<void>()
  const ended = new AbortController()
  const strikes = new Strikes(PROTOCOL_LIMITS.strikes, PROTOCOL_LIMITS.strikeMemoryMs)

  // Before the connection's own listener: what comes before the identity is counted as it comes, whole messages or not.
  socket.on('data', (bytes: Buffer) => countBytes(bytes))
  const connection = new SocketConnection({
    socket,
    limits: service.wireLimits,
    inbound: isBackend(principal) ? undefined : service.inbound,
    deflate,
    random: service.random,
    clock,
    turn: service.turn,
    deadlines: service.deadlines,
    meter,
    onMessage: (payload, binary) => {
      meter.messagesIn++
      const text = binary ? '' : payload.toString()
      // The payload of a message stands one level down.
      receive(parseJson(text), isDeeperThan(text, service.limits.maxJsonDepth + 1))
    },
    onEnd: (ending) => {
      observer.closed(meter, ending.kind)
      ended.abort()
      session.subscriptions.close()
      service.presence.leaveAll(session.id)
      closed.resolve()
    },
  })
  const session: Session = {
    id: randomHex(service),
    service,
    connection,
    meter,
    subscriptions: new SessionSubscriptions(deflate),
    identity: new SessionIdentity({
      service,
      principal,
      caller,
      ended: ended.signal,
      close: (code, reason) => connection.close(code, reason),
    }),
    ended: ended.signal,
    push: (push) => connection.sendText(JSON.stringify(push)),
    reply: (id, result) => connection.sendText(JSON.stringify({ id, result })),
    fail: (id, error) => connection.sendText(JSON.stringify({ id, error: toProtocolProblem(error, service) })),
  }
  const requests = new MessageQueue<Answerable>(
    connection,
    service.limits.maxQueuedBytes / 2,
    (parsed) => answer(session, parsed),
    (error) => service.onFault(error),
  )

  function countBytes({ length }: Buffer): void {
    if (!session.identity.takes(length)) connection.close(CLOSE_TOO_LARGE, 'too much before authenticate')
  }

  function receive(value: unknown, isTooDeep: boolean): void {
    const parsed = parseUp(value)
    const retryAfterMs = connection.admitMessage()
    switch (parsed.kind) {
      case 'request':
      case 'refused':
        if (retryAfterMs > 0) return requests.push(tooEarly(parsed, retryAfterMs))
        return requests.push(isTooDeep ? tooDeep(parsed, service) : parsed)
      case 'strike':
        session.push({ push: 'error', error: parsed.error })
        if (!session.identity.isKnown) connection.close(CLOSE_UNAUTHENTICATED, 'authenticate comes first')
        if (strikes.isOut(clock.monotonicMs())) connection.close(CLOSE_STRIKES, 'three messages were no requests')
    }
  }

  service.transports.add({
    meter,
    session: session.id,
    subscriptions: () => session.subscriptions.all(),
    messagesOut: () => session.subscriptions.delivered,
    tap: (tap) => {
      connection.tap = tap
    },
    goAway: ({ code, reason, retryAfterMs }) => {
      if (retryAfterMs !== undefined) session.push({ push: 'draining', retryAfterMs })
      connection.close(code, reason)
    },
    destroy: () => socket.destroy(),
    closed: closed.promise,
    get principal() {
      return session.identity.principal
    },
    revoke: (error) => revokeSession(session, error),
    recheck: () => recheckSession(session),
  })
  session.push({
    push: 'hello',
    session: session.id,
    time: clock.wallMs(),
    limits: {
      channels: service.settings.values.maxChannelsPerConnection,
      messageBytes: service.limits.maxMessageBytes,
    },
  })
  countBytes(head)
  connection.receiveFirst(head)
}

/** RFC 6455 §7.4.1 */
const CLOSE_TOO_LARGE = 1009

/** What gets a reply. Both kinds wait their turn, so that replies keep the order of the requests. */
type Answerable = Exclude<ParsedUp, { kind: 'strike' }>

/** Carries out one request. Its reply is queued when this returns or resolves, except for `request`, which answers later. */
function answer(session: Session, parsed: Answerable): Promise<void> | void {
  const { identity, connection } = session
  if (!identity.isKnown && !(parsed.kind === 'request' && parsed.request.op === 'authenticate')) {
    session.fail(parsed.kind === 'refused' ? parsed.id : parsed.request.id, identity.refusal())
    connection.close(CLOSE_UNAUTHENTICATED, 'authenticate comes first')
    return
  }
  if (parsed.kind === 'refused') {
    session.connection.sendText(JSON.stringify({ id: parsed.id, error: parsed.error }))
    return
  }
  const { request } = parsed
  try {
    const answered = carryOut(session, request)
    return answered?.catch((error: unknown) => session.fail(request.id, error))
  } catch (error) {
    session.fail(request.id, error)
  }
}

function carryOut(session: Session, request: Up): Promise<void> | void {
  switch (request.op) {
    case 'subscribe':
      return subscribe(session, request)
    case 'unsubscribe':
      return unsubscribe(session, request)
    case 'publish':
      return publish(session, request)
    case 'request':
      return call(session, request)
    case 'presence':
      return presence(session, request)
    case 'ping':
      return answerPing(session, request)
    case 'authenticate':
      return authenticate(session, request)
  }
}

function tooDeep(parsed: Answerable, { limits, observer }: Service): Answerable {
  observer.limitHit('json-depth')
  const error = problem('message-invalid', `expected JSON nested at most ${limits.maxJsonDepth} levels deep`)
  return { kind: 'refused', id: idOf(parsed), error }
}

function idOf(parsed: Answerable): number {
  return parsed.kind === 'refused' ? parsed.id : parsed.request.id
}

/** PROTOCOL.md 2.7. It waits its turn like a request, so that the replies keep their order. */
function tooEarly(parsed: Answerable, retryAfterMs: number): Answerable {
  const detail = `expected fewer requests: the next is taken in ${retryAfterMs} ms`
  const error = problem('rate-limited', detail, { retryAfterMs })
  return { kind: 'refused', id: idOf(parsed), error }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function randomHex(service: Service): string {
  const bytes = Buffer.alloc(16)
  service.random(bytes)
  return bytes.toString('hex')
}
