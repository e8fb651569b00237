import { encodeBinaryFrame, encodeTextFrame } from '@hydrant/wire'
import { mqttConnect, mqttPublish, mqttSubscribe } from '../peers/brokers/mqtt.ts'
import { natsPublication } from '../peers/brokers/nats.ts'

/** How a peer's clients ask for channels, what a message looks like when it arrives, and how they publish. */
export interface Dialect {
  /** Where a client reads; `{}` becomes the name of its channel when there are many. */
  readonly path: PathOf
  /** `Sec-WebSocket-Protocol`. */
  readonly protocol?: string
  /** After the handshake: what is said, and how many frames are heard before the next step. `channels`: what this client reads. */
  preamble(channels: readonly string[]): readonly PreambleStep[]
  /** What is heard after that, and before messages may come: all connections wait for it together. */
  readonly beforeWork?: readonly PreambleStep[]
  /** How messages lie in what arrives. */
  readonly mode: Mode
  /** Bytes behind each message, in the mode `tail`. Default none. */
  readonly after?: number
  /** Whether messages of several channels on one connection may overtake each other: `{"c":NUMBER` before each says whose it is. */
  readonly ordersByChannel?: true
  /** The bytes of one message as it arrives. */
  arrival(payload: Buffer, channel: string, isBinary: boolean): Buffer
  /** What stands in them right behind `behind` is the channel's, and is read over when there are many. */
  readonly channelHole?: { readonly behind: string; readonly bytes: number }
  /** How a client publishes to all who read, on the connection on which it reads. */
  readonly chat?: { readonly path?: string; say(payload: Buffer): SayStep }
  /** Where a message may be posted over HTTP. */
  readonly post?: string
  /** How a client that reads nothing publishes over a WebSocket, and how the answer begins. */
  readonly publish?: PublishDialect
}

interface PathOf {
  readonly alone: string
  readonly one?: string
  readonly all?: string
}

interface PublishDialect {
  readonly path: string
  readonly protocol?: string
  readonly preamble: readonly PreambleStep[]
  say(payload: Buffer): SayStep
  readonly answer: string
}

export type SayStep = { readonly say: Buffer; readonly opcode: 1 | 2 }
export type PreambleStep = SayStep | { readonly hear: number }

/** `enum mode` of native/options.h. */
export const MODES = { bytes: 0, payloads: 1, tail: 2, head: 3, deflated: 4, events: 5, responses: 6 } as const

type Mode = keyof typeof MODES

/** WebSocket messages that are the payloads and nothing else. */
function bare(path: PathOf): Dialect {
  return {
    path,
    preamble: () => [],
    mode: 'bytes',
    arrival: (payload, _channel, isBinary) =>
      isBinary ? encodeBinaryFrame(payload) : encodeTextFrame(payload.toString()),
    chat: { say: (payload) => ({ say: payload, opcode: 1 }) },
  }
}

function eventStream(path: PathOf): Dialect {
  return { path, preamble: () => [], mode: 'events', arrival: (payload) => payload }
}

/** What the servers made for this bench take on `/publish`. */
const ANSWERED: PublishDialect = {
  path: '/publish',
  preamble: [],
  say: (payload) => ({ say: payload, opcode: 1 }),
  answer: '{"ok":true}',
}

const HYDRANT_V1 = { path: '/-/connect', protocol: 'hydrant.v1', preamble: [{ hear: 1 }] } as const

export const DIALECTS = {
  bare: { ...bare({ alone: '/', one: '/trades/{}', all: '/' }), post: '/', publish: ANSWERED },
  hydrant: {
    ...bare({ alone: '/trades', one: '/trades/{}' }),
    post: '/trades',
    publish: {
      ...HYDRANT_V1,
      say: (payload) => text(`{"op":"publish","id":1,"channel":"/trades","data":${payload.toString()}}`),
      answer: '{"id":1,"result":{"position":"',
    },
  },
  /** Many channels on one socket. */
  'hydrant.v1': {
    path: { alone: HYDRANT_V1.path, all: HYDRANT_V1.path },
    protocol: HYDRANT_V1.protocol,
    preamble: (channels) => {
      const subscriptions = channels.map((name) => ({ channel: name === '' ? '/trades' : `/trades/${name}` }))
      const request = { op: 'subscribe', id: 1, channels: subscriptions }
      return [...HYDRANT_V1.preamble, text(JSON.stringify(request)), { hear: 1 }]
    },
    mode: 'tail',
    after: 1,
    ordersByChannel: true,
    arrival: (payload) => payload,
  },
  'hydrant.v1 without a subscription': {
    path: { alone: HYDRANT_V1.path },
    protocol: HYDRANT_V1.protocol,
    preamble: () => HYDRANT_V1.preamble,
    mode: 'tail',
    arrival: (payload) => payload,
  },
  'hydrant, event stream': eventStream({ alone: '/trades' }),
  'event stream': eventStream({ alone: '/' }),
  nchan: {
    ...bare({ alone: '/sub/trades', one: '/sub/trades{}' }),
    chat: { path: '/chat', say: (payload) => ({ say: payload, opcode: 1 }) },
    post: '/pub/trades',
  },
  'nchan, event stream': eventStream({ alone: '/sub/trades' }),
  /** Engine.IO 4 and Socket.IO 5: open packet, connect to the namespace, then events. */
  'socket.io': {
    path: {
      alone: '/socket.io/?EIO=4&transport=websocket',
      one: '/socket.io/?EIO=4&transport=websocket&channel={}',
      all: '/socket.io/?EIO=4&transport=websocket',
    },
    preamble: () => [{ hear: 1 }, text('40'), { hear: 1 }],
    mode: 'bytes',
    arrival: (payload) => encodeTextFrame(`42["trade",${payload.toString()}]`),
    chat: { say: (payload) => text(`42["trade",${payload.toString()}]`) },
  },
  nats: {
    path: { alone: '/', one: '/', all: '/' },
    preamble: (channels) => {
      const subscriptions = channels.map((name) => `SUB trades${name} ${sidOf(name)}\r\n`).join('')
      const hello = 'CONNECT {"verbose":false,"pedantic":false,"headers":false}\r\n'
      return [{ hear: 1 }, { say: Buffer.from(`${hello}${subscriptions}PING\r\n`), opcode: 2 }, { hear: 1 }]
    },
    // A server's first PING comes within two seconds, and then none for as long as its configuration says.
    beforeWork: [{ hear: 1 }],
    mode: 'payloads',
    arrival: (payload, channel) =>
      Buffer.concat([
        Buffer.from(`MSG trades${channel} ${sidOf(channel)} ${payload.length}\r\n`),
        payload,
        Buffer.from('\r\n'),
      ]),
    channelHole: { behind: 'MSG trades', bytes: '0000 1000'.length },
    chat: { say: (payload) => ({ say: natsPublication('trades', payload), opcode: 2 }) },
  },
  mqtt: {
    path: { alone: '/', one: '/', all: '/' },
    protocol: 'mqtt',
    // An empty client id: the broker makes one for each.
    preamble: (channels) => [
      { say: mqttConnect(''), opcode: 2 },
      { hear: 1 },
      { say: mqttSubscribe(channels.map((name) => `trades${name}`)), opcode: 2 },
      { hear: 1 },
    ],
    mode: 'payloads',
    arrival: (payload, channel) => mqttPublish(`trades${channel}`, payload),
    channelHole: { behind: 'trades', bytes: '0000'.length },
    chat: { say: (payload) => ({ say: mqttPublish('trades', payload), opcode: 2 }) },
  },
} as const satisfies Record<string, Dialect>

export type DialectName = keyof typeof DIALECTS

function text(message: string): SayStep {
  return { say: Buffer.from(message), opcode: 1 }
}

/** A subscription's number, of four digits when there are many channels. */
function sidOf(channel: string): number {
  return channel === '' ? 1 : 1000 + Number(channel)
}
