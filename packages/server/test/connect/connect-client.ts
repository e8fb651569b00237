import { WebSocket } from 'ws'

/** What the server said: any of the protocol's objects. */
export interface Said {
  readonly [key: string]: unknown
  readonly id?: number
  readonly push?: string
  readonly result?: Record<string, unknown> & { channels?: Record<string, unknown>[] }
  readonly error?: { code: string; detail: string; errors?: { pointer: string }[] }
  readonly c?: number
  readonly o?: number
  readonly d?: unknown
}

/** A bare client of hydrant.v1: it sends objects and gives what comes, in order. */
export class ConnectClient implements Disposable {
  readonly socket: WebSocket
  readonly said: Said[] = []
  /** Texts as they came, for who counts bytes. */
  readonly texts: string[] = []
  readonly closed: Promise<number>
  #changed = Promise.withResolvers<void>()
  #lastId = 0

  private constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('message', (data: Buffer) => {
      this.texts.push(data.toString())
      this.said.push(JSON.parse(data.toString()) as Said)
      this.#changed.resolve()
      this.#changed = Promise.withResolvers()
    })
    this.closed = new Promise((resolve) => socket.on('close', resolve))
  }

  static async open(
    wsUrl: string,
    options: { perMessageDeflate?: boolean; headers?: Record<string, string> } = {},
  ): Promise<ConnectClient> {
    const socket = new WebSocket(`${wsUrl}/-/connect`, 'hydrant.v1', { perMessageDeflate: false, ...options })
    const client = new ConnectClient(socket)
    await new Promise((resolve, reject) => {
      socket.on('open', resolve)
      socket.on('error', reject)
    })
    return client
  }

  /** Sends a request and gives its id. */
  send(op: string, fields: object = {}): number {
    const id = ++this.#lastId
    this.socket.send(JSON.stringify({ op, id, ...fields }))
    return id
  }

  /** Sends a request and waits for its reply. */
  async ask(op: string, fields: object = {}): Promise<Said> {
    const id = this.send(op, fields)
    return this.until((said) => said.id === id)
  }

  /** Subscribes to one channel and gives its entry of the reply. */
  async subscribe(channel: string, options: object = {}): Promise<Record<string, unknown>> {
    const { result } = await this.ask('subscribe', { channels: [{ channel, ...options }] })
    return result!.channels![0]!
  }

  /** Takes what was said, in order, up to the first that fits; what came before it is dropped. */
  async until(fits: (said: Said) => boolean): Promise<Said> {
    for (;;) {
      const at = this.said.findIndex(fits)
      if (at >= 0) return this.said.splice(0, at + 1).at(-1)!
      await this.#changed.promise
    }
  }

  /** The next message of a channel. */
  message(): Promise<Said> {
    return this.until(({ c }) => c !== undefined)
  }

  /** The payloads of the next messages. */
  async payloads(count: number): Promise<unknown[]> {
    const payloads: unknown[] = []
    while (payloads.length < count) payloads.push((await this.message()).d)
    return payloads
  }

  [Symbol.dispose](): void {
    this.socket.terminate()
  }
}
