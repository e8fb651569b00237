import * as peers from '../runner/peers.ts'
import { BROKERS, SERVERS } from './plans.ts'
import type { Row } from './row.ts'

/** What it costs to be there: connections that do nothing, and starting. */
export const STANDING_ROWS: readonly Row[] = [
  {
    id: 'idle',
    title: '5,000 connections that do nothing; those of Hydrant on `/-/connect` without a subscription',
    connections: 5000,
    work: { kind: 'idle' },
    peers: [peers.HYDRANT_IDLE, ...SERVERS.slice(1)],
    targets: [
      { peer: 'Hydrant', of: 'bytes', atMost: 4000 },
      { peer: 'Hydrant', over: 'ws', of: 'memory', atMost: 0.8 },
    ],
  },
  {
    id: 'subscribed',
    title: '5,000 connections, each subscribed to one channel on which nothing happens',
    connections: 5000,
    work: { kind: 'idle' },
    peers: [...SERVERS, ...BROKERS],
    targets: [
      { peer: 'Hydrant', of: 'bytes', atMost: 5000 },
      { peer: 'Hydrant', over: 'ws', of: 'memory', atMost: 1 },
    ],
  },
  {
    id: 'start',
    title: 'Loading a contract, and starting',
    connections: 0,
    work: { kind: 'start' },
    peers: [],
    targets: [
      { peer: 'loading a contract of 410 KB (JSON)', of: 'milliseconds', atMost: 300 },
      { peer: 'loading a contract of 410 KB (YAML)', of: 'milliseconds', atMost: 300 },
      { peer: 'hydrant serve, a small contract', of: 'milliseconds', atMost: 500 },
    ],
  },
]
