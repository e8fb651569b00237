import type { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { CONNECT_PATH, SUBPROTOCOL } from '@hydrant/protocol'
import { HydrantError, toHydrantError } from '../errors.ts'
import { Caller } from '../guard/caller.ts'
import { EVERYBODY, type Principal } from '../guard/principal.ts'
import type { RequestSpan } from '../observe/traces/request-span.ts'
import { channelPlace } from '../page/anchors.ts'
import type { Service } from '../service.ts'
import { clientOf } from '../transport/client-of.ts'
import { answer, answerJson, answerProblem } from './answer.ts'
import { acceptConnect } from './connect/accept.ts'
import { answerHistory } from './http/history.ts'
import { answerPublish } from './http/publish.ts'
import { answerHealth, MetaDoor } from './meta/meta.ts'
import { parseTarget, resolve, type Target } from './request.ts'
import { answerEventStream } from './sse/event-stream.ts'
import { refuseUpgrade } from './websocket/refuse.ts'
import { acceptWebSocket } from './websocket/accept.ts'

const RESERVED = '/-/'
const TICKETS_PATH = '/-/tickets'
/** RFC 9110 §15.2.2 */
const SWITCHING_PROTOCOLS = 101
const CHANNEL_METHODS = 'GET, HEAD, POST, OPTIONS'

/** Brings each request to its door. Whatever a door throws becomes the problem details of the answer. */
export class Router {
  readonly #service: Service
  #meta: MetaDoor
  readonly #isReady: () => boolean
  /** Requests that are being answered, by socket: an upgrade behind one of them must wait its turn, so it is refused. */
  readonly #answering = new WeakMap<Duplex, number>()

  constructor(service: Service, isReady: () => boolean) {
    this.#service = service
    this.#meta = new MetaDoor(service.contract)
    this.#isReady = isReady
  }

  /** The contract was reloaded. */
  reload(): void {
    this.#meta = new MetaDoor(this.#service.contract)
  }

  /** Whether this path is the API's: one of its channels, or reserved. */
  owns(url: string | undefined): boolean {
    const path = (url ?? '/').split('?')[0]!
    if (path.startsWith(RESERVED)) return true
    const match = this.#service.contract.match(path)
    return match.ok || match.reason === 'parameter'
  }

  async handleRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket } = request
    this.#answering.set(socket, (this.#answering.get(socket) ?? 0) + 1)
    const startedMs = this.#service.clock.monotonicMs()
    response.once('close', () => {
      this.#answering.set(socket, (this.#answering.get(socket) ?? 1) - 1)
      this.#countAnswer(request, response, startedMs)
    })
    try {
      await this.#route(request, response)
    } catch (error) {
      this.#answerError(request, response, error)
    }
    this.#watchAnswer(response)
  }

  #countAnswer(request: IncomingMessage, response: ServerResponse, startedMs: number): void {
    const { clock, observer } = this.#service
    const url = request.url!
    const isMeta = url.startsWith(RESERVED) || (url === '/' && wantsPage(request))
    const door = isMeta ? 'meta' : request.method === 'GET' && accepts(request, 'text/event-stream') ? 'sse' : 'http'
    const status = response.headersSent ? response.statusCode : 0
    observer.requestAnswered(door, request, status, clock.monotonicMs() - startedMs)
  }

  /**
   * A peer that takes nothing of its answer for the write timeout is cut off. The time starts again with every piece that is taken,
   * and Node sets its own for the next request.
   */
  #watchAnswer(response: ServerResponse): void {
    // What the system has taken already needs no timer, and that is nearly every answer.
    if (!response.writableEnded || response.writableLength === 0) return
    response.setTimeout(this.#service.wireLimits.writeTimeoutMs, () => {
      this.#service.observer.limitHit('write-timeout')
      response.destroy()
    })
  }

  async handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    // Before anything asynchronous: a reset during the handshake must find a listener.
    socket.on('error', destroy)
    const door = request.url?.split('?')[0] === CONNECT_PATH ? 'socket' : 'websocket'
    const span = this.#service.tracing?.request(request, door)
    try {
      this.#refuseTooManyHeaders(request)
      if ((this.#answering.get(socket) ?? 0) > 0) {
        throw new HydrantError('bad-request', 'an upgrade cannot be pipelined behind another request')
      }
      if (!this.#isReady()) throw unavailable()
      if (this.#service.memory.excessBytes > 0) throw this.#outOfMemory()
      this.#service.proxies.read(request)
      const target = parseTarget(request)
      this.#service.origins.check(request)
      await this.#service.caps.takeAddress(clientOf(request), socket)
      const caller = new Caller(request, target)
      const principal = await this.#recognize(caller, socket)
      if (socket.destroyed) return span?.abandoned()
      span?.by(principal)
      await this.#service.caps.takePrincipal(principal, socket)
      if (socket.destroyed) return span?.abandoned()
      if (target.path === CONNECT_PATH) {
        span?.at(CONNECT_PATH)
        acceptConnect(this.#service, { request, socket, head, principal, caller })
      } else await this.#upgradeChannel(target, principal, request, socket, head, span)
      span?.answered(SWITCHING_PROTOCOLS)
      socket.off('error', destroy)
    } catch (error) {
      const refused = toHydrantError(error)
      if (refused.code === 'internal') this.#service.onFault(error)
      this.#service.observer.handshake(door, refused.code)
      this.#service.observer.answered(refused)
      this.#service.observer.requestRefused(door, request, refused)
      refuseUpgrade(socket, refused, request)
      span?.refused(refused)
    }
  }

  #outOfMemory(): HydrantError {
    return new HydrantError('unavailable', 'the server has no memory for more', {
      retryAfterMs: 5_000,
      limit: 'memory',
    })
  }

  /** Who is calling. What is asked on the way is told when the peer goes. */
  async #recognize(caller: Caller, transport: EventEmitter): Promise<Principal> {
    if (!this.#service.guard.authenticates) return EVERYBODY
    const gone = new AbortController()
    const abort = (): void => gone.abort()
    transport.once('close', abort)
    try {
      return await this.#service.guard.principalOf(caller, gone.signal)
    } finally {
      transport.off('close', abort)
    }
  }

  async #upgradeChannel(
    target: Target,
    principal: Principal,
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    span: RequestSpan | undefined,
  ): Promise<void> {
    // Here nobody can say later who they are.
    this.#service.guard.requireIdentity(principal)
    const at = resolve(this.#service, target.path)
    span?.reached(at)
    await acceptWebSocket(this.#service, { at, principal, query: target.query, request, socket, head })
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#refuseTooManyHeaders(request)
    this.#service.proxies.read(request)
    const target = parseTarget(request)
    if (target.path === '/-/live') return answerHealth(response, true)
    if (target.path === '/-/ready') return answerHealth(response, this.#isReady())
    if (!this.#isReady()) throw unavailable()
    if (target.path === TICKETS_PATH) return this.#issueTicket(target, request, response)
    if (target.path.startsWith(RESERVED) || (target.path === '/' && wantsPage(request))) {
      return this.#routeMeta(target.path === '/' ? '/-/docs' : target.path, request, response)
    }
    return this.#routeChannel(target, request, response)
  }

  /** `POST /-/tickets`: what a browser opens a socket or an event stream with. */
  async #issueTicket(target: Target, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { guard, origins } = this.#service
    origins.check(request)
    if (request.method === 'OPTIONS') {
      return answer(response, 204, 'text/plain', '', { Allow: 'POST, OPTIONS', ...preflight(this.#service, request) })
    }
    if (request.method !== 'POST') throw notAllowed(request, 'POST, OPTIONS')
    const principal = await this.#recognize(new Caller(request, target), response)
    if (principal.kind === 'anonymous')
      throw guard.unauthenticated('a ticket is for somebody: credentials are required')
    answerJson(response, 201, `${JSON.stringify(await guard.tickets.issue(principal))}\n`, origins.corsHeaders(request))
  }

  #routeMeta(path: string, request: IncomingMessage, response: ServerResponse): void {
    if (path === CONNECT_PATH) throw upgradeRequired()
    if (!this.#meta.has(path)) throw new HydrantError('channel-unknown', `nothing is at ${path}`)
    if (request.method !== 'GET' && request.method !== 'HEAD') throw notAllowed(request, 'GET, HEAD')
    this.#meta.answer(path, response, this.#service.origins.corsHeaders(request))
  }

  async #routeChannel(target: Target, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const door = accepts(request, 'text/event-stream') ? 'sse' : 'http'
    const span = this.#service.tracing?.request(request, door)
    if (span === undefined) return this.#answerChannel(target, request, response)
    try {
      await span.run(() => this.#answerChannel(target, request, response, span))
      if (response.headersSent) span.answered(response.statusCode)
      else span.abandoned()
    } catch (error) {
      span.refused(toHydrantError(error))
      throw error
    }
  }

  async #answerChannel(
    target: Target,
    request: IncomingMessage,
    response: ServerResponse,
    span?: RequestSpan,
  ): Promise<void> {
    const service = this.#service
    service.origins.check(request)
    switch (request.method) {
      case 'OPTIONS':
        // A preflight carries no credentials (Fetch §3.2.2), and what it is told is in the contract.
        resolve(service, target.path)
        return answer(response, 204, 'text/plain', '', { Allow: CHANNEL_METHODS, ...preflight(service, request) })
      case 'GET':
      case 'HEAD':
      case 'POST':
        return this.#visitChannel(target, request, response, span)
      default:
        resolve(service, target.path)
        throw notAllowed(request, CHANNEL_METHODS)
    }
  }

  async #visitChannel(
    target: Target,
    request: IncomingMessage,
    response: ServerResponse,
    span: RequestSpan | undefined,
  ): Promise<void> {
    const service = this.#service
    const isPage = request.method !== 'POST' && wantsPage(request) && !accepts(request, 'text/event-stream')
    if (isPage) {
      // The page is made from the contract alone.
      const { channel, parameters } = resolve(service, target.path)
      return answer(response, 303, 'text/plain', '', { Location: channelPlace(service.contract, channel, parameters) })
    }
    const principal = await this.#recognize(new Caller(request, target), response)
    if (response.destroyed) return
    service.guard.requireIdentity(principal)
    const isStream = request.method === 'GET' && (accepts(request, 'text/event-stream') || target.query.has('wait'))
    if (isStream) {
      if (service.memory.excessBytes > 0) throw this.#outOfMemory()
      await service.caps.takeAddress(clientOf(request), response)
      await service.caps.takePrincipal(principal, response)
      if (response.destroyed) return
    }
    span?.by(principal)
    const { query } = target
    const at = resolve(service, target.path)
    span?.reached(at)
    const visit = { at, principal, query, request, response, span }
    if (request.method === 'POST') return answerPublish(service, visit)
    return accepts(request, 'text/event-stream') ? answerEventStream(service, visit) : answerHistory(service, visit)
  }

  /** Node drops headers past its own count and goes on; here the request is refused instead. */
  #refuseTooManyHeaders(request: IncomingMessage): void {
    const count = request.rawHeaders.length / 2
    const { maxHeaders } = this.#service.settings.values
    if (count <= maxHeaders) return
    const detail = `expected at most ${maxHeaders} headers, got ${count}`
    throw new HydrantError('headers-too-large', detail, { limit: 'header-count' })
  }

  #answerError(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    const answered = toHydrantError(error)
    if (answered.code === 'internal') this.#service.onFault(error)
    if (accepts(request, 'text/event-stream')) this.#service.observer.handshake('sse', answered.code)
    this.#service.observer.answered(answered)
    if (response.headersSent) {
      response.destroy()
      return
    }
    this.#service.observer.requestRefused('http', request, answered)
    for (const [name, value] of Object.entries(this.#service.origins.corsHeaders(request))) {
      response.setHeader(name, value)
    }
    answerProblem(this.#service.clock, request, response, answered)
  }
}

function destroy(this: Duplex): void {
  this.destroy()
}

function wantsPage(request: IncomingMessage): boolean {
  return accepts(request, 'text/html')
}

/** Whether the media type is named in `Accept`: a program that takes anything gets JSON. */
function accepts(request: IncomingMessage, mediaType: string): boolean {
  const { accept } = request.headers
  return accept !== undefined && accept.toLowerCase().includes(mediaType)
}

function preflight(service: Service, request: IncomingMessage): Record<string, string> {
  const cors = service.origins.corsHeaders(request)
  if (Object.keys(cors).length === 0) return {}
  return {
    ...cors,
    'Access-Control-Allow-Methods': CHANNEL_METHODS,
    'Access-Control-Allow-Headers': [
      'Content-Type, Idempotency-Key, Hydrant-Message, Last-Event-ID, traceparent, tracestate',
      ...service.guard.credentialHeaders,
    ].join(', '),
    'Access-Control-Max-Age': '600',
  }
}

function notAllowed(request: IncomingMessage, allow: string): HydrantError {
  return new HydrantError('method-not-allowed', `${request.method} is not one of ${allow}`, {
    headers: { Allow: allow },
  })
}

function upgradeRequired(): HydrantError {
  const headers = { Upgrade: 'websocket', Connection: 'Upgrade' }
  return new HydrantError('handshake-refused', `${CONNECT_PATH} speaks ${SUBPROTOCOL} over a WebSocket`, {
    status: 426,
    headers,
  })
}

function unavailable(): HydrantError {
  return new HydrantError('unavailable', 'the server is starting or stopping', { headers: { 'Retry-After': '5' } })
}
