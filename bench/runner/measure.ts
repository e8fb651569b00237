import { reasonAgainst } from './availability.ts'
import { type Burst, Contestant, type Idleness } from './contest.ts'
import type { Peer } from './peers.ts'
import type { Row, Target } from './rows.ts'
import { type Spread, spreadOf } from './spread.ts'
import type { Workspace } from './workspace.ts'

export interface Effort {
  readonly rounds: number
  /** Length of one burst. */
  readonly seconds: number
  readonly warmUpSeconds: number
  /** On `performance.now()`'s clock: after it no burst is repeated. */
  readonly repeatUntilMs: number
}

export interface PeerResult {
  readonly peer: string
  readonly bursts: readonly Burst[]
  /** Units of work for each second of the server process's CPU time. */
  readonly perCpuSecond: Spread
  readonly perWallSecond: Spread
  /** Share of a core, 0 to 1, in the median burst. */
  readonly serverBusy: number
  readonly loadBusy: number
  /** Share of the server's CPU time that is the kernel's. */
  readonly kernelShare: number
  /** Reads with unexpected bytes, refused publishes and lost connections. */
  readonly faults: number
  /** Everything sent was received, byte for byte, in every burst. */
  readonly countsAreRight: boolean
  /** The load generator was the bottleneck. */
  readonly loadWasSaturated: boolean
  /** Server CPU time for each million echoes or deliveries, in seconds. */
  readonly cpuSecondsPerMillion: Spread
  /** Bytes that arrived for each message, everything counted. */
  readonly wireBytesPerMessage: number
  /** Of rows that publish at a rate: microseconds from the publish to the subscriber's process. */
  readonly latency: { readonly p50: Spread; readonly p99: Spread; readonly p999: Spread } | undefined
}

/** A peer's connections that did nothing, each round with a new server. */
interface IdleResult {
  readonly peer: string
  readonly rounds: readonly Idleness[]
  readonly rssBytesPerConnection: Spread
  readonly heapBytesPerConnection: Spread | undefined
  readonly acceptedPerSecond: Spread
}

export interface RowResult {
  readonly row: Row
  readonly peers: readonly PeerResult[]
  /** Of an idle row, whose peers do no work. */
  readonly idle: readonly IdleResult[]
  /** Peers that this machine cannot run, and why. */
  readonly absent: readonly { readonly peer: string; readonly reason: string }[]
  /** Bursts that were thrown away because other processes had the cores. */
  readonly repeated: number
}

/** Below this share of a core for both sides, somebody else was using the machine. */
const STARVED = 0.85
const MAX_REPEATS_PER_BURST = 3
/** A p99.9 needs some messages. */
const SECONDS_AT_A_RATE = 2

/** More says nothing new: a round starts and connects everything again. */
const MOST_IDLE_ROUNDS = 3

/** Measures one row: bursts in turns, or, where nothing is done, what the connections cost. */
export function measureRow(workspace: Workspace, row: Row, effort: Effort): Promise<RowResult> {
  return row.work.kind === 'idle' ? measureIdleRow(workspace, row, effort) : measureBusyRow(workspace, row, effort)
}

async function measureIdleRow(workspace: Workspace, row: Row, { rounds }: Effort): Promise<RowResult> {
  const able = row.peers.filter((peer) => reasonAgainst(workspace, peer) === undefined)
  const measured = new Map<Peer, Idleness[]>(able.map((peer) => [peer, []]))
  for (let round = 0; round < Math.min(rounds, MOST_IDLE_ROUNDS); round++) {
    for (const peer of able) {
      await using contestant = await Contestant.start(workspace, row, peer)
      measured.get(peer)!.push(await contestant.idleness())
    }
  }
  const idle = [...measured].map(([peer, each]) => summarizeIdle(peer, each))
  return { row, peers: [], idle, absent: absentOf(workspace, row), repeated: 0 }
}

/** Starts all peers of the row, then lets them work in turns: every round has one burst of each. */
async function measureBusyRow(workspace: Workspace, row: Row, effort: Effort): Promise<RowResult> {
  const able = row.peers.filter((peer) => reasonAgainst(workspace, peer) === undefined)
  await using contestants = new AsyncDisposableStack()
  const entered: { contestant: Contestant; bursts: Burst[] }[] = []
  for (const peer of able) {
    const contestant = contestants.use(await Contestant.start(workspace, row, peer))
    await contestant.burst(effort.warmUpSeconds)
    entered.push({ contestant, bursts: [] })
  }
  const isPaced = row.work.kind === 'fan-out' && row.work.plan.pace.kind === 'rate'
  const seconds = isPaced ? Math.max(effort.seconds, SECONDS_AT_A_RATE) : effort.seconds
  // At a rate, an idle core is no sign of a disturbance.
  const mayRepeat = (): boolean => !isPaced && performance.now() < effort.repeatUntilMs
  let repeated = 0
  for (let round = 0; round < effort.rounds; round++) {
    for (const { contestant, bursts } of entered) {
      let burst = await contestant.burst(seconds)
      for (let i = 0; i < MAX_REPEATS_PER_BURST && isStarved(burst) && mayRepeat(); i++) {
        repeated++
        const again = await contestant.burst(seconds)
        // Chosen by how undisturbed it was, never by its result.
        if (busiest(again) > busiest(burst)) burst = again
      }
      bursts.push(burst)
    }
  }
  return {
    row,
    peers: entered.map(({ contestant, bursts }) => summarize(contestant.peer, bursts)),
    idle: [],
    absent: absentOf(workspace, row),
    repeated,
  }
}

function absentOf(workspace: Workspace, { peers }: Row): RowResult['absent'] {
  return peers.flatMap((peer) => {
    const reason = reasonAgainst(workspace, peer)
    return reason === undefined ? [] : [{ peer: peer.name, reason }]
  })
}

/** What can be compared of two peers, round by round. */
const COMPARED: Readonly<Record<Exclude<Target['of'], 'memory'>, (burst: Burst) => number>> = {
  'work per CPU-second': (burst) => workPerCpuSecond(burst),
  'CPU time': (burst) => burst.serverCpuSeconds / burst.work,
  p99: (burst) => burst.latency?.p99 ?? Number.NaN,
}

/** The ratio of two peers, round by round. Undefined when one of them did not run. */
export function ratioOf(
  { peers, idle }: RowResult,
  peer: string,
  over: string,
  of: Target['of'] = 'work per CPU-second',
): Spread | undefined {
  if (of === 'memory') {
    const [a, b] = [peer, over].map((name) => idle.find((each) => each.peer === name))
    if (a === undefined || b === undefined) return undefined
    return spreadOf(a.rounds.map((each, i) => each.rssBytesPerConnection / b.rounds[i]!.rssBytesPerConnection))
  }
  const [a, b] = [peer, over].map((name) => peers.find((each) => each.peer === name))
  if (a === undefined || b === undefined) return undefined
  const compared = COMPARED[of]
  return spreadOf(a.bursts.map((burst, round) => compared(burst) / compared(b.bursts[round]!)))
}

function isStarved(burst: Burst): boolean {
  return busiest(burst) < STARVED
}

/** The share of a core that the busier side had. On a machine of its own it is nearly 1. */
function busiest(burst: Burst): number {
  return Math.max(burst.serverCpuSeconds, burst.loadCpuSeconds) / burst.wallSeconds
}

function summarize(peer: Peer, bursts: readonly Burst[]): PeerResult {
  const serverBusy = spreadOf(bursts.map((burst) => burst.serverCpuSeconds / burst.wallSeconds)).median
  const loadBusy = spreadOf(bursts.map((burst) => burst.loadCpuSeconds / burst.wallSeconds)).median
  return {
    peer: peer.name,
    bursts,
    perCpuSecond: spreadOf(bursts.map(workPerCpuSecond)),
    perWallSecond: spreadOf(bursts.map((burst) => burst.work / burst.wallSeconds)),
    serverBusy,
    loadBusy,
    kernelShare: spreadOf(bursts.map((burst) => burst.serverKernelSeconds / burst.serverCpuSeconds)).median,
    faults: Math.max(...bursts.map((burst) => burst.faults)),
    countsAreRight: bursts.every(({ work, due, faults }) => work === due && work > 0 && faults === 0),
    loadWasSaturated: loadBusy > 0.95 && serverBusy < 0.9,
    cpuSecondsPerMillion: spreadOf(bursts.map((burst) => (burst.serverCpuSeconds / burst.work) * 1e6)),
    wireBytesPerMessage: bursts.reduce((sum, each) => sum + each.wireBytes, 0) / sumOfWork(bursts),
    latency: latencyOf(bursts),
  }
}

function sumOfWork(bursts: readonly Burst[]): number {
  return bursts.reduce((sum, { work }) => sum + work, 0)
}

function latencyOf(bursts: readonly Burst[]): PeerResult['latency'] {
  const measured = bursts.flatMap(({ latency }) => (latency === undefined ? [] : [latency]))
  if (measured.length === 0) return undefined
  return {
    p50: spreadOf(measured.map(({ p50 }) => p50)),
    p99: spreadOf(measured.map(({ p99 }) => p99)),
    p999: spreadOf(measured.map(({ p999 }) => p999)),
  }
}

function summarizeIdle({ name }: Peer, rounds: readonly Idleness[]): IdleResult {
  const heaps = rounds.flatMap(({ heapBytesPerConnection: bytes }) => (bytes === undefined ? [] : [bytes]))
  return {
    peer: name,
    rounds,
    rssBytesPerConnection: spreadOf(rounds.map(({ rssBytesPerConnection }) => rssBytesPerConnection)),
    heapBytesPerConnection: heaps.length === 0 ? undefined : spreadOf(heaps),
    acceptedPerSecond: spreadOf(rounds.map(({ acceptedPerSecond }) => acceptedPerSecond)),
  }
}

function workPerCpuSecond(burst: Burst): number {
  return burst.work / burst.serverCpuSeconds
}
