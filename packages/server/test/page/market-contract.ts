import { readContract, type Contract } from '@hydrant/contract'

/** A contract with a bit of everything that the page shows: stream, state, messages both ways, replies, recursion. */
export function marketContract(): Contract {
  return contractOf(marketDocument)
}

/** The contract of a document that is known to load. */
export function contractOf(document: object): Contract {
  const { contract, diagnostics } = readContract(document)
  if (contract === undefined) throw new Error(JSON.stringify(diagnostics))
  return contract
}

const ref = (name: string): object => ({ $ref: `#/components/schemas/${name}` })

const longItem = { type: 'object', properties: { [`x${'y'.repeat(70)}`]: { type: 'string', enum: ['z'.repeat(70)] } } }

export const marketDocument = {
  asyncapi: '3.1.0',
  info: {
    title: 'Market data',
    version: '2.4.0',
    description: 'Trades and quotes, **live**. See [the handbook](https://example.com/handbook).',
    contact: { name: 'API team', url: 'https://example.com/' },
    license: { name: 'CC BY 4.0', url: 'https://creativecommons.org/licenses/by/4.0/' },
  },
  servers: {
    production: { host: 'stream.example.com', pathname: '/v2', protocol: 'wss', description: 'The live market.' },
  },
  channels: {
    trades: {
      address: '/trades/{symbol}',
      title: 'Trades',
      summary: 'Every trade of one symbol.',
      parameters: { symbol: { description: 'The symbol.', enum: ['AAPL', 'MSFT'], default: 'MSFT' } },
      messages: { trade: { $ref: '#/components/messages/trade' } },
      bindings: {
        ws: { query: { type: 'object', properties: { venue: { type: 'string', enum: ['lit', 'dark'] } } } },
      },
    },
    quotes: {
      address: '/quotes',
      title: 'Quotes',
      messages: {
        quote: {
          payload: {
            type: 'object',
            required: ['symbol', 'bid'],
            properties: { symbol: { type: 'string' }, bid: { type: 'number', minimum: 0, maximum: 1_000_000 } },
          },
        },
      },
      'x-hydrant': { kind: 'state', key: 'symbol' },
    },
    orders: {
      address: '/orders/{account}',
      parameters: { account: { description: 'Your account.', examples: ['A-1042'] } },
      messages: {
        placeOrder: { payload: ref('Order') },
        orderUpdate: {
          payload: {
            type: 'object',
            required: ['status'],
            properties: {
              status: { type: 'string', enum: ['open', 'filled'] },
              filled: { type: 'integer', default: 0 },
            },
          },
        },
      },
    },
  },
  operations: {
    publishTrades: { action: 'send', channel: { $ref: '#/channels/trades' } },
    publishQuotes: { action: 'send', channel: { $ref: '#/channels/quotes' } },
    onOrder: {
      action: 'receive',
      summary: 'Places an order.',
      channel: { $ref: '#/channels/orders' },
      messages: [{ $ref: '#/channels/orders/messages/placeOrder' }],
      reply: {
        channel: { $ref: '#/channels/orders' },
        messages: [{ $ref: '#/channels/orders/messages/orderUpdate' }],
      },
      security: [{ $ref: '#/components/securitySchemes/token' }],
    },
    publishUpdates: {
      action: 'send',
      channel: { $ref: '#/channels/orders' },
      messages: [{ $ref: '#/channels/orders/messages/orderUpdate' }],
    },
  },
  components: {
    securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'From the partner portal.' } },
    messages: {
      trade: {
        title: 'A trade',
        payload: {
          type: 'object',
          required: ['price', 'side'],
          properties: {
            price: { type: 'number', exclusiveMinimum: 0, description: 'US dollars a share.' },
            side: { type: 'string', enum: ['buy', 'sell'] },
            time: { type: ['string', 'null'], format: 'date-time' },
          },
        },
        examples: [{ name: 'ordinary', summary: 'An ordinary trade.', payload: { price: 187.23, side: 'buy' } }],
      },
    },
    schemas: {
      Order: {
        type: 'object',
        required: ['id', 'kind'],
        properties: {
          id: { type: 'string', pattern: String.raw`^[A-Z]{3}-\d{4}$` },
          kind: {
            oneOf: [
              { title: 'Market', type: 'object', required: ['at'], properties: { at: { const: 'market' } } },
              {
                title: 'Limit',
                type: 'object',
                required: ['at', 'limit'],
                properties: { at: { const: 'limit' }, limit: { type: 'number', multipleOf: 0.01 } },
              },
            ],
          },
          tags: { type: 'array', items: { type: 'string', maxLength: 16 }, minItems: 2, uniqueItems: true },
          // Nothing in it where a narrow screen could break the line.
          ['unbreakable'.repeat(8)]: { type: 'array', items: { title: 'Unbreakable'.repeat(2), ...longItem } },
          // An order that follows an order: recursion.
          next: ref('Order'),
        },
      },
    },
  },
} as const
