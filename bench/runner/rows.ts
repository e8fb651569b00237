/** One row of the bench: a kind of work, who does it, and what is wanted. */
export interface Row {
  readonly id: string
  readonly title: string
  /** What a unit of work is: `echoes` or `deliveries`. */
  readonly unit: string
  readonly connections: number
  readonly work: EchoWork | FanOutWork
  readonly peers: readonly Peer[]
  /** The ratios that the project has promised, on work per CPU-second. */
  readonly targets: readonly Target[]
}

interface EchoWork {
  readonly kind: 'echo'
  readonly payloadBytes: number
  /** Messages on their way on each connection. */
  readonly inFlight: number
}

interface FanOutWork {
  readonly kind: 'fan-out'
  /** Messages published in one turn of the event loop. */
  readonly perTurn: number
  /** How far the publisher may be ahead of the slowest subscriber, in messages. */
  readonly window: number
}

export interface Peer {
  readonly name: string
  /** File in `peers/` with arguments, or the C control. */
  readonly server: { readonly script: string; readonly args?: readonly string[] } | 'control'
  /** Path of the handshake. */
  readonly path: string
}

interface Target {
  readonly peer: string
  readonly over: string
  readonly atLeast: number
}

const CONTROL: Peer = { name: 'C control', server: 'control', path: '/' }

const ECHO_PEERS: readonly Peer[] = [
  { name: 'Hydrant', server: { script: 'hydrant-echo.ts' }, path: '/' },
  { name: 'ws', server: { script: 'ws-echo.ts' }, path: '/' },
  CONTROL,
]

const FAN_OUT_PEERS: readonly Peer[] = [
  { name: 'Hydrant', server: { script: 'hydrant-fan-out.ts', args: ['checked'] }, path: '/trades' },
  { name: 'ws', server: { script: 'ws-fan-out.ts' }, path: '/' },
  CONTROL,
]

export const ROWS: readonly Row[] = [
  {
    id: 'echo-pipelined',
    title: 'Echo, 16 messages of 64 bytes in flight on each of 100 connections',
    unit: 'echoes',
    connections: 100,
    work: { kind: 'echo', payloadBytes: 64, inFlight: 16 },
    peers: ECHO_PEERS,
    targets: [{ peer: 'Hydrant', over: 'ws', atLeast: 8 }],
  },
  {
    id: 'echo-ping-pong',
    title: 'Echo, 1 message of 64 bytes in flight on each of 100 connections',
    unit: 'echoes',
    connections: 100,
    work: { kind: 'echo', payloadBytes: 64, inFlight: 1 },
    peers: ECHO_PEERS,
    targets: [{ peer: 'Hydrant', over: 'ws', atLeast: 1.05 }],
  },
  {
    id: 'fan-out',
    title:
      'One channel to 1,000 subscribers, 100-byte messages as fast as possible (64 in each turn of the event loop)',
    unit: 'deliveries',
    connections: 1000,
    work: { kind: 'fan-out', perTurn: 64, window: 256 },
    peers: FAN_OUT_PEERS,
    targets: [{ peer: 'Hydrant', over: 'ws', atLeast: 5 }],
  },
  {
    id: 'fan-out-8',
    title: 'The same with 8 messages in each turn',
    unit: 'deliveries',
    connections: 1000,
    work: { kind: 'fan-out', perTurn: 8, window: 64 },
    peers: FAN_OUT_PEERS,
    targets: [],
  },
  {
    id: 'fan-out-single',
    title: 'The same with 1 message in each turn: nothing to gather',
    unit: 'deliveries',
    connections: 1000,
    work: { kind: 'fan-out', perTurn: 1, window: 64 },
    peers: FAN_OUT_PEERS,
    targets: [],
  },
  {
    id: 'validation',
    title: 'One channel to 1 subscriber: what the schemas cost when the publish is most of the work',
    unit: 'messages',
    connections: 1,
    work: { kind: 'fan-out', perTurn: 64, window: 1024 },
    peers: [
      { name: 'Hydrant', server: { script: 'hydrant-fan-out.ts', args: ['checked'] }, path: '/trades' },
      {
        name: 'Hydrant, nested pattern',
        server: { script: 'hydrant-fan-out.ts', args: ['nested-pattern'] },
        path: '/trades',
      },
      { name: 'Hydrant, no schemas', server: { script: 'hydrant-fan-out.ts', args: ['unchecked'] }, path: '/trades' },
    ],
    targets: [],
  },
]
