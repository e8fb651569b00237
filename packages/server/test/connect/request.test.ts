import { describe, expect, it } from 'vitest'
import { HydrantError } from '../../src/index.ts'
import { serve } from '../api.ts'
import { ConnectClient } from './connect-client.ts'

const ORDERS = `
asyncapi: 3.1.0
info: { title: Orders, version: 1.0.0 }
channels:
  orders:
    address: /orders/{desk}
    parameters: { desk: {} }
    messages:
      order: { payload: { type: object, required: [side], properties: { side: { enum: [buy, sell] } } } }
  placed:
    address: /placed
    messages:
      orderPlaced: { payload: { type: object, required: [id], properties: { id: { type: integer } } } }
      orderRejected: { payload: { type: object, required: [reason], properties: { reason: { type: string } } } }
operations:
  placeOrder:
    action: receive
    channel: { $ref: '#/channels/orders' }
    reply: { channel: { $ref: '#/channels/placed' } }
`

describe('request', () => {
  it('[8.2] asks the application and gives its reply', async () => {
    await using api = await serve({ contract: ORDERS })
    api.hydrant.handle('/orders/{desk}', ({ name, data, parameters }) =>
      (data as { side: string }).side === 'buy' ? { id: 7, name, ...parameters } : { reason: 'no shorts' },
    )
    using client = await ConnectClient.open(api.wsUrl)
    const bought = await client.ask('request', { channel: '/orders/a', data: { side: 'buy' } })
    expect(bought.result).toEqual({ name: 'orderPlaced', data: { id: 7, name: 'order', desk: 'a' } })
    const sold = await client.ask('request', { channel: '/orders/a', data: { side: 'sell' } })
    expect(sold.result).toEqual({ name: 'orderRejected', data: { reason: 'no shorts' } })
  })

  it('[8.2] a reply that is none of the contract never reaches the client', async () => {
    await using api = await serve({ contract: ORDERS })
    api.hydrant.handle('orders', () => ({ id: 'seven', secret: 1 }))
    using client = await ConnectClient.open(api.wsUrl)
    const { error } = await client.ask('request', { channel: '/orders/a', data: { side: 'buy' } })
    expect(error?.code).toBe('internal')
    expect(JSON.stringify(error)).not.toContain('secret')
    expect(api.faults).toHaveLength(1)
  })

  it('[8.2] [2.3] other requests do not wait for it, and a late answer is dropped', async () => {
    await using api = await serve({ contract: ORDERS })
    const late = Promise.withResolvers<object>()
    let aborted = false
    api.hydrant.handle('orders', ({ signal }) => {
      signal.addEventListener('abort', () => (aborted = true))
      return late.promise
    })
    using client = await ConnectClient.open(api.wsUrl)
    const id = client.send('request', { channel: '/orders/a', data: { side: 'buy' }, timeoutMs: 50 })
    expect((await client.ask('ping')).result).toBeDefined()
    const reply = await client.until((said) => said.id === id)
    expect([reply.error?.code, aborted]).toEqual(['request-timeout', true])
    late.resolve({ id: 1 })
    await client.ask('ping')
    expect(client.texts.filter((text) => text.includes(`"id":${id},`))).toHaveLength(1)
  })

  it('[8.2] fails where nothing answers, where the request is not valid, and as the handler says', async () => {
    await using api = await serve({ contract: ORDERS })
    using client = await ConnectClient.open(api.wsUrl)
    const ask = async (data: object) => (await client.ask('request', { channel: '/orders/a', data })).error?.code
    expect(await ask({ side: 'buy' })).toBe('request-unhandled')
    api.hydrant.handle('orders', () => {
      throw new HydrantError('unavailable', 'closed today')
    })
    expect(await ask({ side: 'hold' })).toBe('message-invalid')
    expect(await ask({ side: 'buy' })).toBe('unavailable')
    expect(() => api.hydrant.handle('/placed', () => ({}))).toThrow(TypeError)
  })
})
