import * as peers from '../runner/peers.ts'
import type { Peer } from '../runner/peers.ts'
import { type Row, throughput } from './row.ts'

const SERVERS: readonly Peer[] = [peers.HYDRANT_ECHO, peers.WS_ECHO, peers.BUN_ECHO]

/** Clients send, and get back what they sent. */
export const ECHO_ROWS: readonly Row[] = [
  {
    id: 'echo-pipelined',
    title: 'Echo, 16 messages of 64 bytes in flight on each of 100 connections',
    connections: 100,
    work: { kind: 'echo', payloadBytes: 64, inFlight: 16 },
    peers: [...SERVERS, peers.CONTROL],
    targets: [throughput('ws', 10), throughput('Bun', 0.9)],
  },
  {
    id: 'echo-ping-pong',
    title: 'Echo, 1 message of 64 bytes in flight on each of 100 connections',
    connections: 100,
    work: { kind: 'echo', payloadBytes: 64, inFlight: 1 },
    peers: [...SERVERS, peers.CONTROL],
    targets: [throughput('ws', 1.05)],
  },
  {
    id: 'echo-binary',
    title: 'Echo, 16 binary messages of 64 bytes in flight on each of 100 connections',
    connections: 100,
    work: { kind: 'echo', payloadBytes: 64, inFlight: 16, isBinary: true },
    peers: [...SERVERS, peers.CONTROL],
    targets: [],
  },
  {
    id: 'echo-1k',
    title: 'Echo, 16 messages of 1 KB in flight on each of 100 connections',
    connections: 100,
    work: { kind: 'echo', payloadBytes: 1024, inFlight: 16 },
    peers: SERVERS,
    targets: [],
  },
  {
    id: 'echo-16k',
    title: 'Echo, 4 messages of 16 KB in flight on each of 100 connections',
    connections: 100,
    work: { kind: 'echo', payloadBytes: 16_384, inFlight: 4 },
    peers: SERVERS,
    targets: [],
  },
]
