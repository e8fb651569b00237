import { createServer } from 'node:net'
import type { ServerCommands } from './line-protocol.ts'
import { channelNames, type RatePace, type ServerPlan, strideOf, type WindowPace } from './plan.ts'
import { type Trade, tradeMaker } from './trades.ts'

/** Publishes in the way that the row asks for, the same in every peer. */
export class Publisher implements ServerCommands {
  readonly #plan: ServerPlan
  readonly #publish: (trade: Trade, channel: string) => void
  readonly #trade: (sequence: number) => Trade
  readonly #channels: readonly string[]
  readonly #stride: number
  #pace: WindowPace | RatePace
  #published = 0
  #confirmed = 0
  #refused = 0
  #running = false
  #scheduled = false
  #startedMs = 0
  #publishedBefore = 0

  /** `channel` is one of the plan's channel names. */
  constructor(plan: ServerPlan, publish: (trade: Trade, channel: string) => void) {
    this.#plan = plan
    this.#pace = plan.pace
    this.#publish = publish
    this.#trade = tradeMaker(plan.shape)
    this.#channels = channelNames(plan)
    this.#stride = strideOf(plan)
  }

  /** Where the load generator confirms what all subscribers have received. Resolves with the port. */
  async listenForCredits(): Promise<number> {
    const { pace } = this.#plan
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

  start(perSecond: number | undefined): void {
    this.#pace = perSecond === undefined ? this.#plan.pace : { kind: 'rate', perSecond }
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
    for (let i = 0; i < count; i++) {
      const n = this.#published++
      this.#publish(this.#trade(Math.floor(n / this.#stride)), this.#channels[n % this.#channels.length]!)
    }
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
