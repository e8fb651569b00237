import type {
  CallRequest,
  Down,
  NotSubscribed,
  PresenceRequest,
  ProtocolProblem,
  PublishRequest,
  Subscribed,
  SubscribeRequest,
  Up,
} from '@hydrant/protocol'
import { fromBase64 } from '../base64.ts'
import { CLIENT_ERRORS } from '../errors.ts'
import type { Platform } from '../platform.ts'
import { traceOf } from '../trace.ts'
import type { Transport, TransportListener } from '../transport.ts'
import { ChannelReader, type Fetch } from './channel-reader.ts'
import { HttpProblem, problemOf } from './http-problem.ts'
import { membersOf } from './presence-reader.ts'

/** Browsers give HTTP/1.1 six connections to a host; one is left for publishing and one for asking. Channels beyond are polled. */
const MAX_STREAMS = 4

/**
 * hydrant.v1 over what gets through where sockets are blocked: each channel's history, event stream and `POST` (docs/reference/doors.md). Announcing
 * oneself needs a socket; `rate` and `conflate` are not applied: everything comes; who is present is asked for every few seconds.
 */
export class FallbackTransport implements Transport {
  readonly via = 'fallback'
  readonly #base: string
  readonly #platform: Platform
  readonly #listener: TransportListener
  readonly #stop = new AbortController()
  readonly #readers = new Map<string, ChannelReader>()
  #token: string | undefined
  #lastAlias = 0

  /** `base` is the server's `http:` or `https:` URL without a slash at the end. */
  constructor(base: string, platform: Platform, listener: TransportListener) {
    this.#base = base
    this.#platform = platform
    this.#listener = listener
    void this.#open()
  }

  send(request: Up): void {
    switch (request.op) {
      case 'subscribe':
        return void this.#answer(request.id, this.#subscribe(request))
      case 'publish':
        return void this.#answer(request.id, this.#publish(request))
      case 'unsubscribe':
        for (const channel of request.channels) this.#end(channel)
        return this.#reply(request.id, {})
      case 'authenticate':
        this.#token = request.token
        return this.#reply(request.id, {})
      case 'request':
        return void this.#answer(request.id, this.#request(request))
      case 'presence':
        if (request.data === undefined) return void this.#answer(request.id, this.#members(request))
        return this.#listener.received({ id: request.id, error: socketRequired('announcing oneself') })
      case 'ping':
        // Only sockets are pinged.
        return
    }
  }

  close(): void {
    this.#stop.abort()
    for (const channel of this.#readers.keys()) this.#end(channel)
  }

  async #open(): Promise<void> {
    try {
      // Without CORS: that there is an answer is all that is asked.
      const response = await this.#fetch('/-/live', { mode: 'no-cors' })
      if (!response.ok && response.type !== 'opaque') throw new TypeError(`HTTP ${response.status}`)
      this.#listener.writable()
      this.#listener.opened()
    } catch (error) {
      this.#lost(error)
    }
  }

  async #subscribe({ id, channels }: SubscribeRequest): Promise<void> {
    const readers: ChannelReader[] = []
    const entries = await Promise.all(
      channels.map(async (channel): Promise<Subscribed | NotSubscribed> => {
        this.#end(channel.channel)
        const reader = new ChannelReader(channel, {
          fetch: this.#fetch,
          platform: this.#platform,
          nextAlias: () => ++this.#lastAlias,
          receive: (down) => this.#receive(reader, down),
          lost: (error) => this.#lost(error),
        })
        this.#readers.set(channel.channel, reader)
        try {
          const entry = await reader.open()
          readers.push(reader)
          return entry
        } catch (error) {
          if (!(error instanceof HttpProblem)) throw error
          this.#readers.delete(channel.channel)
          return { channel: channel.channel, error: error.problem }
        }
      }),
    )
    // PROTOCOL.md 3.4: the reply is before the first message.
    this.#reply(id, { channels: entries })
    for (const reader of readers) {
      const streaming = [...this.#readers.values()].filter((each) => each.mode === 'stream').length
      void reader.run(streaming < MAX_STREAMS ? 'stream' : 'poll')
    }
  }

  async #request({ id, channel, data, name, timeoutMs = 10_000 }: CallRequest): Promise<void> {
    const [contentType, body] = jsonBody(data)
    const response = await this.#fetch(`${channel}?request=true&wait=${Math.ceil(timeoutMs / 1000)}`, {
      method: 'POST',
      body,
      headers: { 'Content-Type': contentType, ...(name === undefined ? {} : { 'Hydrant-Message': name }) },
    })
    if (!response.ok) throw new HttpProblem(await problemOf(response))
    this.#reply(id, { data: await response.json() })
  }

  async #members({ id, channel }: PresenceRequest): Promise<void> {
    this.#reply(id, { members: await membersOf(this.#fetch, channel) })
  }

  async #publish(request: PublishRequest): Promise<void> {
    const { id, channel, data, base64, name, key } = request
    const post = (contentType: string, body: BodyInit): Promise<Response> =>
      // As on the socket: also where everybody is the application.
      this.#fetch(`${channel}?as=client`, {
        method: 'POST',
        body,
        headers: {
          'Content-Type': contentType,
          ...(name === undefined ? {} : { 'Hydrant-Message': name }),
          ...(key === undefined ? {} : { 'Idempotency-Key': key }),
          ...traceOf(request),
        },
      })
    let response: Response
    if (base64 !== undefined)
      response = await post('application/octet-stream', fromBase64(base64) as Uint8Array<ArrayBuffer>)
    else {
      response = await post(...jsonBody(data))
      if (response.status === 415 && typeof data === 'string') response = await post('text/plain', data)
    }
    if (!response.ok) throw new HttpProblem(await problemOf(response))
    this.#reply(id, (await response.json()) as object)
  }

  async #answer(id: number, answer: Promise<void>): Promise<void> {
    try {
      await answer
    } catch (error) {
      if (error instanceof HttpProblem) this.#listener.received({ id, error: error.problem })
      // Nobody knows whether it arrived: as when a socket breaks.
      else this.#lost(error)
    }
  }

  #reply(id: number, result: object): void {
    if (!this.#stop.signal.aborted) this.#listener.received({ id, result })
  }

  #receive(reader: ChannelReader, down: Down): void {
    if (this.#readers.get(reader.channel) === reader) this.#listener.received(down)
  }

  #end(channel: string): void {
    this.#readers.get(channel)?.stop()
    this.#readers.delete(channel)
  }

  #lost(error: unknown): void {
    if (this.#stop.signal.aborted) return
    this.#listener.lost({ code: 1006, reason: error instanceof Error ? error.message : 'HTTP failed' })
  }

  readonly #fetch: Fetch = (path, init) =>
    this.#platform.fetch(this.#base + path, {
      cache: 'no-store',
      signal: this.#stop.signal,
      ...init,
      headers: {
        ...(this.#token === undefined ? {} : { Authorization: `Bearer ${this.#token}` }),
        ...(init.headers as Record<string, string> | undefined),
      },
    })
}

/** A list alone would be a batch. */
function jsonBody(data: unknown): [contentType: string, body: string] {
  const json = JSON.stringify(data)
  return Array.isArray(data) ? ['application/x-ndjson', `${json}\n`] : ['application/json', json]
}

function socketRequired(operation: string): ProtocolProblem {
  const code = 'socket-required'
  const [title] = CLIENT_ERRORS[code]
  return { type: `urn:hydrant:${code}`, title, status: 503, detail: `${operation}: ${title}`, code }
}
