import type { Socket } from 'node:net'
import type { WireConnection } from '../src/index.ts'

/**
 * Joins an engine to a socket: what every caller of the engine has to do, and nothing else. The socket must allow
 * half-open. Output is taken only while the socket keeps up, and nothing is read while it does not.
 */
export class SocketDriver {
  readonly #connection: WireConnection
  readonly #socket: Socket
  readonly #now: () => number
  #timer: NodeJS.Timeout | undefined
  /** When `#timer` fires. It is left alone while deadlines move further away, which is nearly always. */
  #firesAt = Infinity
  #error: Error | undefined

  constructor(connection: WireConnection, socket: Socket, now: () => number) {
    this.#connection = connection
    this.#socket = socket
    this.#now = now
    socket.setNoDelay(true)
    socket.on('data', (bytes: Buffer) => this.receive(bytes))
    socket.on('drain', () => {
      this.flush()
      if (!socket.writableNeedDrain) socket.resume()
    })
    socket.on('error', (error) => {
      this.#error = error
    })
    socket.on('end', () => {
      connection.receiveEof(now())
      this.flush()
    })
    socket.on('close', () => {
      clearTimeout(this.#timer)
      connection.receiveEof(now(), this.#error)
    })
    this.#arm()
  }

  receive(bytes: Buffer): void {
    this.#connection.receive(bytes, this.#now())
    this.flush()
  }

  /** Writes what there is to write. Call it after every use of the connection outside of its events. */
  flush(): void {
    const socket = this.#socket
    if (this.#connection.shouldDestroy) {
      socket.destroy()
      return
    }
    if (!socket.writableNeedDrain) {
      const output = this.#connection.takeOutput()
      if (Array.isArray(output)) {
        socket.cork()
        for (const piece of output) socket.write(piece)
        socket.uncork()
      } else if (output !== undefined) {
        socket.write(output)
      }
      if (this.#connection.shouldEnd) socket.end()
      else if (socket.writableNeedDrain) socket.pause()
    }
    this.#arm()
  }

  #arm(): void {
    const at = this.#connection.nextTimeout()
    if (at === undefined || at >= this.#firesAt) return
    clearTimeout(this.#timer)
    this.#firesAt = at
    this.#timer = setTimeout(() => this.#fire(), Math.max(0, at - this.#now()))
  }

  #fire(): void {
    this.#firesAt = Infinity
    this.#connection.handleTimeout(this.#now())
    this.flush()
  }
}
