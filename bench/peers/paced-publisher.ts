import { createServer } from 'node:net'
import type { ServerCommands } from './line-protocol.ts'

export interface Pace {
  /** Messages published in one turn of the event loop. */
  readonly perTurn: number
  /** How far the publisher may be ahead of the slowest subscriber, in messages. */
  readonly window: number
  /** Messages that one byte on the credit port confirms, for all subscribers. */
  readonly creditEvery: number
}

/**
 * Publishes as fast as the subscribers take it, the same way in every peer: whole turns of `perTurn` messages, at most
 * `window` ahead of the slowest subscriber, so that no queue grows and nobody is dropped.
 */
export class PacedPublisher implements ServerCommands {
  readonly #pace: Pace
  readonly #publish: (sequence: number) => void
  #published = 0
  #confirmed = 0
  #refused = 0
  #running = false
  #scheduled = false

  constructor(pace: Pace, publish: (sequence: number) => void) {
    this.#pace = pace
    this.#publish = publish
  }

  /** Where the load generator confirms what all subscribers have received. Resolves with the port. */
  async listenForCredits(): Promise<number> {
    const server = createServer((socket) => {
      socket.on('data', (credits) => {
        this.#confirmed += credits.length * this.#pace.creditEvery
        this.#schedule()
      })
      socket.on('error', () => socket.destroy())
    })
    await new Promise<void>((listening) => {
      server.listen(0, '127.0.0.1', listening)
    })
    return (server.address() as { port: number }).port
  }

  start(): void {
    this.#running = true
    this.#schedule()
  }

  stop(): void {
    this.#running = false
  }

  sample(): { published: number; refused: number } {
    return { published: this.#published, refused: this.#refused }
  }

  refused(): void {
    this.#refused++
  }

  #schedule(): void {
    if (this.#scheduled || !this.#running || !this.#hasRoom()) return
    this.#scheduled = true
    setImmediate(() => this.#turn())
  }

  #turn(): void {
    this.#scheduled = false
    if (!this.#running || !this.#hasRoom()) return
    for (let i = 0; i < this.#pace.perTurn; i++) this.#publish(this.#published++)
    this.#schedule()
  }

  #hasRoom(): boolean {
    return this.#published + this.#pace.perTurn - this.#confirmed <= this.#pace.window
  }
}

/** The pace that the harness put on the command line: `PER-TURN WINDOW CREDIT-EVERY`. */
export function paceOf(args: readonly string[]): Pace {
  const [perTurn, window, creditEvery] = args.map(Number)
  return { perTurn: perTurn!, window: window!, creditEvery: creditEvery! }
}
