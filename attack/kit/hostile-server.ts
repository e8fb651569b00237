import { createHash } from 'node:crypto'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { Peer } from './peer.ts'

/** Accepts clients, and says to them exactly what a row says. */
export class HostileServer implements AsyncDisposable {
  readonly port: number
  readonly #server: Server
  readonly #arrived: Peer[] = []
  readonly #all: Peer[] = []
  #waiting: ((peer: Peer) => void)[] = []

  private constructor(server: Server) {
    this.#server = server
    this.port = (server.address() as AddressInfo).port
    server.on('connection', (socket: Socket) => {
      const peer = new Peer(socket)
      this.#all.push(peer)
      const next = this.#waiting.shift()
      if (next === undefined) this.#arrived.push(peer)
      else next(peer)
    })
  }

  static async listen(): Promise<HostileServer> {
    const server = createServer({ allowHalfOpen: true })
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    return new HostileServer(server)
  }

  /** The next client, whose request has come. Rejects when none comes within five seconds. */
  async next(): Promise<Peer> {
    const arrived = this.#arrived.shift()
    const peer = arrived ?? (await this.#nextArrival())
    await peer.until(() => peer.received.includes('\r\n\r\n'))
    return peer
  }

  /** The next client, whose handshake is answered rightly. */
  async accept(more = ''): Promise<Peer> {
    const peer = await this.next()
    void peer.send(answerTo(peer, more))
    return peer
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    for (const peer of this.#all) peer[Symbol.dispose]()
    await closed
  }

  #nextArrival(): Promise<Peer> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('no client came within 5 s')), 5_000)
      this.#waiting.push((peer) => {
        clearTimeout(timer)
        resolve(peer)
      })
    })
  }
}

/** The right answer to a client's handshake (RFC 6455 §4.2.2). */
export function answerTo(peer: Peer, more = ''): string {
  const key = /sec-websocket-key: *(\S+)/i.exec(peer.text)?.[1] ?? ''
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${more}\r\n`
}
