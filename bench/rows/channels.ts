import * as peers from '../runner/peers.ts'
import { BROKERS, saturated, SERVERS, windowPlan } from './plans.ts'
import type { Row } from './row.ts'

/** Many channels, and channels on which clients publish. */
export const CHANNEL_ROWS: readonly Row[] = [
  {
    id: 'channels-1000',
    title: '1,000 channels with 10 subscribers each, a message on every channel in each turn',
    connections: 10_000,
    work: saturated(1000, 4000, { channels: 1000 }),
    // Without Mosquitto: in a minute its WebSocket listener does not accept 10,000.
    peers: [...SERVERS, peers.NATS, peers.NCHAN],
    targets: [],
  },
  {
    id: 'channels-50',
    title:
      '1,000 subscribers, each on the same 50 channels on one connection (`/-/connect`), a message on each in every turn',
    connections: 1000,
    work: saturated(50, 200, { channels: 50, eachReads: 'all' }),
    peers: [peers.HYDRANT_CONNECT, ...SERVERS.slice(1), peers.NATS, peers.MOSQUITTO],
    targets: [],
  },
  {
    id: 'chat',
    title: 'Chat of 200: each publishes, all receive, and each goes on when it has had a message from everybody',
    connections: 200,
    work: { kind: 'chat', plan: windowPlan(1, 1) },
    peers: [...SERVERS, ...BROKERS],
    targets: [],
  },
  {
    id: 'publish-http',
    title: '100 publishers over HTTP, each waiting for its answer, and 1 subscriber',
    connections: 100,
    work: { kind: 'publish', over: 'http', plan: windowPlan(1, 1) },
    peers: [peers.HYDRANT, peers.HYDRANT_UNCHECKED, peers.WS, peers.BUN, peers.NCHAN],
    targets: [{ peer: 'Hydrant', over: peers.HYDRANT_UNCHECKED.name, of: 'work per CPU-second', atLeast: 0.85 }],
  },
  {
    id: 'publish-socket',
    title: '100 publishers over WebSocket, each waiting for its answer, and 1 subscriber',
    connections: 100,
    work: { kind: 'publish', over: 'socket', plan: windowPlan(1, 1) },
    peers: [peers.HYDRANT, peers.HYDRANT_UNCHECKED, peers.WS, peers.BUN],
    targets: [],
  },
]
