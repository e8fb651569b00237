import type { IncomingMessage } from 'node:http'
import {
  type Attributes,
  context,
  type Context,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api'
import type { HydrantError } from '../../errors.ts'
import type { Principal } from '../../guard/principal.ts'
import { messageTrace } from '../../message/message-trace.ts'
import type { Addressed } from '../../publish/publisher.ts'
import type { Door } from '../door.ts'
import { OpenSpan } from './open-span.ts'
import { spanContextOf } from './span-context.ts'

/**
 * One HTTP request of a channel, or the handshake of a socket or event stream: it ends when it is answered, and not with the
 * connection. No query, no header and no name of a caller is told, so that no secret can be.
 */
export class RequestSpan {
  readonly #open: OpenSpan
  readonly #verb: string

  constructor(tracer: Tracer, request: IncomingMessage, door: Door) {
    this.#verb = door === 'http' ? methodOf(request) : 'handshake'
    const attributes: Attributes = { 'http.request.method': methodOf(request), 'hydrant.door': door }
    const active = context.active()
    // Where the embedder's own HTTP instrumentation has begun a span, it has taken the headers already.
    const isInner = trace.getSpan(active) !== undefined
    const kind = isInner ? SpanKind.INTERNAL : SpanKind.SERVER
    this.#open = new OpenSpan(
      tracer,
      this.#verb,
      { kind, attributes },
      isInner ? active : remoteParent(active, request),
    )
  }

  get context(): Context {
    return this.#open.context
  }

  /** False when the sampler has decided against it. */
  get isRecording(): boolean {
    return this.#open.isRecording
  }

  run<T>(run: () => T): T {
    return this.#open.run(run)
  }

  /** Who asks is known. */
  by({ kind }: Principal): void {
    this.#open.set({ 'hydrant.principal.kind': kind })
  }

  /** The route is known: a template, or a reserved path. */
  at(route: string): void {
    this.#open.span.updateName(`${this.#verb} ${route}`)
    this.#open.set({ 'http.route': route })
  }

  /** The channel is known. */
  reached({ channel, address }: Pick<Addressed, 'channel' | 'address'>): void {
    this.at(channel.address)
    this.#open.set({ 'messaging.destination.name': address, 'messaging.destination.template': channel.address })
  }

  answered(status: number): void {
    this.#end('accepted', status)
  }

  refused({ code, status }: HydrantError): void {
    this.#open.set({ 'error.type': code })
    // The conventions for HTTP: what the caller did wrong is no error of the server's span.
    if (status >= 500) this.#open.span.setStatus({ code: SpanStatusCode.ERROR })
    this.#end(code, status)
  }

  /** The peer went before it was answered. */
  abandoned(): void {
    this.#open.set({ 'hydrant.outcome': 'abandoned' })
    this.#open.end()
  }

  #end(outcome: string, status: number): void {
    this.#open.set({ 'hydrant.outcome': outcome, 'http.response.status_code': status })
    this.#open.end()
  }
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])

/** The conventions for HTTP: a method that is none of those known would be text from outside. */
function methodOf({ method = '' }: IncomingMessage): string {
  return METHODS.has(method) ? method : '_OTHER'
}

function remoteParent(active: Context, { headers }: IncomingMessage): Context {
  const remote = messageTrace(headers['traceparent'], headers['tracestate'])
  return remote === undefined ? active : trace.setSpanContext(active, spanContextOf(remote))
}
