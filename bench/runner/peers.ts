import type { DialectName } from './dialects.ts'

/** A server that does the work of a row. */
export interface Peer {
  readonly name: string
  readonly server: ServerProgram
  /** How its clients speak to it. */
  readonly dialect: DialectName
}

type ServerProgram =
  /** A file in `peers/`. */
  | {
      readonly script: string
      readonly args?: readonly string[]
      readonly runtime?: 'node' | 'bun'
      readonly npm?: true
    }
  /** A program of its own, behind `peers/broker.ts`. */
  | { readonly broker: string; readonly needs: string }
  /** `native/control.c`. */
  | 'control'

export const CONTROL: Peer = { name: 'C control', server: 'control', dialect: 'bare' }

export const HYDRANT_ECHO: Peer = { name: 'Hydrant', server: { script: 'hydrant-echo.ts' }, dialect: 'bare' }
export const WS_ECHO: Peer = { name: 'ws', server: { script: 'ws-echo.ts' }, dialect: 'bare' }
export const BUN_ECHO: Peer = { name: 'Bun', server: { script: 'bun-echo.ts', runtime: 'bun' }, dialect: 'bare' }

export const HYDRANT: Peer = hydrant('Hydrant', 'checked')
/** Two processes that serve, and their primary. */
export const HYDRANT_WORKERS: Peer = {
  name: 'Hydrant, 2 workers',
  server: { script: 'hydrant-workers-server.ts', args: ['2'] },
  dialect: 'hydrant',
}
export const HYDRANT_NESTED_PATTERN: Peer = hydrant('Hydrant, nested pattern', 'nested-pattern')
export const HYDRANT_UNCHECKED: Peer = hydrant('Hydrant, no schemas', 'unchecked')
export const HYDRANT_NO_HISTORY: Peer = hydrant('Hydrant, no history', 'checked', 0)
/** On `/-/connect`, with and without a subscription. */
export const HYDRANT_CONNECT: Peer = { ...HYDRANT, dialect: 'hydrant.v1' }
export const HYDRANT_IDLE: Peer = { ...HYDRANT, dialect: 'hydrant.v1 without a subscription' }
export const HYDRANT_EVENTS: Peer = { ...HYDRANT, dialect: 'hydrant, event stream' }

export const WS: Peer = { name: 'ws', server: { script: 'ws-server.ts' }, dialect: 'bare' }
export const SOCKET_IO: Peer = {
  name: 'Socket.IO',
  server: { script: 'socket-io-server.ts', npm: true },
  dialect: 'socket.io',
}
export const BUN: Peer = { name: 'Bun', server: { script: 'bun-server.ts', runtime: 'bun' }, dialect: 'bare' }
export const NODE_EVENTS: Peer = {
  name: 'Node',
  server: { script: 'event-stream-server.ts' },
  dialect: 'event stream',
}

export const NATS: Peer = { name: 'NATS', server: { broker: 'nats', needs: 'nats-server' }, dialect: 'nats' }
export const MOSQUITTO: Peer = {
  name: 'Mosquitto',
  server: { broker: 'mosquitto', needs: 'mosquitto' },
  dialect: 'mqtt',
}
export const NCHAN: Peer = { name: 'Nchan', server: { broker: 'nchan', needs: 'nginx' }, dialect: 'nchan' }
export const NCHAN_EVENTS: Peer = { ...NCHAN, dialect: 'nchan, event stream' }

function hydrant(name: string, checks: string, historyMessages = 100): Peer {
  return { name, server: { script: 'hydrant-server.ts', args: [checks, String(historyMessages)] }, dialect: 'hydrant' }
}
