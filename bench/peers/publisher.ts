import { createServer } from 'node:net'
import type { ServerCommands } from './line-protocol.ts'
import type { TradeShape } from './trades.ts'

/** As fast as the subscribers take it. */
export interface WindowPace {
  readonly kind: 'window'
  /** Messages published in one turn of the event loop. */
  readonly perTurn: number
  /** How far the publisher may be ahead of the slowest subscriber, in messages. */
  readonly window: number
  /** Messages that one byte on the credit port confirms, for all subscribers. */
  readonly creditEvery: number
}

/** So many messages each second, evenly, whatever becomes of them. */
export interface RatePace {
  readonly kind: 'rate'
  readonly perSecond: number
}

/** What the harness puts on the command line of a server that publishes, as JSON. */
export interface PublishPlan {
  readonly pace: WindowPace | RatePace
  readonly shape: TradeShape
}

/** The plan is the last argument. */
export function planOf(args: readonly string[]): PublishPlan {
  return JSON.parse(args.at(-1)!) as PublishPlan
}

/** Publishes in the way that the row asks for, the same in every peer. */
export class Publisher implements ServerCommands {
  readonly #pace: WindowPace | RatePace
  readonly #publish: (sequence: number) => void
  #published = 0
  #confirmed = 0
  #refused = 0
  #running = false
  #scheduled = false
  #startedMs = 0
  #publishedBefore = 0

  constructor(pace: WindowPace | RatePace, publish: (sequence: number) => void) {
    this.#pace = pace
    this.#publish = publish
  }

  /** Where the load generator confirms what all subscribers have received. Resolves with the port. */
  async listenForCredits(): Promise<number> {
    const pace = this.#pace
    if (pace.kind === 'rate') return 0
    const server = createServer((socket) => {
      socket.on('data', (credits) => {
        this.#confirmed += credits.length * pace.creditEvery
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
    this.#startedMs = performance.now()
    this.#publishedBefore = this.#published
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
    if (this.#scheduled || !this.#running || !this.#mayPublish()) return
    this.#scheduled = true
    if (this.#pace.kind === 'window') setImmediate(() => this.#turn())
    else setTimeout(() => this.#turn(), this.#untilNextMs(this.#pace.perSecond))
  }

  #turn(): void {
    this.#scheduled = false
    if (!this.#running || !this.#mayPublish()) return
    const count = this.#pace.kind === 'window' ? this.#pace.perTurn : this.#due(this.#pace.perSecond)
    for (let i = 0; i < count; i++) this.#publish(this.#published++)
    this.#schedule()
  }

  #mayPublish(): boolean {
    const pace = this.#pace
    return pace.kind === 'rate' || this.#published + pace.perTurn - this.#confirmed <= pace.window
  }

  /** What should have been published by now and was not: after a stall they come together, and nothing is left out. */
  #due(perSecond: number): number {
    const wanted = Math.floor(((performance.now() - this.#startedMs) / 1000) * perSecond)
    return wanted - (this.#published - this.#publishedBefore)
  }

  #untilNextMs(perSecond: number): number {
    const next = (this.#published - this.#publishedBefore + 1) / perSecond
    return Math.max(0, Math.ceil(next * 1000 - (performance.now() - this.#startedMs)))
  }
}
