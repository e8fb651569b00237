import { connect, type Client, type ConnectionState } from '@hydrant/client'
import type { Admin, EventListener, LiveAddress, Query } from './admin.ts'
import { AdminError } from './admin-error.ts'
import type { Problem } from './admin-types.gen.ts'

/** Operators are few, and want to see a restarted server at once. */
const POLICY = { firstDelayMs: 500, factor: 1.4, maxDelayMs: 3_000, healthyMs: 5_000, blockedAfter: Infinity }
/** For an answer of the admin API. */
const TIMEOUT_MS = 15_000
const EVENTS_RETRY_MS = 2_000
/** What an event stream can bring besides `message`. */
const EVENT_NAMES = ['message', 'invalid', 'frame', 'skipped', 'end']

/** The admin listener that served this page. */
export class ServerAdmin implements Admin {
  readonly kind = 'server'
  readonly #base: string
  #client: Client
  #generation = 0
  #refused: () => void = () => {}
  readonly #stateListeners = new Set<() => void>()
  readonly #live = new Map<LiveAddress, Set<(value: unknown) => void>>()

  /** `base` is the URL of the page's folder. */
  constructor(base: string) {
    this.#base = base
    this.#client = this.#connect()
  }

  /** Rises with each new connection: what was asked before may be out of date. */
  get generation(): number {
    return this.#generation
  }

  get state(): ConnectionState {
    return this.#client.state
  }

  /** Calls `changed` when the state of the live connection is another. */
  onState(changed: () => void): () => void {
    this.#stateListeners.add(changed)
    return () => this.#stateListeners.delete(changed)
  }

  /** Calls `refused` when the server no longer lets this browser in; one listener. */
  onUnauthorized(refused: () => void): void {
    this.#refused = refused
  }

  /** Connects anew, now: what a button does, and what lets in a browser that has just shown its token. */
  reconnect(): void {
    this.#client.close()
    this.#client = this.#connect()
    for (const changed of this.#stateListeners) changed()
  }

  get<Answer>(path: string, query: Query = {}, signal?: AbortSignal): Promise<Answer> {
    return this.#fetch(path, query, signal === undefined ? {} : { signal })
  }

  send<Answer>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown, query: Query = {}): Promise<Answer> {
    const content =
      body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
    return this.#fetch(path, query, { method, ...content })
  }

  events(path: string, query: Query, { onEvent, onOpen }: EventListener): () => void {
    let source: EventSource
    let timer: ReturnType<typeof setTimeout> | undefined
    const open = (): void => {
      source = new EventSource(this.#url(path, query))
      source.addEventListener('open', () => onOpen?.(true))
      source.addEventListener('error', () => {
        onOpen?.(false)
        // The browser tries again by itself, except after an answer that is no event stream.
        if (source.readyState === EventSource.CLOSED) timer = setTimeout(open, EVENTS_RETRY_MS)
      })
      for (const name of EVENT_NAMES) {
        source.addEventListener(name, (event) => {
          if (name === 'end') source.close()
          onEvent(name, parseData((event as MessageEvent<string>).data))
        })
      }
    }
    open()
    return () => {
      clearTimeout(timer)
      source.close()
    }
  }

  live<Value>(address: LiveAddress, listener: (value: Value) => void): () => void {
    const known = this.#live.get(address)
    const listeners = known ?? new Set()
    listeners.add(listener as (value: unknown) => void)
    if (known === undefined) {
      this.#live.set(address, listeners)
      this.#follow(this.#client, address)
    }
    return () => void listeners.delete(listener as (value: unknown) => void)
  }

  #connect(): Client {
    const client = connect(this.#base, { policy: POLICY })
    client.on('state', ({ name }) => {
      if (this.#client !== client) return
      if (name === 'open') this.#generation++
      for (const changed of this.#stateListeners) changed()
    })
    // What goes wrong is in the state, which the page shows.
    client.on('error', () => {})
    for (const address of this.#live.keys()) this.#follow(client, address)
    return client
  }

  #follow(client: Client, address: LiveAddress): void {
    const channel = client.channel(address)
    channel.on('error', () => {})
    const running = channel.subscribe((value) => {
      const listeners = this.#live.get(address)
      if (listeners === undefined || listeners.size === 0) {
        // Nobody looks: the server need not work it out.
        running.unsubscribe()
        this.#live.delete(address)
        return
      }
      for (const listener of listeners) listener(value)
    })
  }

  async #fetch<Answer>(path: string, query: Query, init: RequestInit): Promise<Answer> {
    const timeout = AbortSignal.timeout(TIMEOUT_MS)
    const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout
    let response: Response
    try {
      response = await fetch(this.#url(path, query), { ...init, signal, cache: 'no-store' })
    } catch (error) {
      if (init.signal?.aborted === true) throw error
      const reason = timeout.aborted
        ? `It did not answer within ${TIMEOUT_MS / 1_000} seconds.`
        : 'It cannot be reached.'
      throw new AdminError('unreachable', `The server did not answer. ${reason}`)
    }
    const text = await response.text()
    if (response.ok) return parseAnswer<Answer>(text, response)
    if (response.status === 401 && path !== 'session') this.#refused()
    throw problemOf(text, response)
  }

  #url(path: string, query: Query): string {
    const url = new URL(path, this.#base)
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined && value !== '') url.searchParams.set(name, String(value))
    }
    return url.href
  }
}

function parseAnswer<Answer>(text: string, response: Response): Answer {
  try {
    return JSON.parse(text) as Answer
  } catch {
    const type = response.headers.get('content-type') ?? 'nothing'
    throw new AdminError('not-an-answer', `Expected JSON from ${new URL(response.url).pathname}, got ${type}.`)
  }
}

function problemOf(text: string, response: Response): AdminError {
  const { status } = response
  try {
    const problem = JSON.parse(text) as Problem
    const message = problem.detail ?? problem.title ?? `The server answered ${status}.`
    return new AdminError(problem.code ?? 'not-an-answer', message, { status, problem })
  } catch {
    return new AdminError('not-an-answer', `The server answered ${status} without saying why.`, { status })
  }
}

function parseData(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
