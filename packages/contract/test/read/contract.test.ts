import { expect, it } from 'vitest'
import { readContract } from '../../src/index.ts'

const prices = `
asyncapi: 3.1.0
info: { title: Prices, version: 1.0.0 }
channels:
  prices:
    address: /prices/{symbol}
    parameters:
      symbol: { enum: [AAPL, MSFT] }
    messages:
      price:
        payload: { type: object, required: [price], properties: { price: { type: number } } }
operations:
  sendPrice:
    action: send
    channel: { $ref: '#/channels/prices' }
`

it('reads a document, finds the channel of an address and checks its messages', () => {
  const { contract, diagnostics } = readContract(prices)
  expect(diagnostics).toEqual([])
  const found = contract!.match('/prices/AAPL')
  expect(found).toMatchObject({ ok: true, address: '/prices/AAPL', parameters: { symbol: 'AAPL' } })
  const channel = contract!.channels[0]!
  expect(channel.toClients.check({ encoding: 'json', value: { price: 1 } })).toMatchObject({ ok: true })
  expect(channel.toClients.check({ encoding: 'json', value: { price: '1' } })).toMatchObject({
    ok: false,
    message: { name: 'price' },
    errors: [{ pointer: '/price', expected: 'number', got: '"1" (string)' }],
  })
  expect(channel.fromClients.messages).toEqual([])
})

it('takes the other side with perspective client', () => {
  const channel = readContract(prices, { perspective: 'client' }).contract!.channels[0]!
  expect(channel.fromClients.messages.map(({ name }) => name)).toEqual(['price'])
  expect(channel.toClients.messages).toEqual([])
})
