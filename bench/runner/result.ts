import type { Row, Target } from '../rows/row.ts'
import type { Burst, Idleness } from './contest.ts'
import type { Peer } from './peers.ts'
import { type Spread, spreadOf } from './spread.ts'

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
export interface IdleResult {
  readonly peer: string
  readonly rounds: readonly Idleness[]
  readonly rssBytesPerConnection: Spread
  readonly heapBytesPerConnection: Spread | undefined
  readonly acceptedPerSecond: Spread
}

/** A peer at half of what it can do, and the row's first peer at the same rate. */
export interface LatencyResult {
  readonly peer: string
  /** Messages a second that it can do. */
  readonly saturation: Spread
  readonly rounds: readonly { readonly perSecond: number; readonly own: Burst; readonly first: Burst }[]
  /** Nothing was lost or altered, at either pace. */
  readonly countsAreRight: boolean
  /** Both held the rate: otherwise there is nothing to compare. */
  readonly isHeld: boolean
}

/** How long something took to be ready. */
export interface StartResult {
  readonly peer: string
  readonly milliseconds: Spread
}

export interface RowResult {
  readonly row: Row
  readonly rounds: number
  /** The results of the row's kind of work; the others are empty. */
  readonly peers: readonly PeerResult[]
  readonly idle: readonly IdleResult[]
  readonly latencies: readonly LatencyResult[]
  readonly starts: readonly StartResult[]
  /** Peers that this machine cannot run, and why. */
  readonly absent: readonly Absent[]
  /** Peers that this machine should have been able to run. */
  readonly failed: readonly Absent[]
  /** Bursts that were thrown away because other processes had the cores. */
  readonly repeated: number
}

export interface Absent {
  readonly peer: string
  readonly reason: string
}

/** Whether nothing in a row is wrong: no count, no failed peer, no load generator that was the bottleneck. */
export function isGood({ failed, latencies, peers, row }: RowResult): boolean {
  const first = row.peers[0]?.name
  const isWrong = ({ countsAreRight, loadWasSaturated, peer }: PeerResult): boolean =>
    loadWasSaturated || (!countsAreRight && (row.mayFallBehind !== true || peer === first))
  return failed.length === 0 && !peers.some(isWrong) && latencies.every(({ countsAreRight }) => countsAreRight)
}

/** What was measured for a target: a ratio, or the value that it is about. Undefined when somebody did not run. */
export function measuredFor(result: RowResult, { peer, over, of }: Target): Spread | undefined {
  if (over !== undefined) return ratioOf(result, peer, over, of)
  if (of === 'milliseconds') return result.starts.find((each) => each.peer === peer)?.milliseconds
  if (of === 'bytes') return result.idle.find((each) => each.peer === peer)?.rssBytesPerConnection
  if (of === 'memory') return undefined
  const bursts = result.peers.find((each) => each.peer === peer)?.bursts
  return bursts && spreadOf(bursts.map(VALUES[of]))
}

/** What can be told or compared of a burst. */
const VALUES: Readonly<Record<Exclude<Target['of'], 'memory' | 'milliseconds' | 'bytes'>, (burst: Burst) => number>> = {
  'work per CPU-second': (burst) => workPerCpuSecond(burst),
  'CPU time': (burst) => burst.serverCpuSeconds / burst.work,
  p99: (burst) => burst.latency?.p99 ?? Number.NaN,
  'p99 over p50': ({ latency }) => (latency === undefined ? Number.NaN : latency.p99 / latency.p50),
}

/** The ratio of two peers, round by round. Undefined when one of them did not run. */
export function ratioOf(
  { latencies, peers, idle, row }: RowResult,
  peer: string,
  over: string,
  of: Target['of'] = 'work per CPU-second',
): Spread | undefined {
  if (of === 'milliseconds' || of === 'bytes') return undefined
  if (of === 'memory') {
    const [a, b] = [peer, over].map((name) => idle.find((each) => each.peer === name))
    if (a === undefined || b === undefined) return undefined
    return spreadOf(a.rounds.map((each, i) => each.rssBytesPerConnection / b.rounds[i]!.rssBytesPerConnection))
  }
  const compared = VALUES[of]
  if (row.work.kind === 'latency') {
    const found = latencies.find((each) => each.peer === over)
    // Of one that could not do even half of it there is no latency.
    if (found === undefined || !found.isHeld) return undefined
    return spreadOf(found.rounds.map(({ own, first }) => compared(first) / compared(own)))
  }
  const [a, b] = [peer, over].map((name) => peers.find((each) => each.peer === name))
  if (a === undefined || b === undefined) return undefined
  // One that could not hold the load stopped early.
  const rounds = Math.min(a.bursts.length, b.bursts.length)
  return spreadOf(a.bursts.slice(0, rounds).map((burst, round) => compared(burst) / compared(b.bursts[round]!)))
}

export function summarize({ name }: Peer, bursts: readonly Burst[]): PeerResult {
  const serverBusy = spreadOf(bursts.map((burst) => burst.serverCpuSeconds / burst.wallSeconds)).median
  const loadBusy = spreadOf(bursts.map((burst) => burst.loadCpuSeconds / burst.wallSeconds)).median
  return {
    peer: name,
    bursts,
    perCpuSecond: spreadOf(bursts.map(workPerCpuSecond)),
    perWallSecond: spreadOf(bursts.map((burst) => burst.work / burst.wallSeconds)),
    serverBusy,
    loadBusy,
    kernelShare: spreadOf(bursts.map((burst) => burst.serverKernelSeconds / burst.serverCpuSeconds)).median,
    faults: Math.max(...bursts.map((burst) => burst.faults)),
    countsAreRight: bursts.every(isComplete),
    loadWasSaturated: loadBusy > 0.95 && serverBusy < 0.9,
    cpuSecondsPerMillion: spreadOf(bursts.map((burst) => (burst.serverCpuSeconds / burst.work) * 1e6)),
    wireBytesPerMessage: sum(bursts.map(({ wireBytes }) => wireBytes)) / sum(bursts.map(({ work }) => work)),
    latency: latencyOf(bursts),
  }
}

/** A publisher that does not get to publish at the rate has fallen behind. What its last turn was late by is no loss. */
const LEAST_PUBLISHED = 0.8

/** Everything that was due has been published, has arrived, and was right. */
export function isComplete({ due, faults, publishedShare = 1, work }: Burst): boolean {
  return work === due && work > 0 && faults === 0 && publishedShare >= LEAST_PUBLISHED
}

function workPerCpuSecond(burst: Burst): number {
  return burst.work / burst.serverCpuSeconds
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

function sum(values: readonly number[]): number {
  return values.reduce((all, each) => all + each, 0)
}
