import type { IncomingHttpHeaders } from 'node:http'
import { HydrantError } from '../../errors.ts'
import { messageTrace } from '../../message/message-trace.ts'
import type { Incoming } from '../../publish/accept-message.ts'
import { bodyToIncoming, type ContentType, isJson, parseContentType } from './content-type.ts'

/** An event of CloudEvents 1.0: its data, and its `type`, which may name a message of the channel. */
export interface CloudEvent {
  readonly type: string
  readonly data: Incoming
}

const REQUIRED = ['id', 'source', 'specversion', 'type'] as const

/** CloudEvents HTTP binding §3.1: attributes in `ce-` headers, the body is the data. */
export function isBinaryCloudEvent(headers: IncomingHttpHeaders): boolean {
  return headers['ce-specversion'] !== undefined
}

export function fromBinaryMode(headers: IncomingHttpHeaders, contentType: ContentType, body: Buffer): CloudEvent {
  const attributes: Record<string, unknown> = {}
  for (const name of REQUIRED) attributes[name] = headers[`ce-${name}`]
  const type = checkAttributes(attributes, '')
  const trace = messageTrace(headers['ce-traceparent'], headers['ce-tracestate'])
  return { type, data: { ...bodyToIncoming(contentType, body), trace } }
}

/** CloudEvents JSON format §3: one event as a JSON object. `pointer` says where it stands in a batch. */
export function fromStructuredMode(event: unknown, pointer = ''): CloudEvent {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) {
    throw invalid(pointer, 'a CloudEvent (JSON object)', describe(event))
  }
  const attributes = event as Record<string, unknown>
  const type = checkAttributes(attributes, pointer)
  // The extension "Distributed Tracing".
  const trace = messageTrace(attributes['traceparent'], attributes['tracestate'])
  return { type, data: { ...structuredData(attributes, pointer), trace } }
}

function structuredData(event: Record<string, unknown>, pointer: string): Incoming {
  const contentType = event['datacontenttype'] ?? 'application/json'
  if (typeof contentType !== 'string') throw invalid(`${pointer}/datacontenttype`, 'string', describe(contentType))
  const base64 = event['data_base64']
  if (base64 !== undefined) {
    if (typeof base64 !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) {
      throw invalid(`${pointer}/data_base64`, 'base64', describe(base64))
    }
    return bodyToIncoming(parseContentType(contentType), Buffer.from(base64, 'base64'))
  }
  const { data } = event
  if (isJson(parseContentType(contentType))) return { encoding: 'json', text: JSON.stringify(data ?? null) }
  if (typeof data !== 'string') throw invalid(`${pointer}/data`, `a string of ${contentType}`, describe(data))
  return bodyToIncoming(parseContentType(contentType), Buffer.from(data))
}

function checkAttributes(attributes: Record<string, unknown>, pointer: string): string {
  for (const name of REQUIRED) {
    const value = attributes[name]
    if (typeof value !== 'string' || value === '')
      throw invalid(`${pointer}/${name}`, 'a non-empty string', describe(value))
  }
  if (attributes['specversion'] !== '1.0') {
    throw invalid(`${pointer}/specversion`, '"1.0"', describe(attributes['specversion']))
  }
  return attributes['type'] as string
}

function invalid(pointer: string, expected: string, got: string): HydrantError {
  return new HydrantError('bad-request', `not a CloudEvent: ${pointer}: expected ${expected}, got ${got}`, {
    errors: [{ pointer, expected, got }],
  })
}

function describe(value: unknown): string {
  return value === undefined ? 'nothing' : (JSON.stringify(value) ?? typeof value).slice(0, 60)
}
