import { SeededRandom } from '../random.ts'
import { VirtualClock } from '../virtual-clock.ts'
import { checkLedger, type Violation } from './check-ledger.ts'
import { Ledger } from './ledger.ts'
import type { ReaderBug } from './position-keeper.ts'
import { POLICY, type ServerBug, SimulatedServer } from './simulated-server.ts'
import { SimulatedSubscriber } from './simulated-subscriber.ts'

export interface SimulationOptions {
  readonly seed: number
  /** How long the run is, in virtual milliseconds. */
  readonly durationMs: number
  readonly publishers?: number | undefined
  readonly subscribers?: number | undefined
  readonly bug?: ServerBug | ReaderBug | undefined
}

export interface SimulationResult {
  readonly violations: readonly Violation[]
  readonly acknowledged: number
  readonly seen: number
  readonly gaps: number
  readonly faults: number
  /** Subscribers that had not reached the head 30 s after the last fault. */
  readonly notDrained: readonly string[]
}

const CHANNELS = ['/a', '/b', '/c']
const HEALING_MS = 30_000
const SERVER_BUGS: ReadonlySet<string> = new Set<ServerBug>(['skips-the-seam', 'hides-trimmed-history'])

/**
 * The delivery proof in memory: the server's own log, hub and subscriptions, a network that loses and delays, publishers that retry,
 * subscribers that resume, and faults, all from one seed on a virtual clock.
 */
export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  const random = new SeededRandom(options.seed)
  const clock = new VirtualClock()
  const ledger = new Ledger()
  const serverBug = SERVER_BUGS.has(options.bug ?? '') ? (options.bug as ServerBug) : undefined
  const readerBug = serverBug === undefined ? (options.bug as ReaderBug | undefined) : undefined
  let life = 1
  let server = new SimulatedServer(clock, random, life, serverBug)
  let faults = 0

  const subscribers = Array.from({ length: options.subscribers ?? 6 }, (_, index) => {
    const log = { name: `s${index}`, channel: CHANNELS[index % CHANNELS.length]!, start: 'e1:0', seen: [] }
    ledger.subscribers.push(log)
    return new SimulatedSubscriber(log, clock, random, () => server, readerBug)
  })
  for (const subscriber of subscribers) subscriber.connect()
  const publishers = Array.from(
    { length: options.publishers ?? 4 },
    (_, index) => new SimulatedPublisher(index, random),
  )

  const fault = (): void => {
    faults++
    const subscriber = random.pick(subscribers)
    const kind = random.below(8)
    if (kind === 0) subscriber.reset()
    else if (kind === 1) subscriber.block()
    else if (kind === 2) subscriber.unblock()
    else if (kind === 3) subscriber.connect()
    else if (kind === 4) subscriber.failNextDispatch()
    else if (kind === 5) clock.jumpWallClock(random.below(7_200_000) - 3_600_000)
    else if (kind === 6) for (let i = 0; i < POLICY.maxMessages; i++) publishers[0]!.publish(server, ledger)
    else if (random.chance(0.2)) {
      // Killed: the log is gone, and with it every connection.
      server = new SimulatedServer(clock, random, ++life, serverBug)
      for (const each of subscribers) each.cutAll()
    }
  }

  while (clock.monotonicMs() < options.durationMs) {
    if (random.chance(0.6)) random.pick(publishers).publish(server, ledger)
    if (random.chance(0.05)) fault()
    await step(clock, 1 + random.below(10))
  }
  for (const subscriber of subscribers) subscriber.unblock()
  for (let healed = 0; healed < HEALING_MS; healed += 50) await step(clock, 50)

  const notDrained = subscribers.filter((subscriber) => !hasReachedHead(subscriber, server)).map(({ log }) => log.name)
  for (const subscriber of subscribers) subscriber.stop()
  const seen = ledger.subscribers.flatMap((log) => log.seen)
  return {
    violations: checkLedger(ledger),
    acknowledged: ledger.acknowledged.length,
    seen: seen.filter(({ kind }) => kind === 'message').length,
    gaps: seen.filter(({ kind }) => kind === 'gap').length,
    faults,
    notDrained,
  }
}

/** One publisher: numbers its messages, and tries again under the same key when an answer is lost. */
class SimulatedPublisher {
  readonly #name: string
  readonly #random: SeededRandom
  #sequence = 0

  constructor(index: number, random: SeededRandom) {
    this.#name = `p${index}`
    this.#random = random
  }

  publish(server: SimulatedServer, ledger: Ledger): void {
    const payload = `${this.#name}:${++this.#sequence}`
    const channel = this.#random.pick(CHANNELS)
    ledger.attempted.add(payload)
    const draft = {
      name: 'm',
      encoding: 'text',
      payload: Buffer.from(payload),
      key: undefined,
      forClients: true,
    } as const
    const options = { policy: POLICY, idempotencyKey: payload, fingerprint: payload }
    let answered = false
    while (!answered) {
      const published = server.broker.publish(channel, [draft], options)
      if (published instanceof Promise) throw new Error('this broker answers at once')
      answered = !this.#random.chance(0.1)
      if (answered) {
        const position = `${published.epoch}:${published.offsets[0]!}`
        ledger.acknowledged.push({ channel, position, payload })
      }
    }
  }
}

function hasReachedHead(subscriber: SimulatedSubscriber, server: SimulatedServer): boolean {
  const page = server.broker.read(subscriber.log.channel, POLICY, { limit: 1, maxBytes: 1 })
  if (page instanceof Promise) return true
  return subscriber.position === `${page.epoch}:${page.next}`
}

/** Lets virtual time pass, and everything that was waiting for it happen. */
async function step(clock: VirtualClock, ms: number): Promise<void> {
  clock.advance(ms)
  clock.flushTurn()
  for (let i = 0; i < 6; i++) await Promise.resolve()
}
