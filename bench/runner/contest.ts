import { join } from 'node:path'
import type { CpuTime, MemorySample, ServerSample } from '../peers/line-protocol.ts'
import type { PublishPlan } from '../peers/publisher.ts'
import { BUN } from './availability.ts'
import { Child } from './child.ts'
import { DIALECTS } from './dialects.ts'
import { type Cycle, echoAnswers, echoRequests, preambleBytes, tradeArrivals } from './frames.ts'
import type { Peer } from './peers.ts'
import type { Row, Work } from './rows.ts'
import { BENCH, type Workspace } from './workspace.ts'

/** What the load generator answers to `sample`: running totals over all connections. */
interface LoadSample extends CpuTime {
  readonly sent: number
  readonly received: number
  /** Bytes that came, with all that is not the messages themselves. */
  readonly wireBytes: number
  /** Reads whose bytes were not the expected ones. */
  readonly wrong: number
  /** Connections that the server closed. */
  readonly lost: number
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
  /** Of rows that publish at a rate. */
  readonly latency?: Latency
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
}

/** How the connections were opened. */
interface Connected {
  readonly seconds: number
  /** The server's memory before them. */
  readonly before: MemorySample
}

/** Everything must have arrived this long after the stop. */
const DRAIN_MS = 10_000
const POLL_MS = 2

/** A peer's server with its own load generator, connected and idle between bursts. */
export class Contestant implements AsyncDisposable {
  readonly peer: Peer
  readonly #row: Row
  readonly #server: Child
  readonly #load: Child
  readonly #connected: Connected

  private constructor(row: Row, peer: Peer, server: Child, load: Child, connected: Connected) {
    this.#row = row
    this.peer = peer
    this.#server = server
    this.#load = load
    this.#connected = connected
  }

  /** Starts both and opens the connections. */
  static async start(
    workspace: Workspace,
    row: Row,
    peer: Peer,
    { nodeFlags = [] }: ContestOptions = {},
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
        return new Contestant(row, peer, server, load, { seconds, before })
      } catch (error) {
        await load[Symbol.asyncDispose]()
        throw error
      }
    } catch (error) {
      await server[Symbol.asyncDispose]()
      throw error
    }
  }

  /** Works for so long, waits until everything has arrived, and counts. */
  async burst(seconds: number): Promise<Burst> {
    const { work } = this.#row
    const serverBefore = await this.#server.ask<ServerSample>('sample')
    const loadBefore = await this.#load.ask<LoadSample>('sample')
    const began = performance.now()
    const worker = work.kind === 'echo' ? this.#load : this.#server
    worker.send('start')
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
      faults: drained.wrong + drained.lost + refused,
      wallSeconds,
      serverCpuSeconds: cpuSeconds(server) - cpuSeconds(serverBefore),
      serverKernelSeconds: (server.systemMicros - serverBefore.systemMicros) / 1e6,
      loadCpuSeconds: cpuSeconds(drained) - cpuSeconds(loadBefore),
      ...(isStamped(work) ? { latency: await this.#load.ask<Latency>('latency') } : {}),
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
    const deadline = performance.now() + DRAIN_MS
    for (;;) {
      const sample = await this.#load.ask<LoadSample>('sample')
      if (sample.received >= this.#due(sample, published) || performance.now() > deadline) return sample
      await after(POLL_MS)
    }
  }

  #due(sample: LoadSample, published: number): number {
    return this.#row.work.kind === 'echo' ? sample.sent : published * this.#row.connections
  }
}

function isBroker({ server }: Peer): boolean {
  return server !== 'control' && 'broker' in server
}

function isStamped(work: Work): boolean {
  return work.kind === 'fan-out' && work.plan.shape.isStamped
}

/** An idle row publishes nothing, but its servers are those of the fan-out rows. */
const NO_PLAN: PublishPlan = { pace: { kind: 'rate', perSecond: 1 }, shape: { bytes: 100, isStamped: false } }

function serverCommand(workspace: Workspace, row: Row, peer: Peer, nodeFlags: readonly string[]): string[] {
  const { work } = row
  const plan = work.kind === 'echo' ? [] : [JSON.stringify(work.kind === 'idle' ? NO_PLAN : work.plan)]
  const { server } = peer
  if (server === 'control') return controlCommand(workspace, row)
  const node = [process.execPath, '--conditions=@hydrant/source', '--expose-gc', ...nodeFlags]
  if ('broker' in server) {
    return [...node, join(BENCH, 'peers', 'broker.ts'), server.broker, String(workspace.cores.server ?? 'any'), ...plan]
  }
  const { script, args = [], runtime } = server
  return [...(runtime === 'bun' ? [BUN] : node), join(BENCH, 'peers', script), ...args, ...plan]
}

function controlCommand(workspace: Workspace, { work }: Row): string[] {
  if ('missing' in workspace.control) throw new Error(workspace.control.missing)
  const { path } = workspace.control
  if (work.kind === 'echo') return [path, 'echo']
  if (work.kind === 'idle') throw new Error('the control has no idle row')
  const { bytes, pieceBytes, stampAt = -1 } = tradeArrivals(work.plan.shape, DIALECTS.bare)
  const { pace } = work.plan
  const file = workspace.file(`control-${pieceBytes}.stream`, bytes)
  const [perTurn, window, creditEvery, rate] =
    pace.kind === 'window' ? [pace.perTurn, pace.window, pace.creditEvery, 0] : [1, 0, 1, pace.perSecond]
  return [path, 'fan-out', file, ...[pieceBytes, perTurn, window, creditEvery, rate, stampAt].map(String)]
}

function loadArguments(
  workspace: Workspace,
  row: Row,
  peer: Peer,
  { port, creditPort }: { port: number; creditPort: number },
): string[] {
  const { work } = row
  const dialect = DIALECTS[peer.dialect]
  const named = (name: string, bytes: Uint8Array): string => workspace.file(`${row.id}-${peer.dialect}.${name}`, bytes)
  const shared = { port, path: dialect.path, connections: row.connections }
  if (work.kind === 'echo') {
    const expected = echoAnswers(work.payloadBytes)
    const sent = echoRequests(work.payloadBytes)
    return assignments({
      ...shared,
      ...expectation(named('expected', expected.bytes), expected),
      send: named('sent', sent.bytes),
      'send-frame': sent.pieceBytes,
      'in-flight': work.inFlight,
    })
  }
  const plan = work.kind === 'idle' ? NO_PLAN : work.plan
  const beforeWork = work.kind !== 'idle' && 'beforeWork' in dialect ? dialect.beforeWork : []
  const arrivals = tradeArrivals(plan.shape, dialect)
  return assignments({
    ...shared,
    ...('protocol' in dialect ? { protocol: dialect.protocol } : {}),
    ...expectation(named('expected', arrivals.bytes), arrivals),
    unframe: dialect.isUnframed ? 1 : 0,
    preamble: named('preamble', preambleBytes([...dialect.preamble, ...beforeWork])),
    ...(beforeWork.length === 0 ? {} : { abreast: row.connections }),
    ...(plan.pace.kind === 'window' ? { 'credit-port': creditPort, 'credit-every': plan.pace.creditEvery } : {}),
  })
}

function expectation(file: string, { pieceBytes, stampAt }: Cycle): Record<string, string | number> {
  return { expect: file, frame: pieceBytes, ...(stampAt === undefined ? {} : { stamp: stampAt }) }
}

function assignments(values: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(values).map(([name, value]) => `${name}=${value}`)
}

function cpuSeconds({ userMicros, systemMicros }: CpuTime): number {
  return (userMicros + systemMicros) / 1e6
}

function after(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds)
  })
}
