import type { Platform, Sighting, WebSocketLike } from '../../src/platform.ts'
import { randomFrom } from './random.ts'
import { VirtualTime } from './virtual-time.ts'

/** The server's end of a connection. */
export interface ServerEnd {
  send(message: object): void
  close(code: number, reason?: string): void
}

/** What answers: one call for each connection. */
export interface TestServer {
  connect(end: ServerEnd): { receive(message: object): void; closed(): void }
}

/** A connection whose two directions are queues. Nothing moves before the network flushes. */
export class FakeSocket implements WebSocketLike {
  onopen: ((event: never) => void) | null = null
  onmessage: ((event: { readonly data: unknown }) => void) | null = null
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null = null
  onerror: ((event: never) => void) | null = null
  readonly up: object[] = []
  readonly down: object[] = []
  /** Everything that the client sent, in order. */
  readonly sent: Record<string, unknown>[] = []
  state: 'connecting' | 'open' | 'closed' = 'connecting'
  /** Half-open: nothing arrives any more, and nobody notices. */
  silent = false
  server: ReturnType<TestServer['connect']> | undefined

  send(text: string): void {
    if (this.state === 'connecting') throw new Error('sent before it was open')
    if (this.state === 'closed') return
    const message = JSON.parse(text) as Record<string, unknown>
    this.sent.push(message)
    this.up.push(message)
  }

  close(): void {
    this.end(1000, '', false)
  }

  /** The connection is gone: what was under way is lost. */
  end(code: number, reason = '', tell = true): void {
    if (this.state === 'closed') return
    this.state = 'closed'
    this.up.length = 0
    this.down.length = 0
    this.server?.closed()
    if (tell) this.onclose?.({ code, reason })
  }
}

/** Where a client runs in tests: its time, its chance, and a network that delivers when it is told to. */
export class Network {
  readonly time: VirtualTime = new VirtualTime()
  readonly sockets: FakeSocket[] = []
  /** What becomes of an attempt. */
  reachable: 'yes' | 'no' | 'blocked' = 'yes'
  fetch: Platform['fetch'] = () => Promise.reject(new TypeError('no HTTP here'))
  readonly #server: TestServer
  readonly #sightings = new Set<(sighting: Sighting) => void>()
  readonly platform: Platform

  constructor(server: TestServer, random: () => number = randomFrom(1)) {
    this.#server = server
    const draw = random
    this.platform = {
      monotonicMs: () => this.time.nowMs,
      wallMs: () => this.time.nowMs + this.time.wallOffsetMs,
      after: (delayMs, run) => this.time.after(delayMs, run),
      random: draw,
      unique: () => `key-${++this.#unique}`,
      openSocket: () => {
        const socket = new FakeSocket()
        this.sockets.push(socket)
        return socket
      },
      fetch: (url, init) => this.fetch(url, init),
      watch: (see) => {
        this.#sightings.add(see)
        return () => void this.#sightings.delete(see)
      },
    }
  }

  #unique = 0

  get socket(): FakeSocket {
    return this.sockets.at(-1)!
  }

  get watchers(): number {
    return this.#sightings.size
  }

  see(sighting: Sighting): void {
    for (const see of this.#sightings) see(sighting)
  }

  /** Everything under way arrives, and whatever that leads to, without time passing. */
  async flush(): Promise<void> {
    do {
      // Everything that promises lead to, before the next frame.
      await new Promise((resolve) => setImmediate(resolve))
    } while (this.#move())
  }

  /** Time passes; frames move at once. */
  async pass(ms: number): Promise<void> {
    const untilMs = this.time.nowMs + ms
    await this.flush()
    while (this.time.step(untilMs)) await this.flush()
  }

  #move(): boolean {
    let moved = false
    for (const socket of this.sockets) moved = this.moveOne(socket) || moved
    return moved
  }

  /** At most one frame in each direction. */
  moveOne(socket: FakeSocket): boolean {
    if (socket.state === 'closed' || socket.silent) return false
    if (socket.state === 'connecting') {
      if (this.reachable !== 'yes') {
        socket.end(1006)
        return true
      }
      socket.state = 'open'
      socket.server = this.#server.connect({
        send: (message) => {
          if (socket.state === 'open') socket.down.push(message)
        },
        close: (code, reason) => socket.end(code, reason),
      })
      socket.onopen?.(undefined as never)
      return true
    }
    const up = socket.up.shift()
    if (up !== undefined) socket.server?.receive(up)
    const down = socket.down.shift()
    if (down !== undefined) socket.onmessage?.({ data: JSON.stringify(down) })
    return up !== undefined || down !== undefined
  }
}
