import type { IncomingMessage } from 'node:http'
import {
  context,
  type Context,
  ROOT_CONTEXT,
  SpanKind,
  trace,
  type Tracer,
  type TracerProvider,
} from '@opentelemetry/api'
import type { Entry } from '../../broker/broker.ts'
import type { MessageTrace } from '../../message/message-trace.ts'
import type { Addressed, PublishRequest } from '../../publish/publisher.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { Door } from '../door.ts'
import { OpenSpan } from './open-span.ts'
import { deliverySpan, destination, PublishSpan } from './publish-span.ts'
import { RequestSpan } from './request-span.ts'
import { spanContextOf } from './span-context.ts'

/** Where spans go: a provider, or the one that the process has registered. */
export type TracingOption = TracerProvider | 'global'

/**
 * Makes the spans of what happens here: `docs/reference/traces.md`. Who holds none of it makes none: whatever is traced asks once
 * whether there is one.
 */
export class Tracing {
  readonly #tracer: Tracer
  readonly #clock: Clock

  constructor(option: TracingOption, clock: Clock) {
    const provider = option === 'global' ? trace.getTracerProvider() : option
    this.#tracer = provider.getTracer('@hydrant/server')
    this.#clock = clock
  }

  /** What the application is doing, for what it publishes. */
  get active(): Context {
    return context.active()
  }

  /** An HTTP request or a handshake has come. */
  request(request: IncomingMessage, door: Door): RequestSpan {
    return new RequestSpan(this.#tracer, request, door)
  }

  publish(request: PublishRequest): PublishSpan {
    return new PublishSpan(this.#tracer, request)
  }

  /** A question to the application over `hydrant.v1`. */
  question(at: Addressed, from: MessageTrace | undefined): OpenSpan {
    const parent = from === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, spanContextOf(from))
    const options = { kind: SpanKind.SERVER, attributes: destination('request', at) }
    return new OpenSpan(this.#tracer, `request ${at.channel.address}`, options, parent)
  }

  /** A batch is handed to `readers`; its oldest message came `ageMs` ago. Undefined when nobody records any of its messages. */
  delivery(
    at: { readonly template: string; readonly address: string },
    entries: readonly Entry[],
    readers: number,
    ageMs: number,
  ): OpenSpan | undefined {
    return deliverySpan(this.#tracer, at, entries, readers, this.#clock.wallMs() - ageMs)
  }
}
