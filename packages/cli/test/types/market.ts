/** A contract with one of everything that `Api` can say. */
export const marketText = `asyncapi: 3.1.0
info: { title: Market, version: 2.0.0 }
channels:
  prices:
    address: /prices/{symbol}/{depth}
    description: Live prices.
    parameters:
      symbol: { description: The stock., enum: [AAPL, MSFT] }
      depth: {}
    messages:
      trade: { $ref: '#/components/messages/trade' }
      halt: { deprecated: true, payload: { $ref: '#/components/schemas/Halt' } }
  chat:
    address: /chat/{room}
    parameters: { room: {} }
    messages:
      say: { payload: { type: object, required: [text], properties: { text: { type: string }, to: { type: [string, 'null'] } } } }
      picture: { contentType: image/png }
      note: { contentType: text/plain }
      anything: {}
  orders:
    address: /orders
    x-hydrant: { errors: { market-closed: { status: 409 }, no-funds: {} } }
    messages:
      placeOrder:
        payload:
          type: object
          required: [side, count]
          properties: { side: { enum: [buy, sell] }, count: { type: integer, description: At least 1. } }
      cancelOrder: { payload: { type: object, required: [id], properties: { id: { type: string } } } }
      orderPlaced: { payload: { type: object, required: [order], properties: { order: { $ref: '#/components/schemas/Order' } } } }
      orderRefused: { payload: { type: object, required: [reason], properties: { reason: { const: no-funds } } } }
      orderCancelled: { payload: { type: object, required: [id], properties: { id: { type: string } } } }
operations:
  sendPrices: { action: send, channel: { $ref: '#/channels/prices' } }
  chatOut: { action: send, channel: { $ref: '#/channels/chat' } }
  chatIn: { action: receive, channel: { $ref: '#/channels/chat' }, messages: [{ $ref: '#/channels/chat/messages/say' }, { $ref: '#/channels/chat/messages/picture' }] }
  place:
    action: receive
    channel: { $ref: '#/channels/orders' }
    messages: [{ $ref: '#/channels/orders/messages/placeOrder' }]
    reply: { messages: [{ $ref: '#/channels/orders/messages/orderPlaced' }, { $ref: '#/channels/orders/messages/orderRefused' }] }
  cancel:
    action: receive
    channel: { $ref: '#/channels/orders' }
    messages: [{ $ref: '#/channels/orders/messages/cancelOrder' }]
    reply: { messages: [{ $ref: '#/channels/orders/messages/orderCancelled' }] }
components:
  messages:
    trade: { description: Someone bought., payload: { $ref: '#/components/schemas/Trade' } }
  schemas:
    Trade:
      type: object
      required: [price, level]
      properties:
        price: { type: number }
        level: { type: array, prefixItems: [{ type: number }, { type: number }], items: false, minItems: 2 }
        venue: { type: string }
    Halt: { allOf: [{ $ref: '#/components/schemas/Base' }, { type: object, properties: { reason: { type: string } } }] }
    Base: { type: object, required: [at], properties: { at: { type: string, format: date-time } } }
    Order: { type: object, required: [id], properties: { id: { type: string }, parts: { type: array, items: { $ref: '#/components/schemas/Order' } } } }
`
