import { createServer, type Server, type Socket } from 'node:net'
import {
  acceptHandshake,
  type DeflateOptions,
  type Ending,
  type Refused,
  RequestHeadParser,
  WireConnection,
  type WireLimits,
} from '../src/index.ts'
import { SocketDriver } from './socket-driver.ts'

export interface EchoServerOptions {
  readonly limits?: Partial<WireLimits> | undefined
  readonly deflate?: boolean | DeflateOptions | undefined
  readonly onEnd?: ((ending: Ending) => void) | undefined
}

/** A client that has not finished its handshake by then is dropped. */
const HANDSHAKE_TIMEOUT_MS = 10_000

/** An echo server on bare TCP: every message goes back as it came. */
export class EchoServer implements AsyncDisposable {
  readonly server: Server
  readonly #options: EchoServerOptions
  readonly #open = new Map<WireConnection, SocketDriver>()
  readonly #sockets = new Set<Socket>()

  constructor(options: EchoServerOptions = {}) {
    this.#options = options
    this.server = createServer({ allowHalfOpen: true }, (socket) => this.#greet(socket))
  }

  /** Listens, on a free port when none is given; returns the port. */
  async listen(port = 0, host = '127.0.0.1'): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject)
      this.server.listen(port, host, resolve)
    })
    return (this.server.address() as { port: number }).port
  }

  /** Closes every connection with 1001 and returns when the last one is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.server.close(() => resolve())
    })
    for (const [connection, driver] of this.#open) {
      connection.close(1001, '', performance.now())
      driver.flush()
    }
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  #greet(socket: Socket): void {
    const parser = new RequestHeadParser()
    this.#sockets.add(socket)
    const timer = setTimeout(() => socket.destroy(), HANDSHAKE_TIMEOUT_MS)
    const forget = (): void => {
      clearTimeout(timer)
      this.#sockets.delete(socket)
    }
    const onData = (bytes: Buffer): void => {
      const received = parser.push(bytes)
      if (received === undefined) return
      socket.off('data', onData)
      forget()
      const answer = received.ok ? acceptHandshake(received.head, { deflate: this.#options.deflate }) : received
      if (!answer.ok) {
        refuse(socket, answer)
        return
      }
      socket.write(answer.response())
      const driver = this.#echo(socket, answer.deflate)
      if (received.ok && received.leftover.length > 0) driver.receive(received.leftover)
    }
    socket.on('data', onData)
    socket.on('error', () => socket.destroy())
    socket.on('end', () => {
      if (this.#sockets.has(socket)) socket.destroy()
    })
    socket.on('close', forget)
  }

  #echo(socket: Socket, deflate: WireConnection['deflate']): SocketDriver {
    const connection: WireConnection = new WireConnection({
      role: 'server',
      // Conformance suites count frames: no pings of ours among them.
      limits: { pingIntervalMs: 0, ...this.#options.limits },
      deflate,
      now: performance.now(),
      events: {
        onMessage(payload, binary) {
          if (binary) connection.sendBinary(payload)
          else connection.sendText(payload)
        },
        onEnd: (ending) => {
          this.#open.delete(connection)
          this.#options.onEnd?.(ending)
        },
      },
    })
    const driver = new SocketDriver(connection, socket, () => performance.now())
    this.#open.set(connection, driver)
    return driver
  }
}

function refuse(socket: Socket, refused: Refused): void {
  const body = `${refused.detail}\n`
  let head = `HTTP/1.1 ${refused.status} ${REASONS[refused.status]}\r\nConnection: close\r\nContent-Type: text/plain\r\n`
  for (const [name, value] of refused.headers) if (name !== 'Connection') head += `${name}: ${value}\r\n`
  socket.resume()
  socket.end(`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  // Whoever goes on sending does not keep the socket.
  setTimeout(() => socket.destroy(), 1_000).unref()
}

const REASONS: Record<Refused['status'], string> = {
  400: 'Bad Request',
  426: 'Upgrade Required',
  431: 'Request Header Fields Too Large',
  505: 'HTTP Version Not Supported',
}
