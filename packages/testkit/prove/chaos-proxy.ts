import { connect, createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'

interface Pipe {
  readonly client: Socket
  readonly target: Socket
}

/** A TCP proxy in front of the server that breaks connections in the ways that networks do. */
export class ChaosProxy {
  readonly #server: Server
  readonly #pipes = new Set<Pipe>()
  readonly #timers = new Set<NodeJS.Timeout>()
  /** Bytes of the server that still pass before everything is reset; undefined: no end. */
  #passes: number | undefined
  #isAway = false

  constructor(targetPort: () => number) {
    this.#server = createServer((client) => {
      if (this.#isAway) return void client.resetAndDestroy()
      const pipe = { client, target: connect(targetPort(), '127.0.0.1') }
      this.#pipes.add(pipe)
      this.#connect(pipe, client, pipe.target)
      this.#connect(pipe, pipe.target, client)
      pipe.target.on('data', (bytes: Buffer) => this.#count(bytes.length))
    })
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Resets every connection: whatever is on its way is lost. */
  reset(): void {
    for (const { client, target } of this.#pipes) {
      client.resetAndDestroy()
      target.resetAndDestroy()
    }
  }

  /** Resets every connection, and what comes instead after so many bytes: in the middle of the replay. */
  resetTwice(bytes: number): void {
    this.reset()
    this.#passes = bytes
  }

  /** Resets every connection, and takes no other for `ms`. */
  goAway(ms: number): void {
    this.#isAway = true
    this.reset()
    this.#after(ms, () => (this.#isAway = false))
  }

  /** Nothing passes any more, and nobody is told, until the connections are reset after `ms`. */
  goSilent(ms: number): void {
    const pipes = [...this.#pipes]
    for (const { client, target } of pipes) {
      silence(client)
      silence(target)
    }
    this.#after(ms, () => {
      for (const { client, target } of pipes) {
        client.resetAndDestroy()
        target.resetAndDestroy()
      }
    })
  }

  /** The client's side is gone, and comes again; the server's side stays open for `ms` and goes on sending into nothing. */
  halfOpen(ms: number): void {
    for (const pipe of this.#pipes) {
      const { client, target } = pipe
      this.#pipes.delete(pipe)
      silence(target)
      target.resume()
      client.removeAllListeners('close')
      client.resetAndDestroy()
      this.#after(ms, () => target.resetAndDestroy())
    }
  }

  /** The reader takes nothing for a while: the server's queue fills. */
  stall(ms: number): void {
    const targets = [...this.#pipes].map(({ target }) => target)
    for (const target of targets) target.pause()
    this.#after(ms, () => {
      for (const target of targets) target.resume()
    })
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer)
    this.reset()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #connect(pipe: Pipe, from: Socket, to: Socket): void {
    from.on('data', (bytes: Buffer) => {
      if (!to.write(bytes)) from.pause()
    })
    to.on('drain', () => from.resume())
    from.on('end', () => to.end())
    from.on('error', () => this.#drop(pipe))
    from.on('close', () => this.#drop(pipe))
  }

  #count(bytes: number): void {
    if (this.#passes === undefined) return
    this.#passes -= bytes
    if (this.#passes > 0) return
    this.#passes = undefined
    this.reset()
  }

  #after(ms: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      run()
    }, ms)
    this.#timers.add(timer)
  }

  #drop(pipe: Pipe): void {
    if (!this.#pipes.delete(pipe)) return
    pipe.client.destroy()
    pipe.target.destroy()
  }
}

function silence(socket: Socket): void {
  socket.removeAllListeners('data')
  socket.pause()
}
