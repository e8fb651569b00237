import { describe, expect, it } from 'vitest'
import { ApplicationError } from '../../src/index.ts'
import { getJson, post, serve } from '../api.ts'
import { ConnectClient } from '../connect/connect-client.ts'
import { bearer, caller, serveSecured } from '../guard/secured-api.ts'

const ORDERS = `
asyncapi: 3.1.0
info: { title: Orders, version: 1.0.0 }
channels:
  orders:
    address: /orders
    x-hydrant: { errors: { market-closed: { status: 409 } } }
    messages:
      buy: { payload: { type: object, required: [buy], additionalProperties: false, properties: { buy: { type: integer } } } }
      many: { payload: { type: array, items: { type: integer } } }
      placed: { payload: { type: object, required: [id], properties: { id: { type: integer } } } }
operations:
  place:
    action: receive
    channel: { $ref: '#/channels/orders' }
    messages: [{ $ref: '#/channels/orders/messages/buy' }, { $ref: '#/channels/orders/messages/many' }]
    reply: { messages: [{ $ref: '#/channels/orders/messages/placed' }] }
`

describe('POST with ?request=true', () => {
  it('asks the application and answers with the payload of its reply, and publishes nothing', async () => {
    await using api = await serve({ contract: ORDERS })
    api.hydrant.handle('/orders', ({ name, data }) => ({ id: 7, name, data }))
    const response = await post(`${api.url}/orders?request=true`, { buy: 1 })
    expect([response.status, response.headers.get('hydrant-message')]).toEqual([200, 'placed'])
    expect(await response.json()).toEqual({ id: 7, name: 'buy', data: { buy: 1 } })
    const named = await post(`${api.url}/orders?request=true`, [1, 2], { 'hydrant-message': 'many' })
    expect(await named.json()).toMatchObject({ name: 'many', data: [1, 2] })
    expect((await getJson(`${api.url}/orders?as=application`)).messages).toEqual([])
  })

  it('fails as the handler says, and where nothing answers in time', async () => {
    await using api = await serve({ contract: ORDERS })
    const ask = async (query: string, body: unknown = { buy: 1 }): Promise<unknown[]> => {
      const response = await post(`${api.url}/orders?request=true${query}`, body)
      return [response.status, ((await response.json()) as { code: string }).code]
    }
    expect(await ask('')).toEqual([501, 'request-unhandled'])
    let signal: AbortSignal | undefined
    const remove = api.hydrant.handle('/orders', (request) => {
      signal = request.signal
      return new Promise(() => {})
    })
    expect(await ask('&wait=1')).toEqual([504, 'request-timeout'])
    expect(signal?.aborted).toBe(true)
    remove()
    api.hydrant.handle('/orders', () => {
      throw new ApplicationError('market-closed', 'it opens at 9:00')
    })
    expect(await ask('')).toEqual([409, 'market-closed'])
    expect(await ask('', { buy: 'x' })).toEqual([422, 'message-invalid'])
    // What the application itself publishes is no request of a client.
    expect(await ask('', { id: 1 })).toEqual([403, 'wrong-direction'])
  })

  it('is one message, once, for a whole number of seconds', async () => {
    await using api = await serve({ contract: ORDERS })
    api.hydrant.handle('/orders', () => ({ id: 7 }))
    const status = async (query: string, body: unknown, headers = {}): Promise<number> =>
      (await post(`${api.url}/orders?request=${query}`, body, headers)).status
    expect(await status('true', '{"buy":1}\n{"buy":2}\n', { 'content-type': 'application/x-ndjson' })).toBe(400)
    expect(await status('true', { buy: 1 }, { 'idempotency-key': 'k' })).toBe(400)
    expect(await status('true&wait=0', { buy: 1 })).toBe(400)
    expect(await status('true&wait=1.5', { buy: 1 })).toBe(400)
    expect(await status('perhaps', { buy: 1 })).toBe(400)
    expect(await status('true&wait=61', { buy: 1 })).toBe(200)
    expect(await status('false', { buy: 1 })).toBe(201)
  })

  it('tells the handler when the client has gone', async () => {
    await using api = await serve({ contract: ORDERS })
    const asked = Promise.withResolvers<AbortSignal>()
    api.hydrant.handle('/orders', ({ signal }) => {
      asked.resolve(signal)
      return new Promise(() => {})
    })
    const leave = new AbortController()
    const headers = { 'content-type': 'application/json' }
    const init = { method: 'POST', headers, body: '{"buy":1}', signal: leave.signal }
    const asking = fetch(`${api.url}/orders?request=true`, init)
    const signal = await asked.promise
    const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve))
    leave.abort()
    await expect(asking).rejects.toThrow('aborted')
    await aborted
  })
})

describe('GET with ?presence=true', () => {
  it('says who announced itself, until the connection ends', async () => {
    await using api = await serve()
    const members = async (): Promise<unknown> => (await getJson(`${api.url}/chat/lobby?presence=true`))['members']
    expect(await members()).toEqual([])
    const client = await ConnectClient.open(api.wsUrl)
    await client.ask('presence', { channel: '/chat/lobby', data: { name: 'ann' } })
    expect(await members()).toEqual([{ session: expect.any(String), data: { name: 'ann' } }])
    client.socket.terminate()
    while (((await members()) as unknown[]).length > 0);
  })

  it('asking who is here takes the right to subscribe, asking the application the right to publish', async () => {
    await using api = await serveSecured()
    const ann = bearer(caller('ann'))
    const bob = bearer(caller('bob'))
    const here = async (headers: Record<string, string>): Promise<number> =>
      (await fetch(`${api.url}/users/ann?presence=true`, { headers })).status
    expect([await here(ann), await here(bob), await here({})]).toEqual([200, 403, 401])
    const ask = async (headers: Record<string, string>): Promise<number> =>
      (await post(`${api.url}/users/ann?request=true`, { text: 'hi' }, headers)).status
    expect([await ask(ann), await ask(bob), await ask({})]).toEqual([501, 403, 401])
  })

  it('is for channels that send something to clients', async () => {
    await using api = await serve()
    expect((await fetch(`${api.url}/inbox?presence=true`)).status).toBe(403)
    expect((await fetch(`${api.url}/nothing?presence=true`)).status).toBe(404)
  })
})
