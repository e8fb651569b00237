import type { IncomingMessage } from 'node:http'
import { eventFromEnvelope } from './envelope.ts'
import type { DoorEvent, OpenDoor } from './event.ts'
import { DoorClosed } from './event.ts'
import { EventStreamParser } from './event-stream.ts'
import { send } from './http.ts'
import { notHydrant } from './problem.ts'
import { refusal } from './refusal.ts'

/** A server sends a comment every 15 s; three missed ones mean that nobody is there. */
const silenceTimeoutMs = 45_000

/** Opens the Server-Sent Events door of a channel; with `?envelope=true` every message tells its position and time. */
export const openSse: OpenDoor = async (url, { since, signal }) => {
  const target = new URL(url)
  target.searchParams.set('envelope', 'true')
  const response = await send(target, {
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
      for (const { data } of parser.receive(chunk)) yield eventFromEnvelope(data)
    }
  } catch (error) {
    cause = error
  }
  const why = cause instanceof Error && cause.message !== 'aborted' ? cause.message : 'the server ended the stream'
  throw new DoorClosed(why, { retry: !(cause instanceof RangeError), retryAfterMs: parser.retryMs, cause })
}
