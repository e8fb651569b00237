import { join } from 'node:path'
import type { CpuTime, ServerSample } from '../peers/line-protocol.ts'
import { Child } from './child.ts'
import { echoAnswers, echoRequests, tradeFrames } from './frames.ts'
import type { Peer, Row } from './rows.ts'
import { BENCH, type Workspace } from './workspace.ts'

/** What the load generator answers to `sample`: running totals over all connections. */
interface LoadSample extends CpuTime {
  readonly sent: number
  readonly received: number
  /** Reads whose bytes were not the expected ones. */
  readonly wrong: number
  /** Connections that the server closed. */
  readonly lost: number
}

/** One burst of work, from idle to idle, with everything counted. */
export interface Burst {
  /** Echoes or deliveries, as the clients counted them. */
  readonly work: number
  /** What should have arrived: sent by the clients, or published times subscribers. */
  readonly due: number
  /** Reads with unexpected bytes, refused publishes, and lost connections. */
  readonly faults: number
  readonly wallSeconds: number
  readonly serverCpuSeconds: number
  /** The part of it that the server spent in the kernel. */
  readonly serverKernelSeconds: number
  readonly loadCpuSeconds: number
}

export interface ContestOptions {
  /** Extra flags for Node, before the script. */
  readonly nodeFlags?: readonly string[]
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

  private constructor(row: Row, peer: Peer, server: Child, load: Child) {
    this.#row = row
    this.peer = peer
    this.#server = server
    this.#load = load
  }

  /** Starts both and opens the connections. */
  static async start(
    workspace: Workspace,
    row: Row,
    peer: Peer,
    { nodeFlags = [] }: ContestOptions = {},
  ): Promise<Contestant> {
    const command = serverCommand(workspace, row, peer, nodeFlags)
    const server = new Child(`${peer.name} (${row.id})`, command, { core: workspace.cores.server })
    try {
      const listening = await server.read<{ port: number; creditPort: number }>()
      const load = new Child(`load generator (${row.id})`, loadCommand(workspace, row, peer, listening), {
        core: workspace.cores.load,
      })
      try {
        await load.read<{ connected: number }>()
        return new Contestant(row, peer, server, load)
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
    const serverBefore = await this.#server.ask<ServerSample>('sample')
    const loadBefore = await this.#load.ask<LoadSample>('sample')
    const began = performance.now()
    const worker = this.#row.work.kind === 'echo' ? this.#load : this.#server
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
      faults: drained.wrong + drained.lost + refused,
      wallSeconds,
      serverCpuSeconds: cpuSeconds(server) - cpuSeconds(serverBefore),
      serverKernelSeconds: (server.systemMicros - serverBefore.systemMicros) / 1e6,
      loadCpuSeconds: cpuSeconds(drained) - cpuSeconds(loadBefore),
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

function serverCommand(workspace: Workspace, row: Row, peer: Peer, nodeFlags: readonly string[]): string[] {
  const pace = row.work.kind === 'fan-out' ? paceArguments(row.work) : []
  if (peer.server !== 'control') {
    const { script, args = [] } = peer.server
    return [
      process.execPath,
      '--conditions=@hydrant/source',
      ...nodeFlags,
      join(BENCH, 'peers', script),
      ...args,
      ...pace,
    ]
  }
  if ('missing' in workspace.control) throw new Error(workspace.control.missing)
  if (row.work.kind === 'echo') return [workspace.control.path, 'echo']
  const { bytes, frameBytes } = tradeFrames()
  return [workspace.control.path, 'fan-out', workspace.file('stream', bytes), String(frameBytes), ...pace]
}

function paceArguments({ perTurn, window }: { perTurn: number; window: number }): string[] {
  return [perTurn, window, perTurn].map(String)
}

function loadCommand(
  workspace: Workspace,
  row: Row,
  peer: Peer,
  { port, creditPort }: { port: number; creditPort: number },
): string[] {
  const { work } = row
  const expected = work.kind === 'echo' ? echoAnswers(work.payloadBytes) : tradeFrames()
  const sent = work.kind === 'echo' ? echoRequests(work.payloadBytes) : { bytes: Buffer.alloc(0), frameBytes: 1 }
  const program = 'path' in workspace.load ? [workspace.load.path] : [process.execPath, join(BENCH, 'load', 'load.ts')]
  return [
    ...program,
    String(port),
    peer.path,
    String(row.connections),
    workspace.file(`${row.id}.expected`, expected.bytes),
    String(expected.frameBytes),
    workspace.file(`${row.id}.sent`, sent.bytes),
    String(sent.frameBytes),
    String(work.kind === 'echo' ? work.inFlight : 0),
    String(creditPort),
    String(work.kind === 'fan-out' ? work.perTurn : 1),
  ]
}

function cpuSeconds({ userMicros, systemMicros }: CpuTime): number {
  return (userMicros + systemMicros) / 1e6
}

function after(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds)
  })
}
