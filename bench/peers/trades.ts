/** The stream of the fan-out rows: JSON messages of exactly {@link TRADE_BYTES}. */
export const TRADE_BYTES = 100

/** After so many messages the stream begins again, so that a subscriber's bytes can be compared with a prepared cycle. */
export const TRADES_IN_CYCLE = 1024

export interface Trade {
  readonly type: 'trade'
  readonly symbol: string
  readonly side: 'buy' | 'sell'
  readonly price: number
  readonly size: number
  readonly sequence: number
}

/** The message at this place of the stream: a new object each time, as a feed handler would make it. */
export function tradeAt(sequence: number): Trade {
  const n = sequence % TRADES_IN_CYCLE
  return {
    type: 'trade',
    symbol: 'BTC-USD-FUT',
    side: n % 2 === 0 ? 'buy' : 'sell',
    price: 64_000.5 + n,
    size: n % 2 === 0 ? 0.125 : 0.25,
    sequence: 1_000_000 + n,
  }
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

export function tradesContract(checks: Checks): object {
  if (checks === 'unchecked') return contractOf({ trade: {} })
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
    },
  }
  const halt = {
    type: 'object',
    required: ['type', 'symbol'],
    properties: { type: { const: 'halt' }, symbol: { type: 'string' }, reason: { type: 'string' } },
  }
  return contractOf({ trade: { payload: trade }, halt: { payload: halt } })
}

function contractOf(messages: object): object {
  return {
    asyncapi: '3.0.0',
    info: { title: 'Trades', version: '1.0.0' },
    channels: { trades: { address: '/trades', messages } },
    operations: { sendTrades: { action: 'send', channel: { $ref: '#/channels/trades' } } },
  }
}
