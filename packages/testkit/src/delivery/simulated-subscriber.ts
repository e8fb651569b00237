import type { Entry } from '@hydrant/server'
import {
  type FeedHold,
  type GapNotice,
  type Origin,
  ReaderMeter,
  type Sink,
  Subscription,
} from '@hydrant/server/internal'
import type { SeededRandom } from '../random.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import type { SubscriberLog } from './ledger.ts'
import { PositionKeeper, type ReaderBug } from './position-keeper.ts'
import { POLICY, type SimulatedServer } from './simulated-server.ts'

const MAX_QUEUED_BYTES = 400
const RECONNECT_WITHIN_MS = 500

/** Something on its way through the network. */
type Flying =
  | { readonly kind: 'message'; readonly position: string; readonly payload: string }
  | { readonly kind: 'gap'; readonly from: string; readonly to: string }

/** One transport between server and subscriber: what is queued arrives later, in order, or never. */
class Connection implements Sink {
  readonly format = 'envelope'
  readonly #subscriber: SimulatedSubscriber
  readonly #clock: VirtualClock
  readonly #random: SeededRandom
  readonly #flying: Flying[] = []
  #bytes = 0
  #blocked = false
  #scheduled = false
  #drained: (() => void)[] = []
  isCut = false
  subscription: Subscription | undefined
  hold: FeedHold | undefined

  constructor(subscriber: SimulatedSubscriber, clock: VirtualClock, random: SeededRandom) {
    this.#subscriber = subscriber
    this.#clock = clock
    this.#random = random
  }

  get queuedBytes(): number {
    return this.#bytes
  }

  takeEntries(entries: readonly Entry[], { epoch }: Origin): void {
    for (const { offset, payload } of entries) {
      this.#fly({ kind: 'message', position: `${epoch}:${offset}`, payload: payload.toString() })
    }
  }

  send(): void {
    throw new Error('entries are taken before they are encoded')
  }

  sendNotice(_event: string, notice: object): void {
    const { from, to } = notice as GapNotice
    this.#fly({ kind: 'gap', from, to })
  }

  onceDrained(run: () => void): void {
    this.#drained.push(run)
    this.#arriveLater()
  }

  endSlow(): void {
    this.cut()
  }

  endFailed(): void {
    this.cut()
  }

  block(): void {
    this.#blocked = true
  }

  unblock(): void {
    this.#blocked = false
    this.#arriveLater()
  }

  /** The network loses what is on its way. */
  cut(): void {
    if (this.isCut) return
    this.isCut = true
    this.subscription?.close()
    this.hold?.release()
    this.#subscriber.lost()
  }

  #fly(flying: Flying): void {
    this.#flying.push(flying)
    this.#bytes += 20
    this.#arriveLater()
  }

  #arriveLater(): void {
    if (this.#scheduled || this.#blocked || this.isCut) return
    this.#scheduled = true
    this.#clock.after(this.#random.below(30), () => {
      this.#scheduled = false
      this.#arrive()
    })
  }

  #arrive(): void {
    if (this.#blocked || this.isCut) return
    // As much as a read from a socket may hold.
    for (const flying of this.#flying.splice(0, 1 + this.#random.below(8))) {
      this.#bytes -= 20
      if (!this.#subscriber.receive(flying)) {
        this.cut()
        return
      }
    }
    if (this.#flying.length > 0) this.#arriveLater()
    else for (const run of this.#drained.splice(0)) run()
  }
}

/** A subscriber that comes back with its last position whenever its connection is lost. */
export class SimulatedSubscriber {
  readonly log: SubscriberLog
  readonly #clock: VirtualClock
  readonly #random: SeededRandom
  readonly #server: () => SimulatedServer
  readonly #keeper: PositionKeeper
  #connections: Connection[] = []
  #failsNext = false
  #reconnects = true

  constructor(
    log: SubscriberLog,
    clock: VirtualClock,
    random: SeededRandom,
    server: () => SimulatedServer,
    bug: ReaderBug | undefined,
  ) {
    this.log = log
    this.#clock = clock
    this.#random = random
    this.#server = server
    this.#keeper = new PositionKeeper(
      log.start,
      (seen) => {
        if (this.#failsNext) {
          this.#failsNext = false
          throw new Error('cut off in the middle of a dispatch')
        }
        log.seen.push(seen)
      },
      bug,
    )
  }

  get position(): string {
    return this.#keeper.position
  }

  /** Opens a connection that resumes from the position; a second one may be open still. */
  connect(): void {
    void this.#connect()
  }

  /** The newest connection is reset. */
  reset(): void {
    this.#connections.at(-1)?.cut()
  }

  /** The subscriber stops reading. */
  block(): void {
    this.#connections.at(-1)?.block()
  }

  unblock(): void {
    for (const connection of this.#connections) connection.unblock()
  }

  /** The next dispatch fails half-way. */
  failNextDispatch(): void {
    this.#failsNext = true
  }

  /** Every connection is lost at once, as when the server dies. */
  cutAll(): void {
    for (const connection of this.#connections.slice()) connection.cut()
  }

  /** False when the dispatch failed. */
  receive(flying: Flying): boolean {
    try {
      if (flying.kind === 'message') this.#keeper.message(flying.position, flying.payload)
      else this.#keeper.gap(flying.from, flying.to)
      return true
    } catch {
      return false
    }
  }

  lost(): void {
    this.#connections = this.#connections.filter((connection) => !connection.isCut)
    if (this.#connections.length > 0 || !this.#reconnects) return
    this.#clock.after(this.#random.below(RECONNECT_WITHIN_MS), () => {
      if (this.#connections.length === 0) this.connect()
    })
  }

  stop(): void {
    this.#reconnects = false
    this.cutAll()
  }

  async #connect(): Promise<void> {
    const server = this.#server()
    const connection = new Connection(this, this.#clock, this.#random)
    this.#connections.push(connection)
    const hold = await server.hold(this.log.channel)
    if (connection.isCut || server !== this.#server()) {
      hold.release()
      connection.cut()
      return
    }
    const [epoch, offset] = this.#keeper.position.split(':') as [string, string]
    connection.hold = hold
    connection.subscription = new Subscription({
      terms: {
        policy: POLICY,
        overflow: 'drop',
        view: 'client',
        broker: server.broker,
        maxQueuedBytes: MAX_QUEUED_BYTES,
        meter: new ReaderMeter(),
      },
      feed: hold.feed,
      sink: connection,
      start: { since: { epoch, offset: Number(offset) } },
    })
    connection.subscription.start()
  }
}
