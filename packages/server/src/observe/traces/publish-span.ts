import {
  type Attributes,
  type Context,
  type Link,
  ROOT_CONTEXT,
  SpanKind,
  trace,
  type Tracer,
} from '@opentelemetry/api'
import { formatPosition } from '../../broker/position.ts'
import type { MessageTrace } from '../../message/message-trace.ts'
import type { AcceptedMessage } from '../../publish/accept-message.ts'
import type { Addressed, PublishRequest } from '../../publish/publisher.ts'
import type { Published } from '../../broker/broker.ts'
import { OpenSpan } from './open-span.ts'
import { isSampled, messageTraceOf, spanContextOf } from './span-context.ts'

/** Links of one span: the limit of the SDKs. */
const MAX_LINKS = 128

/**
 * The publish of one message or one batch. A message that came alone with a trace is published in that trace; the messages of a
 * batch keep theirs, and are linked to.
 */
export class PublishSpan extends OpenSpan {
  readonly #isBatch: boolean

  constructor(tracer: Tracer, { at, sender, messages, parent = ROOT_CONTEXT }: PublishRequest) {
    const isBatch = messages.length > 1
    const own = isBatch ? undefined : messages[0]?.trace
    const attributes: Attributes = { ...destination('publish', at), 'hydrant.door': sender.door }
    if (isBatch) attributes['messaging.batch.message_count'] = messages.length
    const links = own === undefined ? linksTo(messages) : linkTo(parent)
    const from = own === undefined ? parent : trace.setSpanContext(parent, spanContextOf(own))
    const kind = SpanKind.PRODUCER
    super(tracer, `publish ${at.channel.address}`, { kind, attributes, links }, from)
    this.#isBatch = isBatch
  }

  /** The messages with what they will tell their readers of this span. Without a span they keep what they came with. */
  mark(accepted: readonly AcceptedMessage[]): readonly AcceptedMessage[] {
    if (!this.isRecording) return accepted
    const mine = messageTraceOf(this.span.spanContext())
    return accepted.map((each) => {
      const keepsOwn = this.#isBatch && each.draft.trace !== undefined
      return keepsOwn ? each : { ...each, draft: { ...each.draft, trace: mine } }
    })
  }

  /** The log has it. */
  published(accepted: readonly AcceptedMessage[], { epoch, offsets, repeated }: Published): void {
    if (!this.isRecording) return
    if (repeated) this.set({ 'hydrant.repeated': true })
    const [one] = accepted
    if (this.#isBatch || one === undefined) return
    this.set({
      'hydrant.message.name': one.message.name,
      'messaging.message.id': formatPosition(epoch, offsets[0]!),
      'messaging.message.body.size': one.draft.payload.length,
    })
  }
}

/**
 * What a batch of messages is handed to its live readers in: one span, however many messages and readers. It belongs to the trace of the
 * first message that somebody records, and is linked to all of them. Undefined when nobody records any.
 */
export function deliverySpan(
  tracer: Tracer,
  at: { readonly template: string; readonly address: string },
  entries: readonly { readonly trace?: MessageTrace | undefined }[],
  readers: number,
  startedMs: number,
): OpenSpan | undefined {
  const links = linksTo(entries.filter((entry) => entry.trace !== undefined && isSampled(entry.trace.traceparent)))
  const [first] = links
  if (first === undefined) return undefined
  const attributes: Attributes = {
    ...messaging('deliver', 'process', at),
    'messaging.batch.message_count': entries.length,
    'hydrant.readers': readers,
  }
  const parent = trace.setSpanContext(ROOT_CONTEXT, first.context)
  const options = { kind: SpanKind.CONSUMER, attributes, links, startTime: startedMs }
  return new OpenSpan(tracer, `deliver ${at.template}`, options, parent)
}

/** What the conventions for messaging say of a publish or request to a channel. */
export function destination(operation: 'publish' | 'request', { channel, address }: Addressed): Attributes {
  return messaging(operation, 'send', { template: channel.address, address })
}

function messaging(
  name: string,
  type: string,
  at: { readonly template: string; readonly address: string },
): Attributes {
  return {
    'messaging.system': 'hydrant',
    'messaging.operation.name': name,
    'messaging.operation.type': type,
    'messaging.destination.name': at.address,
    'messaging.destination.template': at.template,
  }
}

function linksTo(messages: readonly { readonly trace?: MessageTrace | undefined }[]): Link[] {
  const links: Link[] = []
  // The messages of one publish have the same.
  let last: MessageTrace | undefined
  for (const { trace: own } of messages) {
    if (own === undefined || own === last || links.length === MAX_LINKS) continue
    links.push({ context: spanContextOf(own) })
    last = own
  }
  return links
}

function linkTo(parent: Context): Link[] {
  const context = trace.getSpanContext(parent)
  return context === undefined ? [] : [{ context }]
}
