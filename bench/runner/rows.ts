import type { PublishPlan } from '../peers/publisher.ts'
import { TRADE_BYTES } from '../peers/trades.ts'
import * as peers from './peers.ts'
import type { Peer } from './peers.ts'

/** One row of the bench: a kind of work, who does it, and what is wanted. */
export interface Row {
  readonly id: string
  readonly title: string
  readonly connections: number
  readonly work: Work
  readonly peers: readonly Peer[]
  /** What the project has promised. */
  readonly targets: readonly Target[]
}

export type Work = EchoWork | FanOutWork | IdleWork

/** Clients send, and get back what they sent. Measured: echoes per CPU-second. */
interface EchoWork {
  readonly kind: 'echo'
  readonly payloadBytes: number
  /** Messages on their way on each connection. */
  readonly inFlight: number
}

/**
 * The server publishes, all clients receive. With a window, as fast as they take it: deliveries per CPU-second. With a rate, at
 * the same load for every peer: CPU time for each million deliveries, and how long they took.
 */
interface FanOutWork {
  readonly kind: 'fan-out'
  readonly plan: PublishPlan
}

/** Connections that do nothing. Measured: memory for each, and how many were accepted in a second. */
interface IdleWork {
  readonly kind: 'idle'
}

/** On the median of the ratios of all rounds. Of an idle row: the bytes of resident memory for each connection. */
export interface Target {
  readonly peer: string
  readonly over: string
  readonly of: 'work per CPU-second' | 'CPU time' | 'p99' | 'memory'
  readonly atLeast?: number
  readonly atMost?: number
}

function saturated(perTurn: number, window: number, bytes: number = TRADE_BYTES): FanOutWork {
  return {
    kind: 'fan-out',
    plan: { pace: { kind: 'window', perTurn, window, creditEvery: perTurn }, shape: { bytes, isStamped: false } },
  }
}

function paced(perSecond: number): FanOutWork {
  return { kind: 'fan-out', plan: { pace: { kind: 'rate', perSecond }, shape: { bytes: 124, isStamped: true } } }
}

function throughput(over: string, atLeast: number): Target {
  return { peer: 'Hydrant', over, of: 'work per CPU-second', atLeast }
}

const ECHO: readonly Peer[] = [peers.HYDRANT_ECHO, peers.WS_ECHO, peers.BUN_ECHO, peers.CONTROL]

const SERVERS: readonly Peer[] = [peers.HYDRANT, peers.WS, peers.SOCKET_IO, peers.BUN]
const BROKERS: readonly Peer[] = [peers.NATS, peers.MOSQUITTO, peers.NCHAN]
const ALL: readonly Peer[] = [...SERVERS, ...BROKERS, peers.CONTROL]

export const ROWS: readonly Row[] = [
  {
    id: 'echo-pipelined',
    title: 'Echo, 16 messages of 64 bytes in flight on each of 100 connections',
    connections: 100,
    work: { kind: 'echo', payloadBytes: 64, inFlight: 16 },
    peers: ECHO,
    targets: [throughput('ws', 10), throughput('Bun', 0.9)],
  },
  {
    id: 'echo-ping-pong',
    title: 'Echo, 1 message of 64 bytes in flight on each of 100 connections',
    connections: 100,
    work: { kind: 'echo', payloadBytes: 64, inFlight: 1 },
    peers: ECHO,
    targets: [throughput('ws', 1.05)],
  },
  {
    id: 'fan-out',
    title:
      'One channel to 1,000 subscribers, 100-byte messages as fast as possible (64 in each turn of the event loop)',
    connections: 1000,
    work: saturated(64, 256),
    peers: ALL,
    targets: [
      throughput('ws', 5),
      throughput('Socket.IO', 6),
      throughput('NATS', 1.2),
      throughput('Mosquitto', 1.2),
      throughput('Nchan', 1.2),
      throughput('Bun', 0.95),
    ],
  },
  {
    id: 'fan-out-8',
    title: 'The same with 8 messages in each turn',
    connections: 1000,
    work: saturated(8, 64),
    peers: ALL,
    targets: [],
  },
  {
    id: 'fan-out-single',
    title: 'The same with 1 message in each turn: nothing to gather',
    connections: 1000,
    work: saturated(1, 64),
    peers: ALL,
    targets: [throughput('ws', 1.15), throughput('C control', 0.75)],
  },
  {
    id: 'fan-out-100',
    title: 'One channel to 100 subscribers, 8 messages in each turn',
    connections: 100,
    work: saturated(8, 64),
    peers: [...SERVERS, peers.CONTROL],
    targets: [],
  },
  {
    id: 'fan-out-10000',
    title: 'One channel to 10,000 subscribers, 8 messages in each turn',
    connections: 10_000,
    work: saturated(8, 32),
    peers: [peers.HYDRANT, peers.WS, peers.BUN, peers.CONTROL],
    targets: [],
  },
  {
    id: 'fan-out-1k',
    title: 'One channel to 1,000 subscribers, messages of 1 KB, 8 in each turn',
    connections: 1000,
    work: saturated(8, 64, 1024),
    peers: [...SERVERS, peers.CONTROL],
    targets: [],
  },
  {
    id: 'fan-out-16k',
    title: 'One channel to 1,000 subscribers, messages of 16 KB, 1 in each turn',
    connections: 1000,
    work: saturated(1, 4, 16_384),
    peers: [...SERVERS, peers.CONTROL],
    targets: [],
  },
  {
    id: 'checks',
    title: 'What the schemas, and the history, cost a fan-out to 1,000 (8 messages in each turn)',
    connections: 1000,
    work: saturated(8, 64),
    peers: [peers.HYDRANT, peers.HYDRANT_UNCHECKED, peers.HYDRANT_NO_HISTORY],
    targets: [throughput(peers.HYDRANT_UNCHECKED.name, 0.95)],
  },
  {
    id: 'checks-alone',
    title: 'The same with 1 subscriber: publishing is most of the work',
    connections: 1,
    work: saturated(64, 1024),
    peers: [peers.HYDRANT, peers.HYDRANT_NESTED_PATTERN, peers.HYDRANT_UNCHECKED, peers.HYDRANT_NO_HISTORY],
    targets: [],
  },
  {
    id: 'paced',
    title: '100 messages a second to 1,000 subscribers, the same load for all',
    connections: 1000,
    work: paced(100),
    peers: ALL,
    targets: ['ws', 'Socket.IO', 'NATS'].flatMap((over): Target[] => [
      { peer: 'Hydrant', over, of: 'CPU time', atMost: 1 },
      { peer: 'Hydrant', over, of: 'p99', atMost: 1 },
    ]),
  },
  {
    id: 'idle',
    title: '5,000 connections that do nothing; those of Hydrant on `/-/connect` without a subscription',
    connections: 5000,
    work: { kind: 'idle' },
    peers: [peers.HYDRANT_IDLE, ...SERVERS.slice(1)],
    targets: [{ peer: 'Hydrant', over: 'ws', of: 'memory', atMost: 0.8 }],
  },
  {
    id: 'subscribed',
    title: '5,000 connections, each subscribed to one channel on which nothing happens',
    connections: 5000,
    work: { kind: 'idle' },
    peers: [...SERVERS, ...BROKERS],
    targets: [{ peer: 'Hydrant', over: 'ws', of: 'memory', atMost: 1 }],
  },
  {
    id: 'crowd',
    title: '200 messages a second to 15,000 subscribers',
    connections: 15_000,
    work: paced(200),
    peers: [peers.HYDRANT, peers.WS, peers.BUN],
    targets: [],
  },
]
