import type { Row } from '../rows/row.ts'
import { reasonAgainst } from './availability.ts'
import { type Burst, Contestant, type Idleness } from './contest.ts'
import { measureStarts } from './measure-starts.ts'
import type { Peer } from './peers.ts'
import { type Absent, isComplete, type IdleResult, type LatencyResult, type RowResult, summarize } from './result.ts'
import { spreadOf } from './spread.ts'
import type { Workspace } from './workspace.ts'

export interface Effort {
  readonly rounds: number
  /** Length of one burst. */
  readonly seconds: number
  readonly warmUpSeconds: number
  /** On `performance.now()`'s clock: after it no burst is repeated. */
  readonly repeatUntilMs: number
}

/** Below this share of a core for both sides, somebody else was using the machine. */
const STARVED = 0.85
const MAX_REPEATS_PER_BURST = 3
/** A p99.9 needs some messages. */
const SECONDS_AT_A_RATE = 1.5
/** More says nothing new: a round starts and connects everything again. */
const MOST_IDLE_ROUNDS = 3
/** Each round is three bursts. */
const MOST_LATENCY_ROUNDS = 5

/** Measures one row: bursts in turns, or, where nothing is done, what the connections cost. */
export async function measureRow(workspace: Workspace, row: Row, effort: Effort): Promise<RowResult> {
  const able = row.peers.filter((peer) => reasonAgainst(workspace, row, peer) === undefined)
  const absent = row.peers.flatMap((peer) => {
    const reason = reasonAgainst(workspace, row, peer)
    return reason === undefined ? [] : [{ peer: peer.name, reason }]
  })
  const failed: Absent[] = []
  const empty = { peers: [], idle: [], latencies: [], starts: [] }
  const nothing = { row, rounds: effort.rounds, ...empty, absent, failed, repeated: 0 }
  const cast = new Cast(workspace, row, able, failed)
  switch (row.work.kind) {
    case 'idle': {
      const rounds = Math.min(effort.rounds, MOST_IDLE_ROUNDS)
      return { ...nothing, rounds, idle: await measureIdle(cast, rounds) }
    }
    case 'latency': {
      const rounds = Math.min(effort.rounds, MOST_LATENCY_ROUNDS)
      return { ...nothing, rounds, latencies: await measureLatency(cast, { ...effort, rounds }) }
    }
    case 'start':
      return { ...nothing, starts: await measureStarts(workspace, effort.rounds) }
    default:
      return { ...nothing, ...(await measureWork(cast, effort)) }
  }
}

/** The peers of a row that take part. Who fails is out, and it is said; the others go on. */
class Cast {
  readonly row: Row
  readonly #workspace: Workspace
  readonly #failed: Absent[]
  #able: readonly Peer[]

  constructor(workspace: Workspace, row: Row, able: readonly Peer[], failed: Absent[]) {
    this.row = row
    this.#workspace = workspace
    this.#able = able
    this.#failed = failed
  }

  get peers(): readonly Peer[] {
    return this.#able
  }

  /** The peer's server and clients; undefined when one of them failed. */
  start(peer: Peer): Promise<Contestant | undefined> {
    return this.attempt(peer, () => Contestant.start(this.#workspace, this.row, peer))
  }

  /** Does something with a peer. Undefined when that failed. */
  async attempt<T>(peer: Peer, what: () => Promise<T>): Promise<T | undefined> {
    if (!this.#able.includes(peer)) return undefined
    try {
      return await what()
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      process.stderr.write(`bench: ${this.row.id}: ${reason}\n`)
      this.#failed.push({ peer: peer.name, reason: reason.split('\n')[0]!.slice(0, 200) })
      this.#able = this.#able.filter((each) => each !== peer)
      return undefined
    }
  }
}

async function measureIdle(cast: Cast, rounds: number): Promise<IdleResult[]> {
  const measured = new Map<Peer, Idleness[]>()
  for (let round = 0; round < rounds; round++) {
    for (const peer of cast.peers) {
      await using contestant = await cast.start(peer)
      const idleness = await cast.attempt(peer, async () => contestant?.idleness())
      if (idleness !== undefined) measured.set(peer, [...(measured.get(peer) ?? []), idleness])
    }
  }
  return [...measured].map(([peer, each]) => summarizeIdle(peer, each))
}

/** A peer that is connected and warm. */
interface Entry {
  readonly contestant: Contestant
  readonly bursts: Burst[]
  /** It has fallen behind. */
  isOut: boolean
}

/** Starts all peers of the row, then lets them work in turns: every round has one burst of each. */
async function measureWork(cast: Cast, effort: Effort): Promise<Pick<RowResult, 'peers' | 'repeated'>> {
  const { row } = cast
  await using contestants = new AsyncDisposableStack()
  const entered: Entry[] = []
  for (const peer of cast.peers) {
    const contestant = await cast.start(peer)
    if (contestant === undefined) continue
    contestants.use(contestant)
    const entry = { contestant, bursts: [], isOut: false }
    const warmUp = await cast.attempt(peer, () => contestant.burst(effort.warmUpSeconds))
    if (warmUp === undefined) continue
    entered.push(entry)
    if (hasFallenBehind(row, warmUp)) await leave(entry, warmUp)
  }
  const isPaced = row.work.kind === 'fan-out' && row.work.plan.pace.kind === 'rate'
  const seconds = isPaced ? Math.max(effort.seconds, SECONDS_AT_A_RATE) : effort.seconds
  // At a rate, an idle core is no sign of a disturbance.
  const mayRepeat = (): boolean => !isPaced && performance.now() < effort.repeatUntilMs
  let repeated = 0
  for (let round = 0; round < effort.rounds; round++) {
    for (const entry of entered.filter(({ isOut }) => !isOut)) {
      const { contestant, bursts } = entry
      const burst = await cast.attempt(contestant.peer, async () => {
        let best = await contestant.burst(seconds)
        for (let i = 0; i < MAX_REPEATS_PER_BURST && isStarved(best) && mayRepeat(); i++) {
          repeated++
          const again = await contestant.burst(seconds)
          // Chosen by how undisturbed it was, never by its result.
          if (busiest(again) > busiest(best)) best = again
        }
        return best
      })
      if (burst === undefined) entry.isOut = true
      else if (hasFallenBehind(row, burst)) await leave(entry, burst)
      else bursts.push(burst)
    }
  }
  const done = entered.filter(({ bursts }) => bursts.length > 0)
  return { peers: done.map(({ contestant, bursts }) => summarize(contestant.peer, bursts)), repeated }
}

function hasFallenBehind(row: Row, burst: Burst): boolean {
  return row.mayFallBehind === true && !isComplete(burst)
}

/** What it has not sent yet would be in the others' way. */
async function leave(entry: Entry, last: Burst): Promise<void> {
  entry.isOut = true
  entry.bursts.push(last)
  await entry.contestant[Symbol.asyncDispose]()
}

/** How long messages take at half of what each peer can do, and with the first peer of the row at the same rate. */
async function measureLatency(cast: Cast, effort: Effort): Promise<LatencyResult[]> {
  const { rounds, seconds, warmUpSeconds } = effort
  await using contestants = new AsyncDisposableStack()
  const entered: { contestant: Contestant; saturated: Burst[]; rounds: LatencyRound[] }[] = []
  for (const peer of cast.peers) {
    const contestant = await cast.start(peer)
    if (contestant === undefined) continue
    contestants.use(contestant)
    await cast.attempt(peer, () => contestant.burst(warmUpSeconds))
    entered.push({ contestant, saturated: [], rounds: [] })
  }
  const first = entered[0]?.contestant
  const pacedSeconds = Math.max(seconds, SECONDS_AT_A_RATE)
  for (let round = 0; round < rounds; round++) {
    for (const { contestant, saturated, rounds: measured } of entered) {
      await cast.attempt(contestant.peer, async () => {
        const most = await contestant.burst(seconds)
        const perSecond = Math.max(1, Math.round(messagesPerSecond(cast.row, most) / 2))
        const own = await contestant.burst(pacedSeconds, perSecond)
        const same = contestant === first ? own : await first!.burst(pacedSeconds, perSecond)
        saturated.push(most)
        measured.push({ perSecond, own, first: same })
      })
    }
  }
  return entered
    .filter(({ saturated }) => saturated.length > 0)
    .map(({ contestant, saturated, rounds: measured }) => ({
      peer: contestant.peer.name,
      saturation: spreadOf(saturated.map((burst) => messagesPerSecond(cast.row, burst))),
      rounds: measured,
      countsAreRight: [...saturated, ...measured.map(({ own }) => own)].every(({ faults }) => faults === 0),
      isHeld: measured.every(({ own, first: same }) => isComplete(own) && isComplete(same)),
    }))
}

type LatencyRound = LatencyResult['rounds'][number]

function messagesPerSecond({ connections }: Row, burst: Burst): number {
  return burst.work / connections / burst.wallSeconds
}

function isStarved(burst: Burst): boolean {
  return busiest(burst) < STARVED
}

/** The share of a core that the busier side had. On a machine of its own it is nearly 1. */
function busiest(burst: Burst): number {
  return Math.max(burst.serverCpuSeconds, burst.loadCpuSeconds) / burst.wallSeconds
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
