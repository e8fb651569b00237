import type { CpuTime, MemorySample, ServerSample } from '../peers/line-protocol.ts'
import { strideOf } from '../peers/plan.ts'
import { TRADES_IN_CYCLE } from '../peers/trades.ts'
import type { Row, Work } from '../rows/row.ts'
import { Child } from './child.ts'
import { loadArguments } from './load-arguments.ts'
import type { Peer } from './peers.ts'
import { serverCommand } from './server-command.ts'
import type { Workspace } from './workspace.ts'

/** What the load generator answers to `sample`: running totals over all connections. */
interface LoadSample extends CpuTime {
  readonly sent: number
  readonly received: number
  /** Of what is published by clients, what the one that only reads has had. */
  readonly watched: number
  /** Bytes that came, with all that is not the messages themselves. */
  readonly wireBytes: number
  /** Reads whose bytes were not the expected ones. */
  readonly wrong: number
  /** Connections that the server closed. */
  readonly lost: number
  /** Where in the cycle of messages the slow reader stands that is furthest behind. */
  readonly slowest?: number
}

/** How long messages took from the publish to the subscriber's process, in microseconds. */
interface Latency {
  readonly count: number
  readonly p50: number
  readonly p99: number
  readonly p999: number
  readonly max: number
}

/** One burst of work, from idle to idle, with everything counted. */
export interface Burst {
  /** Echoes or deliveries, as the clients counted them. */
  readonly work: number
  /** What should have arrived: sent by the clients, or published times subscribers. */
  readonly due: number
  readonly wireBytes: number
  /** Reads with unexpected bytes, refused publishes, and lost connections. */
  readonly faults: number
  readonly wallSeconds: number
  readonly serverCpuSeconds: number
  /** The part of it that the server spent in the kernel. */
  readonly serverKernelSeconds: number
  readonly loadCpuSeconds: number
  /** Of bursts at a rate: the share of its messages that was published at all. */
  readonly publishedShare?: number
  /** Of rows whose messages carry the time. */
  readonly latency?: Latency
  /** The server's resident memory after it, before slow readers read, where the row is about that. */
  readonly rssBytes?: number
  /** Of rows with slow readers: whether all of them got the newest message at last. */
  readonly slowGotNewest?: boolean
}

/** What a server with idle connections is like. */
export interface Idleness {
  readonly acceptedPerSecond: number
  readonly rssBytesPerConnection: number
  readonly heapBytesPerConnection: number | undefined
}

export interface ContestOptions {
  /** Extra flags for Node, before the script. */
  readonly nodeFlags?: readonly string[]
  /** Everything must have arrived this long after the stop. Default 10 s. */
  readonly drainMs?: number
}

/** How the connections were opened. */
interface Connected {
  readonly seconds: number
  /** The server's memory before them. */
  readonly before: MemorySample
}

const DRAIN_MS = 10_000
/** Slow readers must have caught up so long after everybody else. */
const CATCH_UP_MS = 5_000
const POLL_MS = 2

/** A peer's server with its own load generator, connected and idle between bursts. */
export class Contestant implements AsyncDisposable {
  readonly peer: Peer
  readonly #row: Row
  readonly #server: Child
  readonly #load: Child
  readonly #connected: Connected
  readonly #drainMs: number

  private constructor(row: Row, peer: Peer, server: Child, load: Child, connected: Connected, drainMs: number) {
    this.#row = row
    this.peer = peer
    this.#server = server
    this.#load = load
    this.#connected = connected
    this.#drainMs = drainMs
  }

  /** Starts both and opens the connections. */
  static async start(
    workspace: Workspace,
    row: Row,
    peer: Peer,
    { nodeFlags = [], drainMs = DRAIN_MS }: ContestOptions = {},
  ): Promise<Contestant> {
    if ('missing' in workspace.load) throw new Error(workspace.load.missing)
    const command = serverCommand(workspace, row, peer, nodeFlags)
    // What publishes to a broker is not what is measured, so it leaves the servers' core alone.
    const core = isBroker(peer) ? workspace.cores.load : workspace.cores.server
    const server = new Child(`${peer.name} (${row.id})`, command, { core })
    try {
      const listening = await server.read<{ port: number; creditPort: number }>()
      const before = row.work.kind === 'idle' ? await server.ask<MemorySample>('memory') : { rssBytes: 0 }
      const load = new Child(
        `load generator (${row.id})`,
        [workspace.load.path, ...loadArguments(workspace, row, peer, listening)],
        { core: workspace.cores.load },
      )
      try {
        const { seconds } = await load.read<{ seconds: number }>()
        return new Contestant(row, peer, server, load, { seconds, before }, drainMs)
      } catch (error) {
        await load[Symbol.asyncDispose]()
        throw error
      }
    } catch (error) {
      await server[Symbol.asyncDispose]()
      throw error
    }
  }

  /** Works for so long, at the row's pace or so many publishes a second, waits until everything has arrived, and counts. */
  async burst(seconds: number, perSecond?: number): Promise<Burst> {
    const { work } = this.#row
    const serverBefore = await this.#server.ask<ServerSample>('sample')
    const loadBefore = await this.#load.ask<LoadSample>('sample')
    const began = performance.now()
    const worker = isClients(work) ? this.#load : this.#server
    worker.send(perSecond === undefined ? 'start' : `start ${perSecond}`)
    await after(seconds * 1000)
    worker.send('stop')
    const { published, refused } = await this.#server.ask<ServerSample>('sample')
    const drained = await this.#drained(published)
    const wallSeconds = (performance.now() - began) / 1000
    const server = await this.#server.ask<ServerSample>('sample')
    return {
      work: drained.received - loadBefore.received,
      due: this.#due(drained, published) - this.#due(loadBefore, serverBefore.published),
      wireBytes: drained.wireBytes - loadBefore.wireBytes,
      faults: drained.wrong + drained.lost + refused + this.#unread(drained),
      wallSeconds,
      serverCpuSeconds: cpuSeconds(server) - cpuSeconds(serverBefore),
      serverKernelSeconds: (server.systemMicros - serverBefore.systemMicros) / 1e6,
      loadCpuSeconds: cpuSeconds(drained) - cpuSeconds(loadBefore),
      ...this.#publishedShare(published - serverBefore.published, seconds, perSecond),
      ...(isStamped(work) ? { latency: await this.#load.ask<Latency>('latency') } : {}),
      ...(this.#watchesMemory() ? { rssBytes: (await this.#server.ask<MemorySample>('memory')).rssBytes } : {}),
      ...(await this.#slowReaders(published)),
    }
  }

  /** What the open connections cost. */
  async idleness(): Promise<Idleness> {
    const { connections } = this.#row
    const { before, seconds } = this.#connected
    const now = await this.#server.ask<MemorySample>('memory')
    return {
      acceptedPerSecond: connections / seconds,
      rssBytesPerConnection: (now.rssBytes - before.rssBytes) / connections,
      heapBytesPerConnection:
        now.heapBytes === undefined || before.heapBytes === undefined
          ? undefined
          : (now.heapBytes - before.heapBytes) / connections,
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The server first, so that a profile ends before the clients' leaving is in it.
    await this.#server[Symbol.asyncDispose]()
    await this.#load[Symbol.asyncDispose]()
  }

  async #drained(published: number): Promise<LoadSample> {
    const deadline = performance.now() + this.#drainMs
    for (;;) {
      const sample = await this.#load.ask<LoadSample>('sample')
      const isDone = sample.received >= this.#due(sample, published) && this.#unread(sample) === 0
      if (isDone || performance.now() > deadline) return sample
      await after(POLL_MS)
    }
  }

  #publishedShare(published: number, seconds: number, perSecond: number | undefined): Pick<Burst, 'publishedShare'> {
    const { work } = this.#row
    const own = 'plan' in work && work.plan.pace.kind === 'rate' ? work.plan.pace.perSecond : undefined
    const rate = perSecond ?? own
    return rate === undefined ? {} : { publishedShare: published / Math.max(1, Math.floor(rate * seconds)) }
  }

  /** The slow ones read now. */
  async #slowReaders(published: number): Promise<Pick<Burst, 'slowGotNewest'>> {
    const { work } = this.#row
    if (work.kind !== 'fan-out' || work.slowReaders === undefined) return {}
    const newest = (published - 1) % TRADES_IN_CYCLE
    const deadline = performance.now() + CATCH_UP_MS
    for (;;) {
      const { slowest } = await this.#load.ask<LoadSample>('catch-up')
      if (slowest === newest || performance.now() > deadline) return { slowGotNewest: slowest === newest }
      await after(POLL_MS)
    }
  }

  /** What the clients should have received since they began. */
  #due({ sent }: LoadSample, published: number): number {
    const { connections, work } = this.#row
    if (work.kind === 'chat') return sent * connections
    if (work.kind !== 'fan-out' && work.kind !== 'latency') return sent
    const readers = connections - (work.kind === 'fan-out' ? (work.slowReaders ?? 0) : 0)
    return (published * readers) / strideOf(work.plan)
  }

  /** What was published and did not come to the client that reads it. */
  #unread({ sent, watched }: LoadSample): number {
    return this.#row.work.kind === 'publish' ? Math.abs(sent - watched) : 0
  }

  #watchesMemory(): boolean {
    const { work } = this.#row
    if (work.kind !== 'fan-out' || this.peer.server === 'control') return false
    return work.plan.pace.kind === 'rate' || work.slowReaders !== undefined
  }
}

function isBroker({ server }: Peer): boolean {
  return server !== 'control' && 'broker' in server
}

/** Whether the clients are those that make the work. */
function isClients({ kind }: Work): boolean {
  return kind === 'echo' || kind === 'chat' || kind === 'publish'
}

function isStamped(work: Work): boolean {
  return 'plan' in work && work.plan.shape.isStamped
}

function cpuSeconds({ userMicros, systemMicros }: CpuTime): number {
  return (userMicros + systemMicros) / 1e6
}

function after(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds)
  })
}
