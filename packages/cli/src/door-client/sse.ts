import type { IncomingMessage } from 'node:http'
import { onOneLine } from '../json-text.ts'
import type { DoorEvent, OpenDoor } from './event.ts'
import { DoorClosed, gapFrom } from './event.ts'
import { EventStreamParser } from './event-stream.ts'
import type { StreamEvent } from './event-stream.ts'
import { send } from './http.ts'
import { notHydrant, problemFrom } from './problem.ts'
import { refusal } from './refusal.ts'

/** A server sends a comment every 15 s; three missed ones mean that nobody is there. */
const silenceTimeoutMs = 45_000

/** Opens the Server-Sent Events door of a channel. */
export const openSse: OpenDoor = async (url, { since, signal }) => {
  const response = await send(url, {
    headers: { Accept: 'text/event-stream', ...(since !== undefined && { 'Last-Event-ID': since }) },
    signal,
  })
  if (response.statusCode !== 200) throw await refusal(response, url)
  const mediaType = response.headers['content-type'] ?? ''
  if (!mediaType.startsWith('text/event-stream')) {
    response.destroy()
    throw notHydrant(url, `200 ${mediaType}`)
  }
  const start = response.headers['hydrant-position']
  return { startPosition: typeof start === 'string' ? start : undefined, events: events(response) }
}

async function* events(response: IncomingMessage): AsyncGenerator<DoorEvent, never> {
  const parser = new EventStreamParser()
  response.setTimeout(silenceTimeoutMs, () => response.destroy(new Error('silent for 45 s')))
  let cause: unknown
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      for (const event of parser.receive(chunk)) yield toDoorEvent(event)
    }
  } catch (error) {
    cause = error
  }
  const why = cause instanceof Error && cause.message !== 'aborted' ? cause.message : 'the server ended the stream'
  throw new DoorClosed(why, { retry: !(cause instanceof RangeError), retryAfterMs: parser.retryMs, cause })
}

/** What one event of the stream means: a message, a gap or a problem. */
function toDoorEvent(event: StreamEvent): DoorEvent {
  if (event.type === 'hydrant.gap') return { kind: 'gap', gap: gapFrom(parseObject(event.data)) }
  if (event.type === 'hydrant.error') {
    const problem = problemFrom(event.data)
    return { kind: 'problem', problem: problem ?? { type: '', status: 0, title: event.data, code: 'unknown' } }
  }
  const isBinary = event.type.endsWith(';base64')
  return {
    kind: 'message',
    message: {
      position: event.lastEventId ?? '',
      name: isBinary ? event.type.slice(0, -';base64'.length) : event.type,
      dataJson: isBinary ? JSON.stringify(event.data) : asJson(event.data),
      ...(isBinary && { encoding: 'base64' as const }),
    },
  }
}

/** The stream shows JSON payloads as JSON and text payloads as text; a text that is not JSON becomes a JSON string. */
function asJson(data: string): string {
  try {
    JSON.parse(data)
    return onOneLine(data)
  } catch {
    return JSON.stringify(data)
  }
}

function parseObject(text: string): object {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}
