import { setTimeout as sleep } from 'node:timers/promises'
import { checkLedger, Ledger, SeededRandom, type SubscriberLog, type Violation } from '../src/index.ts'
import { ClientSubscriber, type Way } from './client-subscriber.ts'
import { DOORS } from './door-readers.ts'
import { KillableServer } from './killable-server.ts'
import { DoorSubscriber, type Subscriber } from './subscriber.ts'

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
  /** What the clients reported besides messages and gaps. */
  readonly clientErrors: readonly string[]
}

/** One more than the client's fallback has streams for: the last one is polled. */
const CHANNELS = ['/log/a', '/log/b', '/log/c', '/log/d', '/log/e']

/** The channels that each client follows on its one connection. */
const CLIENTS: Readonly<Record<Way, readonly string[]>> = {
  socket: CHANNELS,
  fallback: CHANNELS,
  changing: CHANNELS.slice(0, 2),
}
const PUBLISHERS = 4
const BATCH = 250
const HEALING_MS = 30_000

/** The delivery proof on real sockets and processes: the faults are in `FAULTS`, the promises in `checkLedger`. */
export async function prove(options: ProofOptions): Promise<ProofResult> {
  const random = new SeededRandom(options.seed)
  const ledger = new Ledger()
  const server = new KillableServer()
  await server.start()
  const { subscribers, clients } = await openSubscribers(server, ledger)

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
    await sleep(10 + random.below(60))
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
  const clientErrors = clients.flatMap(({ errors }) => errors)
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
    clientErrors,
  }
}

/** Two readers for each door, and a client for each way. */
async function openSubscribers(
  server: KillableServer,
  ledger: Ledger,
): Promise<{ readonly subscribers: readonly Subscriber[]; readonly clients: readonly ClientSubscriber[] }> {
  const port = (): number => server.port
  const logOf = async (name: string, channel: string): Promise<SubscriberLog> => ({
    name: `${name} on ${channel}`,
    channel,
    start: await headOf(server.port, channel),
    seen: [],
  })
  const readers: Subscriber[] = []
  for (const [name, door] of Object.entries(DOORS)) {
    for (let i = 0; i < 2; i++) {
      const channel = CHANNELS[readers.length % CHANNELS.length]!
      readers.push(await DoorSubscriber.open(await logOf(`${name}-${i}`, channel), door, port, ledger))
    }
  }
  const clients: ClientSubscriber[] = []
  for (const [way, channels] of Object.entries(CLIENTS)) {
    const logs = await Promise.all(channels.map((channel) => logOf(`client-${way}`, channel)))
    clients.push(await ClientSubscriber.open(way as Way, logs, port, ledger))
  }
  return { subscribers: [...readers, ...clients], clients }
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
  const kind = random.pick(KINDS)
  FAULTS[kind](subscriber, server, random)
  return kind
}

/** Faults that come and go by themselves, each with a sentence. */
const FAULTS = {
  /** The connection is reset: what was on its way is lost. */
  reset: ({ proxy }) => proxy.reset(),
  /** Nothing passes and nobody is told, for a while. */
  silent: ({ proxy }, _server, random) => proxy.goSilent(200 + random.below(2000)),
  /** The server's side stays open when the reader's is gone. */
  'half-open': ({ proxy }, _server, random) => proxy.halfOpen(200 + random.below(2000)),
  /** The reader does not read: the server's queue fills. */
  stall: ({ proxy }, _server, random) => proxy.stall(100 + random.below(1500)),
  /** The reader is away for longer than the history reaches back, when it is busy. */
  trimmed: ({ proxy }, _server, random) => proxy.goAway(1000 + random.below(2000)),
  /** The reader comes back, and is cut again before it has caught up. */
  'cut-in-replay': ({ proxy }, _server, random) => proxy.resetTwice(500 + random.below(60_000)),
  'double-resume': (subscriber) => subscriber.resumeAgain(),
  'cut-in-dispatch': (subscriber) => subscriber.failNextDispatch(),
  /** The server's wall clock jumps, up to a day in either direction. */
  'clock-jump': (_subscriber, server, random) => server.setClock((random.below(2 * 86_400) - 86_400) * 1000),
  /** The server stands still and does not notice. */
  freeze: (_subscriber, server, random) => server.freeze(50 + random.below(400)),
} satisfies Record<string, (subscriber: Subscriber, server: KillableServer, random: SeededRandom) => void>

const KINDS = Object.keys(FAULTS) as (keyof typeof FAULTS)[]

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
    const behind = subscribers.flatMap((subscriber) =>
      subscriber.logs.filter((log) => subscriber.positionOf(log) !== heads.get(log.channel)),
    )
    if (behind.length === 0 || performance.now() > deadline) return behind.map(({ name }) => name)
    await sleep(50)
  }
}
