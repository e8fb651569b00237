import { connect, type Socket } from 'node:net'

const STARTING_MS = 5_000
const TRY_AGAIN_MS = 50

/** A connection to a broker. What is sent in one turn leaves in one write. */
export class Link {
  readonly #socket: Socket
  #waiting: Buffer[] = []

  constructor(socket: Socket, onData: (bytes: Buffer) => void = () => {}) {
    this.#socket = socket
    socket.on('data', onData)
    socket.on('error', (error) => {
      console.error(error.message)
      process.exit(1)
    })
  }

  send(bytes: Buffer): void {
    if (this.#waiting.push(bytes) > 1) return
    queueMicrotask(() => {
      const waiting = this.#waiting
      this.#waiting = []
      this.#socket.write(waiting.length === 1 ? waiting[0]! : Buffer.concat(waiting))
    })
  }
}

/** A connection to a broker that has just been started. */
export async function linkTo(port: number): Promise<Link> {
  return new Link(await connectedWithin(port, STARTING_MS))
}

/** Resolves when something listens on the port. */
export async function listening(port: number): Promise<void> {
  const socket = await connectedWithin(port, STARTING_MS)
  socket.destroy()
}

async function connectedWithin(port: number, withinMs: number): Promise<Socket> {
  const deadline = performance.now() + withinMs
  for (;;) {
    try {
      return await connected(port)
    } catch (error) {
      if (performance.now() > deadline) throw error
      await new Promise((elapsed) => {
        setTimeout(elapsed, TRY_AGAIN_MS)
      })
    }
  }
}

function connected(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => {
      socket.off('error', reject)
      resolve(socket)
    })
    socket.once('error', reject)
  })
}
