import { setTimeout as sleep } from 'node:timers/promises'
import { checkLedger, Ledger, PositionKeeper, SeededRandom, type SubscriberLog, type Violation } from '../src/index.ts'
import { ChaosProxy } from './chaos-proxy.ts'
import { type Door, DOORS, type OpenReader } from './door-readers.ts'
import { KillableServer } from './killable-server.ts'

export interface ProofOptions {
  readonly seconds: number
  readonly seed: number
  /** Stop publishing when so many are acknowledged; faults and time go on. */
  readonly maxMessages?: number | undefined
  readonly onProgress?: ((line: string) => void) | undefined
}

export interface ProofResult {
  readonly violations: readonly Violation[]
  readonly acknowledged: number
  readonly seen: number
  readonly gaps: number
  readonly faults: Readonly<Record<string, number>>
  readonly serverLives: number
  /** How long the last subscriber took to reach the head after the last fault. */
  readonly healedMs: number
  readonly notDrained: readonly string[]
}

const CHANNELS = ['/log/a', '/log/b', '/log/c', '/log/d']
const PUBLISHERS = 4
const BATCH = 50
const HEALING_MS = 30_000

/** The delivery proof on real sockets and processes: see DESIGN of the run in this folder's files, and the rules in `checkLedger`. */
export async function prove(options: ProofOptions): Promise<ProofResult> {
  const random = new SeededRandom(options.seed)
  const ledger = new Ledger()
  const server = new KillableServer()
  await server.start()
  const subscribers: Subscriber[] = []
  for (const [name, door] of Object.entries(DOORS)) {
    for (let i = 0; i < 2; i++) {
      const channel = CHANNELS[subscribers.length % CHANNELS.length]!
      const start = await headOf(server.port, channel)
      subscribers.push(await Subscriber.open(`${name}-${i}`, channel, start, door, server, ledger))
    }
  }

  const faults: Record<string, number> = {}
  const until = performance.now() + options.seconds * 1000
  const running = (): boolean => performance.now() < until
  const publishing = Array.from({ length: PUBLISHERS }, (_, index) =>
    publish(
      `p${index}`,
      server,
      ledger,
      () => running() && ledger.acknowledged.length < (options.maxMessages ?? Infinity),
    ),
  )
  let nextReport = performance.now() + 5000
  while (running()) {
    const kind = await strike(random, subscribers, server, options.seconds)
    faults[kind] = (faults[kind] ?? 0) + 1
    await sleep(20 + random.below(100))
    if (performance.now() > nextReport) {
      nextReport += 5000
      const struck = Object.values(faults).reduce((sum, count) => sum + count, 0)
      options.onProgress?.(`${ledger.acknowledged.length} acknowledged, ${struck} faults, ${server.lives} lives`)
    }
  }
  await Promise.all(publishing)

  const healing = performance.now()
  const notDrained = await drain(subscribers, server)
  const healedMs = Math.round(performance.now() - healing)
  for (const subscriber of subscribers) await subscriber.close()
  await server.stop('SIGTERM')
  const seen = ledger.subscribers.flatMap((log) => log.seen)
  return {
    violations: checkLedger(ledger),
    acknowledged: ledger.acknowledged.length,
    seen: seen.filter(({ kind }) => kind === 'message').length,
    gaps: seen.filter(({ kind }) => kind === 'gap').length,
    faults,
    serverLives: server.lives,
    healedMs,
    notDrained,
  }
}

async function strike(
  random: SeededRandom,
  subscribers: readonly Subscriber[],
  server: KillableServer,
  seconds: number,
): Promise<string> {
  const subscriber = random.pick(subscribers)
  // About one restart in ten seconds, however long the run is.
  if (random.chance(Math.min(0.05, 1 / (seconds * 1.2)))) {
    const signal = random.pick(['SIGKILL', 'SIGTERM'] as const)
    await server.restart(signal)
    return signal
  }
  const kind = random.pick(['reset', 'silent', 'stall', 'double-resume', 'cut-in-dispatch'] as const)
  if (kind === 'reset') subscriber.proxy.reset()
  else if (kind === 'silent') subscriber.proxy.goSilent(200 + random.below(2000))
  else if (kind === 'stall') subscriber.proxy.stall(100 + random.below(1500))
  else if (kind === 'double-resume') subscriber.openAnother()
  else subscriber.failNextDispatch()
  return kind
}

/** Publishes batches under idempotency keys, and tries each again until it is answered. */
async function publish(name: string, server: KillableServer, ledger: Ledger, goesOn: () => boolean): Promise<void> {
  let sequence = 0
  for (let batch = 0; goesOn(); batch++) {
    const channel = CHANNELS[batch % CHANNELS.length]!
    const payloads = Array.from({ length: BATCH }, () => `${name}:${++sequence}`)
    for (const payload of payloads) ledger.attempted.add(payload)
    for (;;) {
      try {
        const response = await fetch(`http://127.0.0.1:${server.port}${channel}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'idempotency-key': `${name}-${batch}` },
          body: JSON.stringify(payloads),
          signal: AbortSignal.timeout(5000),
        })
        if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`)
        const { positions } = (await response.json()) as { positions: string[] }
        for (const [at, payload] of payloads.entries()) {
          ledger.acknowledged.push({ channel, position: positions[at]!, payload })
        }
        break
      } catch (error) {
        if (error instanceof Error && /^4\d\d /.test(error.message)) throw error
        await sleep(50)
      }
    }
  }
}

async function headOf(port: number, channel: string): Promise<string> {
  const page = (await (await fetch(`http://127.0.0.1:${port}${channel}?limit=1`)).json()) as { position: string }
  return page.position
}

/** Waits until everybody has reached the head; names those who have not within the time. */
async function drain(subscribers: readonly Subscriber[], server: KillableServer): Promise<string[]> {
  const deadline = performance.now() + HEALING_MS
  for (;;) {
    const heads = new Map<string, string>()
    for (const channel of CHANNELS) heads.set(channel, await headOf(server.port, channel))
    const behind = subscribers.filter(({ log, position }) => position !== heads.get(log.channel))
    if (behind.length === 0 || performance.now() > deadline) return behind.map(({ log }) => log.name)
    await sleep(50)
  }
}

/** A subscriber behind a network of its own, that comes back with its position whenever it is cut off. */
class Subscriber {
  readonly log: SubscriberLog
  readonly proxy: ChaosProxy
  readonly #door: Door
  readonly #keeper: PositionKeeper
  readonly #open = new Set<OpenReader>()
  #failsNext = false
  #closed = false

  private constructor(log: SubscriberLog, proxy: ChaosProxy, door: Door) {
    this.log = log
    this.proxy = proxy
    this.#door = door
    this.#keeper = new PositionKeeper(log.start, (seen) => {
      if (this.#failsNext) {
        this.#failsNext = false
        this.proxy.reset()
        throw new CutInDispatch()
      }
      log.seen.push(seen)
    })
  }

  static async open(
    name: string,
    channel: string,
    start: string,
    door: Door,
    server: KillableServer,
    ledger: Ledger,
  ): Promise<Subscriber> {
    const proxy = new ChaosProxy(() => server.port)
    await proxy.listen()
    const log = { name, channel, start, seen: [] }
    ledger.subscribers.push(log)
    const subscriber = new Subscriber(log, proxy, door)
    subscriber.openAnother()
    return subscriber
  }

  get position(): string {
    return this.#keeper.position
  }

  failNextDispatch(): void {
    this.#failsNext = true
  }

  /** Opens a connection, also beside one that is still open: the second resume of the same subscriber. */
  openAnother(): void {
    const reader = this.#door(this.proxy.port, this.log.channel, this.#keeper)
    this.#open.add(reader)
    void reader.lost.then(async () => {
      this.#open.delete(reader)
      await sleep(20)
      if (!this.#closed && this.#open.size === 0) this.openAnother()
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const reader of this.#open) reader.close()
    await this.proxy.close()
  }
}

/** What a reader's dispatch throws when it is cut off half-way; the connection is reset with it. */
class CutInDispatch extends Error {}
