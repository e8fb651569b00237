import { encodeTextFrame } from '@hydrant/wire'
import { mqttConnect, mqttPublish, mqttSubscribe } from '../peers/brokers/mqtt.ts'

/** How a peer's subscriber asks for the channel, and what a message looks like when it arrives. */
export interface Dialect {
  readonly path: string
  /** `Sec-WebSocket-Protocol`. */
  readonly protocol?: string
  /** After the handshake: what is said, and how many frames are heard before the next step. */
  readonly preamble: readonly PreambleStep[]
  /** What is heard after that, and before messages may come: all connections wait for it together. */
  readonly beforeWork?: readonly PreambleStep[]
  /** The bytes of one message: whole frames, or payloads when the server cuts its frames as it likes. */
  arrival(payload: string): Buffer
  readonly isUnframed: boolean
}

export type PreambleStep = { readonly say: Buffer; readonly opcode: 1 | 2 } | { readonly hear: number }

function bare(path: string): Dialect {
  return { path, preamble: [], arrival: (payload) => encodeTextFrame(payload), isUnframed: false }
}

const NATS_HELLO = 'CONNECT {"verbose":false,"pedantic":false,"headers":false}\r\nSUB trades 1\r\nPING\r\n'

export const DIALECTS = {
  bare: bare('/'),
  hydrant: bare('/trades'),
  'hydrant.v1': { ...bare('/-/connect'), protocol: 'hydrant.v1' },
  nchan: bare('/sub'),
  /** Engine.IO 4 and Socket.IO 5: open packet, connect to the namespace, then events. */
  'socket.io': {
    path: '/socket.io/?EIO=4&transport=websocket',
    preamble: [{ hear: 1 }, { say: Buffer.from('40'), opcode: 1 }, { hear: 1 }],
    arrival: (payload: string) => encodeTextFrame(`42["trade",${payload}]`),
    isUnframed: false,
  },
  nats: {
    path: '/',
    preamble: [{ hear: 1 }, { say: Buffer.from(NATS_HELLO), opcode: 2 }, { hear: 1 }],
    // A server's first PING comes within two seconds, and then none for as long as its configuration says.
    beforeWork: [{ hear: 1 }],
    arrival: (payload: string) => Buffer.from(`MSG trades 1 ${payload.length}\r\n${payload}\r\n`),
    isUnframed: true,
  },
  mqtt: {
    path: '/',
    protocol: 'mqtt',
    // An empty client id: the broker makes one for each.
    preamble: [
      { say: mqttConnect(''), opcode: 2 },
      { hear: 1 },
      { say: mqttSubscribe('trades'), opcode: 2 },
      { hear: 1 },
    ],
    arrival: (payload: string) => mqttPublish('trades', Buffer.from(payload)),
    isUnframed: true,
  },
} as const satisfies Record<string, Dialect>

export type DialectName = keyof typeof DIALECTS
