import { getJson, type Json } from '../api.ts'
import { ConnectClient } from '../connect/connect-client.ts'
import { openEventStream } from '../event-stream-client.ts'
import { openSocket } from '../socket-client.ts'

/** A message as every door shows it. */
interface ReadMessage {
  readonly position: string
  readonly name: string
  readonly data: unknown
  readonly encoding?: string
}

/** What a door brings: a message, or a gap. */
export type Brought = { readonly message: ReadMessage } | { readonly gap: Record<string, unknown> }

/** One reader on one channel, through one door. */
export interface DoorReader extends AsyncDisposable {
  next(): Promise<Brought>
}

/** Opens a reader. Rejects with the problem's `code` as the message when the door refuses. */
export type OpenReader = (url: string, path: string, since?: string) => Promise<DoorReader>

function withQuery(path: string, query: Record<string, string | undefined>): string {
  const known = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return `${path}?${new URLSearchParams(known).toString()}`
}

const overSocket: OpenReader = async (url, path, since) => {
  const client = await ConnectClient.open(url.replace('http', 'ws'))
  const entry = await client.subscribe(path, since === undefined ? {} : { since })
  if ('error' in entry) {
    client.socket.terminate()
    throw new Error((entry['error'] as { code: string }).code)
  }
  const aliases = entry['aliases'] as Record<string, string>
  const waiting: Brought[] = entry['gap'] === undefined ? [] : [{ gap: entry['gap'] as Record<string, unknown> }]
  return {
    async next() {
      const first = waiting.shift()
      if (first !== undefined) return first
      const said = await client.until(({ c, push }) => c !== undefined || push === 'gap')
      if (said.push === 'gap') return { gap: said }
      const { o, c, d, b } = said as { o: number; c: number; d?: unknown; b?: string }
      const position = `${String(entry['epoch'])}:${o}`
      const data = b === undefined ? { data: d } : { data: b, encoding: 'base64' }
      return { message: { position, name: aliases[c]!, ...data } }
    },
    async [Symbol.asyncDispose]() {
      client.socket.terminate()
      await client.closed
    },
  }
}

const overWebSocket: OpenReader = async (url, path, since) => {
  const client = await openSocket(url.replace('http', 'ws') + withQuery(path, { envelope: 'true', since })).catch(
    (error: { body?: string }) => {
      throw new Error((JSON.parse(error.body ?? '{}') as { code: string }).code)
    },
  )
  return {
    next: async () => fromEnvelope(await client.nextJson()),
    async [Symbol.asyncDispose]() {
      client.socket.terminate()
      await client.closed
    },
  }
}

const overEventStream: OpenReader = async (url, path, since) => {
  const stream = await openEventStream(url + withQuery(path, { envelope: 'true', since })).catch((error: Error) => {
    throw new Error((JSON.parse(error.message.slice(4)) as { code: string }).code)
  })
  return {
    next: async () => fromEnvelope(JSON.parse((await stream.next()).data) as Record<string, unknown>),
    async [Symbol.asyncDispose]() {
      stream[Symbol.dispose]()
      await stream.ended
    },
  }
}

/** Long-poll begins with a page: without a position the newest messages of a stream are not asked for, as on the other doors. */
const overLongPoll: OpenReader = async (url, path, since) => {
  const waiting: Brought[] = []
  let position = since
  const take = (page: Json & { gap?: Record<string, unknown>; code?: string }): void => {
    if (page.code !== undefined) throw new Error(page.code)
    if (page.gap !== undefined) waiting.push({ gap: page.gap })
    waiting.push(...page.messages.map(({ time: _time, ...message }) => ({ message })))
    position = page.position
  }
  const page = await getJson(url + withQuery(path, { since }))
  const isStream = path !== '/quotes'
  take(since === undefined && isStream && page['code'] === undefined ? { ...page, messages: [] } : page)
  return {
    async next() {
      while (waiting.length === 0) take(await getJson(url + withQuery(path, { since: position, wait: '25' })))
      return waiting.shift()!
    },
    async [Symbol.asyncDispose]() {},
  }
}

function fromEnvelope(envelope: Record<string, unknown>): Brought {
  if (envelope['type'] === 'urn:hydrant:gap') return { gap: envelope }
  const { time: _time, ...message } = envelope as unknown as ReadMessage & { time: string }
  return { message }
}

/** Every door that a channel can be followed through. */
export const DOORS: readonly { readonly door: string; readonly open: OpenReader }[] = [
  { door: 'socket (hydrant.v1)', open: overSocket },
  { door: 'WebSocket of one channel', open: overWebSocket },
  { door: 'Server-Sent Events', open: overEventStream },
  { door: 'long-poll', open: overLongPoll },
]
