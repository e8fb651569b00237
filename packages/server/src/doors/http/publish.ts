import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import type { Channel } from '@hydrant/contract'
import { formatPosition } from '../../broker/position.ts'
import { HydrantError, rateLimited } from '../../errors.ts'
import type { Principal } from '../../guard/principal.ts'
import { parseExactJson } from '../../message/json-text.ts'
import { type MessageTrace, messageTrace } from '../../message/message-trace.ts'
import type { Sender } from '../../observe/door.ts'
import { type Incoming, tooLarge } from '../../publish/accept-message.ts'
import type { Service, ServiceLimits } from '../../service.ts'
import { askedRole, type ChannelVisit, flagOf } from '../request.ts'
import { answerJson } from '../answer.ts'
import { type CloudEvent, fromBinaryMode, fromStructuredMode, isBinaryCloudEvent } from './cloud-events.ts'
import { bodyToIncoming, type ContentType, isJson, parseContentType, utf8 } from './content-type.ts'
import { answerRequest } from './ask.ts'
import { readBody } from './request-body.ts'
import { addressGroup, clientOf } from '../../transport/client-of.ts'

const MAX_KEY_LENGTH = 255

/** What a body holds. */
interface Submission {
  readonly messages: readonly Incoming[]
  readonly isBatch: boolean
}

/** `POST` to a channel: publishes one message or a batch, whole or not at all; with `?request=true` it asks the application. */
export async function answerPublish(service: Service, visit: ChannelVisit): Promise<void> {
  const { at, principal, query, request, response } = visit
  const { limits, guard } = service
  // A backend need not ask for what it is.
  const asked = principal.kind === 'application' && !query.has('as') ? 'application' : askedRole(query)
  const role = guard.roleOf(principal, asked)
  guard.check(principal, 'publish', at)
  const contentType = parseContentType(request.headers['content-type'])
  const idempotencyKey = headerOf(request, 'idempotency-key')
  if (idempotencyKey !== undefined && (idempotencyKey === '' || idempotencyKey.length > MAX_KEY_LENGTH)) {
    throw new HydrantError('bad-request', `Idempotency-Key: expected 1 to ${MAX_KEY_LENGTH} characters`)
  }
  const sender: Sender = { door: 'http', remote: clientOf(request).address, principal: principal.id }
  let body: Buffer | undefined
  let submission: Submission
  try {
    body = await readBody(request, Math.max(limits.maxMessageBytes, limits.maxBatchBytes))
    submission = readSubmission(at.channel, request, contentType, body, limits)
    if (!submission.isBatch && body.length > limits.maxMessageBytes && !isCloudEvent(request, contentType)) {
      throw tooLarge(body.length, limits.maxMessageBytes)
    }
  } catch (error) {
    // What cannot be taken apart is refused before the publisher sees it: whoever keeps refused messages gets the body.
    if (error instanceof HydrantError) service.observer.refused({ at, role, sender, message: raw(body), error })
    throw error
  }
  const named = withName(submission.messages, headerOf(request, 'hydrant-message'))
  // Where the request is traced, the publish is part of that.
  const messages = visit.span?.isRecording === true ? named : withTrace(named, traceOf(request))
  if (role === 'client') {
    const waitMs = service.callers.take(callerOf(principal, request), messages.length, body.length)
    if (waitMs > 0) {
      service.observer.limitHit('message-rate')
      throw rateLimited(waitMs)
    }
  }
  if (flagOf(query, 'request')) return answerRequest(service, visit, messages)

  const published = await service.publisher.publish({
    at,
    role,
    sender,
    messages,
    idempotencyKey,
    caller: principal,
    parent: visit.span?.context,
  })
  const positions = published.offsets.map((offset) => formatPosition(published.epoch, offset))
  const answer = { position: positions.at(-1), ...(submission.isBatch ? { positions } : {}) }
  answerJson(response, 201, `${JSON.stringify(answer)}\n`, service.origins.corsHeaders(request))
}

/** A body as it came: text where it is text. */
function raw(body: Buffer | undefined): Incoming | undefined {
  if (body === undefined) return undefined
  return isUtf8(body) ? { encoding: 'json', text: body.toString() } : { encoding: 'binary', bytes: body }
}

/** Whose budget it is: over HTTP each request may come on a connection of its own. */
function callerOf({ kind, id }: Principal, request: IncomingMessage): string {
  return kind === 'client' ? `id ${id}` : `address ${addressGroup(clientOf(request).address ?? '')}`
}

function readSubmission(
  channel: Channel,
  request: IncomingMessage,
  contentType: ContentType,
  body: Buffer,
  limits: ServiceLimits,
): Submission {
  switch (contentType.mediaType) {
    case 'application/cloudevents+json':
      return {
        messages: [fromEvent(fromStructuredMode(parseExactJson(utf8(body), limits.maxJsonDepth)), channel)],
        isBatch: false,
      }
    case 'application/cloudevents-batch+json': {
      const events = batchOf(arrayOf(parseExactJson(utf8(body), limits.maxJsonDepth)), limits)
      const messages = events.map((event, index) => fromEvent(fromStructuredMode(event, `/${index}`), channel))
      return { messages, isBatch: true }
    }
    case 'application/x-ndjson': {
      const lines = utf8(body)
        .split('\n')
        .filter((line) => line.trim() !== '')
      return { messages: batchOf(lines, limits).map((text) => ({ encoding: 'json', text })), isBatch: true }
    }
  }
  if (isBinaryCloudEvent(request.headers)) {
    return { messages: [fromEvent(fromBinaryMode(request.headers, contentType, body), channel)], isBatch: false }
  }
  if (isJson(contentType) && !channel.all.acceptsArray && startsArray(body)) {
    const values = batchOf(arrayOf(parseExactJson(utf8(body), limits.maxJsonDepth)), limits)
    return { messages: values.map((value) => ({ encoding: 'json', text: JSON.stringify(value) })), isBatch: true }
  }
  return { messages: [bodyToIncoming(contentType, body)], isBatch: false }
}

/** The event's type names the message where the channel knows the name; otherwise the payload decides. */
function fromEvent({ type, data }: CloudEvent, channel: Channel): Incoming {
  return channel.messages.some(({ name, id }) => name === type || id === type) ? { ...data, name: type } : data
}

function withName(messages: readonly Incoming[], name: string | undefined): readonly Incoming[] {
  return name === undefined ? messages : messages.map((message) => ({ ...message, name }))
}

function traceOf({ headers }: IncomingMessage): MessageTrace | undefined {
  return messageTrace(headers['traceparent'], headers['tracestate'])
}

/** The request's trace is that of every message which says none of its own. */
function withTrace(messages: readonly Incoming[], trace: MessageTrace | undefined): readonly Incoming[] {
  return trace === undefined ? messages : messages.map((message) => ({ ...message, trace: message.trace ?? trace }))
}

function arrayOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw new HydrantError('bad-request', 'expected a JSON array of messages')
}

function batchOf<T>(values: readonly T[], limits: ServiceLimits): readonly T[] {
  if (values.length === 0) throw new HydrantError('bad-request', 'expected at least one message, got an empty batch')
  if (values.length > limits.maxBatchMessages) {
    const detail = `expected at most ${limits.maxBatchMessages} messages in a batch, got ${values.length}`
    throw new HydrantError('message-too-large', detail, { limit: 'batch-count' })
  }
  return values
}

function startsArray(body: Buffer): boolean {
  for (const byte of body) {
    if (byte === 0x5b) return true
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) return false
  }
  return false
}

function isCloudEvent(request: IncomingMessage, { mediaType }: ContentType): boolean {
  return mediaType === 'application/cloudevents+json' || isBinaryCloudEvent(request.headers)
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value[0] : value
}
