import { type Burst, Contestant } from './contest.ts'
import type { Peer, Row } from './rows.ts'
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
}

export interface RowResult {
  readonly row: Row
  readonly peers: readonly PeerResult[]
  /** Peers that this machine cannot run, and why. */
  readonly absent: readonly { readonly peer: string; readonly reason: string }[]
  /** Bursts that were thrown away because other processes had the cores. */
  readonly repeated: number
}

/** Below this share of a core for both sides, somebody else was using the machine. */
const STARVED = 0.85
const MAX_REPEATS_PER_BURST = 3

/** Starts all peers of the row, then lets them work in turns: every round has one burst of each. */
export async function measureRow(workspace: Workspace, row: Row, effort: Effort): Promise<RowResult> {
  const able = row.peers.filter((peer) => reasonAgainst(workspace, peer) === undefined)
  await using contestants = new AsyncDisposableStack()
  const entered: { contestant: Contestant; bursts: Burst[] }[] = []
  for (const peer of able) {
    const contestant = contestants.use(await Contestant.start(workspace, row, peer))
    await contestant.burst(effort.warmUpSeconds)
    entered.push({ contestant, bursts: [] })
  }
  let repeated = 0
  for (let round = 0; round < effort.rounds; round++) {
    for (const { contestant, bursts } of entered) {
      let burst = await contestant.burst(effort.seconds)
      for (let i = 0; i < MAX_REPEATS_PER_BURST && isStarved(burst) && performance.now() < effort.repeatUntilMs; i++) {
        repeated++
        const again = await contestant.burst(effort.seconds)
        // Chosen by how undisturbed it was, never by its result.
        if (busiest(again) > busiest(burst)) burst = again
      }
      bursts.push(burst)
    }
  }
  return {
    row,
    peers: entered.map(({ contestant, bursts }) => summarize(contestant.peer, bursts)),
    absent: row.peers.flatMap((peer) => {
      const reason = reasonAgainst(workspace, peer)
      return reason === undefined ? [] : [{ peer: peer.name, reason }]
    }),
    repeated,
  }
}

/** The ratio of two peers, round by round. Undefined when one of them did not run. */
export function ratioOf(result: RowResult, peer: string, over: string): Spread | undefined {
  const a = result.peers.find((each) => each.peer === peer)
  const b = result.peers.find((each) => each.peer === over)
  if (a === undefined || b === undefined) return undefined
  return spreadOf(a.bursts.map((burst, round) => workPerCpuSecond(burst) / workPerCpuSecond(b.bursts[round]!)))
}

function reasonAgainst(workspace: Workspace, peer: Peer): string | undefined {
  return peer.server === 'control' && 'missing' in workspace.control ? workspace.control.missing : undefined
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
  }
}

function workPerCpuSecond(burst: Burst): number {
  return burst.work / burst.serverCpuSeconds
}
