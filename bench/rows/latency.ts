import * as peers from '../runner/peers.ts'
import { ALL, BROKERS, paced, saturated, SERVERS, STAMPED, windowPlan } from './plans.ts'
import type { Row, Target } from './row.ts'

/** The same load for all, and how long messages take. */
export const LATENCY_ROWS: readonly Row[] = [
  {
    id: 'paced',
    title: '100 messages a second to 1,000 subscribers, the same load for all',
    connections: 1000,
    work: paced(100),
    peers: ALL,
    targets: ['ws', 'Socket.IO', 'NATS'].map((over): Target => ({ peer: 'Hydrant', over, of: 'CPU time', atMost: 1 })),
    mayFallBehind: true,
  },
  {
    id: 'paced-10',
    title: '10 messages a second to 1,000 subscribers',
    connections: 1000,
    work: paced(10),
    peers: ALL,
    targets: [],
  },
  {
    id: 'latency',
    title: 'Latency at half of what each peer can do with 1,000 subscribers, and of Hydrant at the same load',
    connections: 1000,
    work: { kind: 'latency', plan: windowPlan(64, 256, { shape: STAMPED }) },
    peers: ALL,
    targets: [...SERVERS.slice(1), ...BROKERS].map(({ name }): Target => ({
      peer: 'Hydrant',
      over: name,
      of: 'p99',
      atMost: 1,
    })),
  },
  {
    id: 'crowd',
    title: '200 messages a second to 15,000 subscribers',
    connections: 15_000,
    work: paced(200),
    peers: [peers.HYDRANT, peers.WS, peers.BUN],
    targets: [{ peer: 'Hydrant', of: 'p99 over p50', atMost: 4 }],
    mayFallBehind: true,
  },
  {
    id: 'slow-readers',
    title:
      'A `state` channel: messages of 16 KB, 4 in each turn, to 100 subscribers of whom 20 do not read until it is over',
    connections: 100,
    work: { ...saturated(4, 16, { shape: { bytes: 16_384, isStamped: false }, isState: true }), slowReaders: 20 },
    peers: [peers.HYDRANT, peers.WS, peers.BUN, peers.NATS, peers.MOSQUITTO],
    targets: [],
    mayFallBehind: true,
  },
]
