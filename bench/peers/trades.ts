/** Bytes of a message of the fan-out rows, as JSON; a row may ask for more. */
export const TRADE_BYTES = 100

/** After so many messages the stream begins again, so that a subscriber's bytes can be compared with a prepared cycle. */
export const TRADES_IN_CYCLE = 1024

/** The digits of a time in microseconds: a message that carries one keeps its length. */
export const STAMP_BYTES = 16

export interface Trade {
  readonly type: 'trade'
  readonly symbol: string
  readonly side: 'buy' | 'sell'
  readonly price: number
  readonly size: number
  readonly sequence: number
  /** Fills the message up to the length that the row asks for. */
  readonly note?: string
  /** When it was published, in microseconds since 1970, where the row measures latency. */
  readonly time?: number
}

/** What the messages of a row are like. */
export interface TradeShape {
  /** Length as JSON. {@link TRADE_BYTES}, or from 110 on; stamped ones are 124, or from 134 on. */
  readonly bytes: number
  /** Whether it carries the time it was published. */
  readonly isStamped: boolean
  /** Whether it is a binary message. Default false: text. */
  readonly isBinary?: boolean
}

/** `,"note":""`. */
const NOTE_OVERHEAD = 10
/** `,"time":` and the digits. */
const STAMP_OVERHEAD = 8 + STAMP_BYTES

/** Makes the message at each place of the stream: a new object each time, as a feed handler would. */
export function tradeMaker({ bytes, isStamped }: TradeShape): (sequence: number) => Trade {
  const padding = bytes - TRADE_BYTES - (isStamped ? STAMP_OVERHEAD : 0)
  if (padding !== 0 && padding < NOTE_OVERHEAD) throw new RangeError(`no message has ${bytes} bytes`)
  const note = padding === 0 ? undefined : 'x'.repeat(padding - NOTE_OVERHEAD)
  return (sequence) => {
    const n = sequence % TRADES_IN_CYCLE
    const trade: Trade = {
      type: 'trade',
      symbol: 'BTC-USD-FUT',
      side: n % 2 === 0 ? 'buy' : 'sell',
      price: 64_000.5 + n,
      size: n % 2 === 0 ? 0.125 : 0.25,
      sequence: 1_000_000 + n,
    }
    if (note === undefined && !isStamped) return trade
    return { ...trade, ...(note === undefined ? {} : { note }), ...(isStamped ? { time: nowMicros() } : {}) }
  }
}

/** The time that the load generator compares with, of the same clock: CLOCK_REALTIME. */
function nowMicros(): number {
  return Math.floor((performance.timeOrigin + performance.now()) * 1000)
}

/**
 * What the contract of the fan-out rows checks: everything, with a pattern as contracts have them; the same with a nested
 * repetition in the pattern, which is matched by a machine that cannot be made to backtrack; or nothing.
 */
export type Checks = 'checked' | 'nested-pattern' | 'unchecked'

const PATTERNS = {
  checked: '^[A-Z]{2,10}-[A-Z-]{2,20}$',
  'nested-pattern': '^[A-Z]{2,10}(-[A-Z]{2,10}){1,2}$',
} as const

/** What the channel of a contract is like. */
export interface ChannelShape {
  readonly checks: Checks
  readonly historyMessages: number
  /** Whether there are many: `/trades/{channel}`. */
  readonly isMany: boolean
  readonly isState: boolean
  readonly isBinary: boolean
}

/** A contract of the channel `/trades`, or of many like it. */
export function tradesContract(shape: ChannelShape): object {
  const { checks, historyMessages, isMany, isState, isBinary } = shape
  return {
    asyncapi: '3.0.0',
    info: { title: 'Trades', version: '1.0.0' },
    channels: {
      trades: {
        address: isMany ? '/trades/{channel}' : '/trades',
        ...(isMany ? { parameters: { channel: {} } } : {}),
        messages: isBinary ? { trade: { contentType: 'application/octet-stream' } } : messagesOf(checks),
        'x-hydrant': {
          ...(isState ? { kind: 'state', key: 'symbol' } : {}),
          history: { messages: historyMessages, seconds: 120 },
        },
      },
    },
    operations: {
      sendTrades: { action: 'send', channel: { $ref: '#/channels/trades' } },
      receiveTrades: { action: 'receive', channel: { $ref: '#/channels/trades' } },
    },
  }
}

function messagesOf(checks: Checks): object {
  if (checks === 'unchecked') return { trade: {} }
  const trade = {
    type: 'object',
    required: ['type', 'symbol', 'side', 'price', 'size', 'sequence'],
    additionalProperties: false,
    properties: {
      type: { const: 'trade' },
      symbol: { type: 'string', pattern: PATTERNS[checks], maxLength: 32 },
      side: { type: 'string', enum: ['buy', 'sell'] },
      price: { type: 'number', exclusiveMinimum: 0 },
      size: { type: 'number', exclusiveMinimum: 0 },
      sequence: { type: 'integer', minimum: 0 },
      note: { type: 'string', maxLength: 20_000 },
      time: { type: 'integer', minimum: 0 },
    },
  }
  const halt = {
    type: 'object',
    required: ['type', 'symbol'],
    properties: { type: { const: 'halt' }, symbol: { type: 'string' }, reason: { type: 'string' } },
  }
  return { trade: { payload: trade }, halt: { payload: halt } }
}
