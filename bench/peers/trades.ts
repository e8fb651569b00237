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
  /** Length as JSON. At least {@link TRADE_BYTES}; stamped ones are at least 124. */
  readonly bytes: number
  readonly isStamped: boolean
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

/** A contract of one channel, `/trades`, that holds `historyMessages`. */
export function tradesContract(checks: Checks, historyMessages = 100): object {
  if (checks === 'unchecked') return contractOf({ trade: {} }, historyMessages)
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
  return contractOf({ trade: { payload: trade }, halt: { payload: halt } }, historyMessages)
}

function contractOf(messages: object, historyMessages: number): object {
  return {
    asyncapi: '3.0.0',
    info: { title: 'Trades', version: '1.0.0' },
    channels: {
      trades: { address: '/trades', messages, 'x-hydrant': { history: { messages: historyMessages, seconds: 120 } } },
    },
    operations: { sendTrades: { action: 'send', channel: { $ref: '#/channels/trades' } } },
  }
}
