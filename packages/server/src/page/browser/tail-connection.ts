import type { ChannelAddress } from './channel-address.ts'
import { asMessage, asNotice, parseExactly, type Notice, type TailEvent } from './tail-events.ts'

export interface TailOptions {
  address: ChannelAddress
  transport: 'websocket' | 'eventsource'
  /** Ask for everything that the channel carries, as the application behind the API does. */
  asApplication: boolean
  /** A `state` channel starts with its snapshot; a `stream` with the newest messages of its history. */
  kind: string
  /** The names of the channel's messages: an EventSource only hears the events it was told to listen for. */
  names: readonly string[]
}

const historyMessages = 10
const firstRetryMs = 1_000
const longestRetryMs = 30_000
/** After these the same request would be refused again (DESIGN §13). */
const stopCodes: ReadonlySet<number> = new Set([1002, 1003, 1007, 1008, 1009])

/**
 * Follows a channel until it is stopped: the newest messages of its history first, then live from exactly there. A lost
 * connection is taken up again after the last position seen.
 */
export class TailConnection {
  readonly #options: TailOptions
  readonly #emit: (event: TailEvent) => void
  #position: string | undefined
  #socket: WebSocket | undefined
  #source: EventSource | undefined
  #retryTimer: ReturnType<typeof setTimeout> | undefined
  #retryMs = firstRetryMs
  #stopped = false

  constructor(options: TailOptions, emit: (event: TailEvent) => void) {
    this.#options = options
    this.#emit = emit
    void this.#start()
  }

  stop(text = 'Stopped'): void {
    if (this.#stopped) return
    this.#stopped = true
    clearTimeout(this.#retryTimer)
    this.#socket?.close(1000)
    this.#source?.close()
    this.#emit({ type: 'state', state: 'stopped', text })
  }

  async #start(): Promise<void> {
    this.#emit({ type: 'state', state: 'connecting', text: 'Connecting…' })
    if (this.#options.kind === 'state') return this.#connect()
    const page = await this.#readHistory()
    if (this.#stopped) return
    if (page === undefined) return this.#retry()
    for (const value of page.messages ?? []) {
      const message = asMessage(value)
      if (message !== undefined) this.#emit({ type: 'message', message: { ...message, fromHistory: true } })
    }
    this.#position = page.position
    this.#connect()
  }

  /** The newest messages; undefined when the server cannot be reached. A refusal is shown, and ends the tail. */
  async #readHistory(): Promise<{ position?: string; messages?: unknown[] } | undefined> {
    try {
      const response = await fetch(this.#options.address.http(this.#query({ limit: String(historyMessages) })), {
        headers: { accept: 'application/json' },
      })
      const body = parseExactly(await response.text())
      if (response.ok) return body as { position?: string; messages?: unknown[] }
      const notice = asNotice(body) ?? { type: '', title: `The server answered ${response.status}` }
      this.#emit({ type: 'notice', notice })
      if (response.status >= 500) return undefined
      this.stop('Refused')
    } catch {
      // Not reachable: the retry says so.
    }
    return undefined
  }

  #connect(): void {
    if (this.#stopped) return
    if (this.#options.transport === 'websocket') this.#openSocket()
    else this.#openSource()
  }

  #openSocket(): void {
    const socket = new WebSocket(this.#options.address.webSocket(this.#query({ envelope: 'true' })))
    this.#socket = socket
    let opened = false
    socket.addEventListener('open', () => {
      opened = true
      this.#live()
    })
    socket.addEventListener('message', ({ data }) => this.#receive(data))
    socket.addEventListener('close', ({ code, reason }) => {
      if (this.#stopped) return
      if (stopCodes.has(code)) return this.stop(`Closed by the server: ${code} ${reason}`)
      // A refused handshake looks like a lost connection to a browser. Asking over HTTP tells why it was refused.
      if (!opened) void this.#readHistory().then(() => this.#retry())
      else this.#retry()
    })
  }

  #openSource(): void {
    const source = new EventSource(this.#options.address.http(this.#query({})))
    this.#source = source
    source.addEventListener('open', () => this.#live())
    for (const name of this.#options.names) {
      const listen = (type: string): void =>
        source.addEventListener(type, (event) => this.#receiveEvent(name, event as MessageEvent<string>))
      listen(name)
      listen(`${name};base64`)
    }
    for (const type of ['hydrant.gap', 'hydrant.error']) {
      source.addEventListener(type, (event) => this.#receive((event as MessageEvent<string>).data))
    }
    source.addEventListener('error', () => {
      if (this.#stopped) return
      source.close()
      void this.#readHistory().then(() => this.#retry())
    })
  }

  #receive(data: unknown): void {
    if (typeof data !== 'string') return
    let value: unknown
    try {
      value = parseExactly(data)
    } catch {
      value = undefined
    }
    const notice = asNotice(value)
    if (notice !== undefined) return this.#notice(notice)
    const message = asMessage(value) ?? { position: '', name: '', json: data }
    if (message.position !== '') this.#position = message.position
    this.#emit({ type: 'message', message })
  }

  #receiveEvent(name: string, event: MessageEvent<string>): void {
    if (event.lastEventId !== '') this.#position = event.lastEventId
    let json = JSON.stringify(event.data)
    try {
      json = JSON.stringify(parseExactly(event.data))
    } catch {
      // Text and base64 messages are shown as the string they are.
    }
    this.#emit({ type: 'message', message: { position: event.lastEventId, name, json } })
  }

  #notice(notice: Notice): void {
    if (notice.to !== undefined) this.#position = notice.to
    this.#emit({ type: 'notice', notice })
  }

  #live(): void {
    this.#retryMs = firstRetryMs
    this.#emit({ type: 'state', state: 'live', text: 'Live' })
  }

  #retry(): void {
    if (this.#stopped) return
    const waitMs = this.#retryMs * (0.5 + Math.random() / 2)
    this.#retryMs = Math.min(this.#retryMs * 1.6, longestRetryMs)
    this.#emit({
      type: 'state',
      state: 'waiting',
      text: `Connection lost. Trying again in ${Math.ceil(waitMs / 1000)} s`,
    })
    this.#retryTimer = setTimeout(() => {
      this.#emit({ type: 'state', state: 'connecting', text: 'Connecting again…' })
      this.#connect()
    }, waitMs)
  }

  #query(query: Record<string, string>): Record<string, string> {
    if (this.#options.asApplication) query['as'] = 'application'
    if (this.#position !== undefined && query['limit'] === undefined) query['since'] = this.#position
    return query
  }
}
