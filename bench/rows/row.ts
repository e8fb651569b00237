import type { ServerPlan } from '../peers/plan.ts'
import type { Peer } from '../runner/peers.ts'

/** One row of the bench: a kind of work, who does it, and what is wanted. */
export interface Row {
  readonly id: string
  readonly title: string
  readonly connections: number
  readonly work: Work
  readonly peers: readonly Peer[]
  /** What the project has promised. A row without any is there to be complete, and gets fewer rounds. */
  readonly targets: readonly Target[]
  /** Peers that cannot do it are shown as such: what they miss makes no run wrong. Default false. */
  readonly mayFallBehind?: boolean
}

export type Work = EchoWork | FanOutWork | LatencyWork | ChatWork | PublishWork | IdleWork | StartWork

/** Clients send, and get back what they sent. Measured: echoes per CPU-second. */
interface EchoWork {
  readonly kind: 'echo'
  readonly payloadBytes: number
  /** Messages on their way on each connection. */
  readonly inFlight: number
  /** Default false: text. */
  readonly isBinary?: boolean
}

/**
 * The server publishes, all clients receive. With a window, as fast as they take it: deliveries per CPU-second. With a rate, at
 * the same load for every peer: CPU time for each million deliveries, and how long they took.
 */
export interface FanOutWork {
  readonly kind: 'fan-out'
  readonly plan: ServerPlan
  /** So many of the clients read nothing while the server publishes. Default none. */
  readonly slowReaders?: number
}

/**
 * Each peer is saturated, then works at half of that rate, and then the first peer of the row works at that same rate.
 * Measured: how long messages took.
 */
interface LatencyWork {
  readonly kind: 'latency'
  readonly plan: ServerPlan
}

/** Each client publishes a message, and the next one when it has had one from everybody. Measured: deliveries per CPU-second. */
interface ChatWork {
  readonly kind: 'chat'
  readonly plan: ServerPlan
}

/** Clients publish and wait for the answer; one WebSocket reads. Measured: publishes per CPU-second. */
interface PublishWork {
  readonly kind: 'publish'
  readonly over: 'http' | 'socket'
  readonly plan: ServerPlan
}

/** Connections that do nothing. Measured: memory for each, and how many were accepted in a second. */
interface IdleWork {
  readonly kind: 'idle'
}

/** A process is started until it is ready. Measured: milliseconds. */
interface StartWork {
  readonly kind: 'start'
}

/**
 * On the median of the ratios of all rounds; of an idle row on the resident memory for each connection. Without `over` on the
 * median itself, in the unit that `of` says.
 */
export interface Target {
  readonly peer: string
  readonly over?: string
  readonly of: 'work per CPU-second' | 'CPU time' | 'p99' | 'memory' | 'p99 over p50' | 'milliseconds' | 'bytes'
  readonly atLeast?: number
  readonly atMost?: number
}

export function throughput(over: string, atLeast: number): Target {
  return { peer: 'Hydrant', over, of: 'work per CPU-second', atLeast }
}
