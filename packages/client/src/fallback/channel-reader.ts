import type { ChannelRequest, Down, Subscribed } from '@hydrant/protocol'
import type { Platform } from '../platform.ts'
import { type Position, parsePosition } from '../position.ts'
import { EventStreamReader } from './event-stream.ts'
import { HttpProblem, problemOf } from './http-problem.ts'
import { followMembers, membersOf } from './presence-reader.ts'
import { type Trace, traceOf } from '../trace.ts'

export type Fetch = (path: string, init: RequestInit) => Promise<Response>

export interface ReaderHost {
  readonly fetch: Fetch
  readonly platform: Platform
  nextAlias(): number
  receive(down: Down): void
  /** HTTP does not work any more. */
  lost(error: unknown): void
}

/** A message as history pages and event streams with envelopes show it. */
interface Envelope extends Trace {
  readonly position: string
  readonly time: string
  readonly name: string
  readonly data: unknown
  readonly encoding?: 'base64'
}

interface GapNotice {
  readonly from: string
  readonly to: string
  readonly missed?: number
  readonly reason: string
}

interface Page {
  readonly kind: 'stream' | 'state'
  readonly position: string
  readonly messages: readonly Envelope[]
  readonly gap?: GapNotice
}

const PAGE = 300
const POLL_MS = 2_000
/** Streams that end or fail in a row without a message. */
const MAX_FAILURES = 3

/** Reads one channel over HTTP, from history to live, and tells it as hydrant.v1 would. */
export class ChannelReader {
  readonly channel: string
  mode: 'stream' | 'poll' | undefined
  readonly #request: ChannelRequest
  readonly #host: ReaderHost
  readonly #stop = new AbortController()
  /** Everything up to here has been told. */
  #position = ''
  #kind: 'stream' | 'state' = 'stream'
  #pages: Page[] = []
  #epoch = ''
  #names = new Map<string, number>()

  constructor(request: ChannelRequest, host: ReaderHost) {
    this.channel = request.channel
    this.#request = request
    this.#host = host
  }

  /** Finds where to begin. Throws HttpProblem when the server refuses. */
  async open(): Promise<Subscribed> {
    const { since, last, presence } = this.#request
    if (since !== undefined) await this.#page({ since, limit: PAGE })
    else if (last !== undefined) await this.#page({ limit: Math.max(1, last) }, last > 0)
    else if ((await this.#now()) === undefined) await this.#page({ limit: PAGE })
    const { epoch, offset } = parsePosition(this.#position)
    const entry = { channel: this.channel, kind: this.#kind, aliases: {}, epoch, time: 0, head: offset }
    if (presence !== true) return entry
    const { fetch } = this.#host
    const members = await membersOf(fetch, this.channel)
    this.#stop.signal.addEventListener('abort', followMembers(this.channel, members, this.#host))
    return { ...entry, members }
  }

  /** Tells what `open` found, and then what comes, until `stop`. */
  async run(mode: 'stream' | 'poll'): Promise<void> {
    this.mode = mode
    let failures = 0
    while (!this.#stop.signal.aborted) {
      try {
        for (const page of this.#pages.splice(0)) this.#tell(page)
        const before = this.#position
        if (mode === 'stream') await this.#stream()
        else if (!(await this.#page({ since: before, limit: PAGE }))) await this.#rest(POLL_MS)
        if (mode === 'stream') {
          failures = this.#position === before ? failures + 1 : 0
          await this.#rest(1_000 + 2_000 * this.#host.platform.random())
        } else failures = 0
      } catch (error) {
        if (this.#stop.signal.aborted) return
        // As on a socket (PROTOCOL.md 9.1): what is lost is the connection, and the next one brings a new token.
        if (error instanceof HttpProblem && error.problem.status === 401) return this.#host.lost(error)
        if (error instanceof HttpProblem && error.problem.status < 500) {
          return this.#host.receive({ push: 'revoked', channel: this.channel, error: error.problem })
        }
        if (++failures >= MAX_FAILURES) return this.#host.lost(error)
        await this.#rest(1_000 + 2_000 * this.#host.platform.random())
      }
    }
  }

  stop(): void {
    this.#stop.abort()
  }

  /** The position of what is published next; undefined for a channel whose state is asked for instead. */
  async #now(): Promise<string | undefined> {
    const response = await this.#get('', 'text/event-stream', 'HEAD')
    // A refusal without a body: the page says why.
    if (!response.ok) await this.#page({ limit: 1 }, false)
    const position = response.headers.get('Hydrant-Position') ?? undefined
    if (position !== undefined) this.#position = position
    return position
  }

  /** Fetches a page, to be told later; whether there was anything in it. */
  async #page(query: { readonly since?: string; readonly limit: number }, isTold = true): Promise<boolean> {
    const search = new URLSearchParams({ ...query, limit: String(query.limit) })
    const response = await this.#get(`?${search.toString()}`, 'application/json')
    if (!response.ok) throw new HttpProblem(await problemOf(response))
    const page = (await response.json()) as Page
    if (isTold) this.#pages.push(page)
    this.#kind = page.kind
    this.#position = page.position
    if (page.messages.length >= PAGE && isTold) await this.#page({ since: page.position, limit: PAGE })
    return page.messages.length > 0 || page.gap !== undefined
  }

  async #stream(): Promise<void> {
    const response = await this.#get(`?envelope=true&since=${encodeURIComponent(this.#position)}`, 'text/event-stream')
    if (!response.ok || response.body === null) throw new HttpProblem(await problemOf(response))
    const events = new EventStreamReader()
    const decoder = new TextDecoder()
    const body = response.body.getReader()
    for (;;) {
      const { done, value } = await body.read()
      if (done) return
      for (const { event, data } of events.read(decoder.decode(value, { stream: true }))) {
        const parsed = JSON.parse(data) as unknown
        if (event === 'hydrant.gap') this.#gap(parsed as GapNotice)
        else if (event === 'hydrant.error') throw new HttpProblem(parsed as HttpProblem['problem'])
        else this.#message(parsed as Envelope)
      }
    }
  }

  #tell({ gap, messages, position }: Page): void {
    if (gap !== undefined) this.#gap(gap)
    for (const message of messages) this.#message(message)
    this.#position = position
  }

  #gap({ from, to, missed, reason }: GapNotice): void {
    this.#position = to
    this.#host.receive({
      push: 'gap',
      channel: this.channel,
      from,
      to,
      reason,
      ...(missed === undefined ? {} : { missed }),
    })
  }

  #message(envelope: Envelope): void {
    const { position, time, name, data, encoding } = envelope
    const at = parsePosition(position)
    const alias = this.#alias(name, at)
    const payload = encoding === 'base64' ? { b: data as string } : { d: data }
    this.#position = position
    this.#host.receive({ c: alias, o: at.offset, t: Date.parse(time), ...payload, ...traceOf(envelope) })
  }

  #alias(name: string, { epoch, offset }: Position): number {
    if (epoch !== this.#epoch) this.#names.clear()
    const known = this.#names.get(name)
    if (known !== undefined) return known
    this.#epoch = epoch
    const alias = this.#host.nextAlias()
    this.#names.set(name, alias)
    const aliases = Object.fromEntries([...this.#names].map(([each, number]) => [number, each]))
    this.#host.receive({ push: 'channel', channel: this.channel, aliases, epoch, time: 0, head: offset - 1 })
    return alias
  }

  #get(search: string, accept: string, method = 'GET'): Promise<Response> {
    return this.#host.fetch(`${this.channel}${search}`, {
      method,
      headers: { Accept: accept },
      signal: this.#stop.signal,
    })
  }

  async #rest(delayMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const cancel = this.#host.platform.after(delayMs, resolve)
    this.#stop.signal.addEventListener('abort', () => resolve(), { once: true })
    await promise
    cancel()
  }
}
