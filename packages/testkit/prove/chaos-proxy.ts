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

  constructor(targetPort: () => number) {
    this.#server = createServer((client) => {
      const pipe = { client, target: connect(targetPort(), '127.0.0.1') }
      this.#pipes.add(pipe)
      for (const [from, to] of [
        [pipe.client, pipe.target],
        [pipe.target, pipe.client],
      ] as const) {
        from.on('data', (bytes: Buffer) => {
          if (!to.write(bytes)) from.pause()
        })
        to.on('drain', () => from.resume())
        from.on('end', () => to.end())
        from.on('error', () => this.#drop(pipe))
        from.on('close', () => this.#drop(pipe))
      }
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

  /** Nothing passes any more, and nobody is told, until the connections are reset after `ms`. */
  goSilent(ms: number): void {
    const pipes = [...this.#pipes]
    for (const { client, target } of pipes) {
      for (const socket of [client, target]) {
        socket.removeAllListeners('data')
        socket.pause()
      }
    }
    setTimeout(() => {
      for (const { client, target } of pipes) {
        client.resetAndDestroy()
        target.resetAndDestroy()
      }
    }, ms).unref()
  }

  /** The reader takes nothing for a while: the server's queue fills. */
  stall(ms: number): void {
    const targets = [...this.#pipes].map(({ target }) => target)
    for (const target of targets) target.pause()
    setTimeout(() => {
      for (const target of targets) target.resume()
    }, ms).unref()
  }

  async close(): Promise<void> {
    this.reset()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #drop(pipe: Pipe): void {
    if (!this.#pipes.delete(pipe)) return
    pipe.client.destroy()
    pipe.target.destroy()
  }
}
