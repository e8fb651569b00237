import { describe, expect, it } from 'vitest'
import { getJson, post, type Running, serve } from '../api.ts'
import { ConnectClient } from '../connect/connect-client.ts'
import { openEventStream } from '../event-stream-client.ts'
import { openSocket } from '../socket-client.ts'

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
const OTHER = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00'
const TRACE = { traceparent: TRACEPARENT, tracestate: 'vendor=1' }
const EVENT = { specversion: '1.0', id: '1', source: '/test', type: 'trade', data: { price: 1 } }
const STRUCTURED = { 'content-type': 'application/cloudevents+json' }

/** The newest message as the history shows it. */
async function newest(api: Running, path = '/prices/AAPL'): Promise<object> {
  return (await getJson(`${api.url}${path}`)).messages.at(-1)!
}

describe('a trace goes with its message, without a tracer', () => {
  it('from the headers of a POST to the readers of every door that has a place for it', async () => {
    await using api = await serve()
    using events = await openEventStream(`${api.url}/prices/AAPL?envelope=true`)
    using socket = await openSocket(`${api.wsUrl}/prices/AAPL?envelope=true`)
    using bare = await openSocket(`${api.wsUrl}/prices/AAPL`)
    await post(`${api.url}/prices/AAPL`, { price: 1 }, TRACE)
    expect(await newest(api)).toMatchObject({ ...TRACE, name: 'trade', data: { price: 1 } })
    expect(JSON.parse((await events.next()).data)).toMatchObject({ ...TRACE, data: { price: 1 } })
    expect(await socket.nextJson()).toMatchObject({ ...TRACE, data: { price: 1 } })
    expect(await bare.nextJson()).toEqual({ price: 1 })
  })

  it('[4.6] to the readers of hydrant.v1, live and replayed', async () => {
    await using api = await serve()
    using client = await ConnectClient.open(api.wsUrl)
    await client.subscribe('/prices/AAPL')
    await post(`${api.url}/prices/AAPL`, { price: 1 }, TRACE)
    expect(await client.message()).toMatchObject({ ...TRACE, o: 1, d: { price: 1 } })
    using late = await ConnectClient.open(api.wsUrl)
    await late.subscribe('/prices/AAPL', { last: 1 })
    expect(await late.message()).toMatchObject({ ...TRACE, d: { price: 1 } })
  })

  it('[4.6] from a publish on hydrant.v1', async () => {
    await using api = await serve()
    using client = await ConnectClient.open(api.wsUrl)
    await client.ask('subscribe', { channels: [{ channel: '/chat/lobby' }] })
    await client.ask('publish', { channel: '/chat/lobby', data: { text: 'hi' }, ...TRACE })
    expect(await newest(api, '/chat/lobby')).toMatchObject({ ...TRACE, data: { text: 'hi' } })
  })

  it('[4.6] what is no trace is ignored, on every door', async () => {
    await using api = await serve()
    using client = await ConnectClient.open(api.wsUrl)
    for (const traceparent of ['00-nonsense', 7, null, [TRACEPARENT], `${TRACEPARENT}-more`]) {
      const { result } = await client.ask('publish', { channel: '/chat/lobby', data: { text: 'hi' }, traceparent })
      expect(result).toHaveProperty('position')
    }
    const fields = ['position', 'time', 'name', 'data']
    expect(Object.keys(await newest(api, '/chat/lobby'))).toEqual(fields)
    for (const traceparent of ['nonsense', `ff${TRACEPARENT.slice(2)}`, `${TRACEPARENT}, ${OTHER}`]) {
      expect((await post(`${api.url}/prices/AAPL`, { price: 1 }, { traceparent })).status).toBe(201)
    }
    await post(`${api.url}/prices/AAPL`, { ...EVENT, traceparent: { no: 'text' } }, STRUCTURED)
    expect((await getJson(`${api.url}/prices/AAPL`)).messages.map((each) => Object.keys(each))).toEqual(
      Array.from({ length: 4 }, () => fields),
    )
  })

  it('from a structured CloudEvent, whose own trace comes before that of the request', async () => {
    await using api = await serve()
    await post(`${api.url}/prices/AAPL`, { ...EVENT, ...TRACE }, { ...STRUCTURED, traceparent: OTHER })
    expect(await newest(api)).toMatchObject({ ...TRACE, data: { price: 1 } })
    await post(`${api.url}/prices/AAPL`, EVENT, { ...STRUCTURED, traceparent: OTHER })
    expect(await newest(api)).toMatchObject({ traceparent: OTHER })
  })

  it('from each event of a batch', async () => {
    await using api = await serve()
    const headers = { 'content-type': 'application/cloudevents-batch+json', traceparent: OTHER }
    await post(`${api.url}/prices/AAPL`, [{ ...EVENT, ...TRACE }, EVENT], headers)
    const { messages } = await getJson(`${api.url}/prices/AAPL`)
    expect(messages).toMatchObject([TRACE, { traceparent: OTHER }])
  })

  it('from a binary CloudEvent', async () => {
    await using api = await serve()
    const headers = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/test', 'ce-type': 'trade' }
    const trace = { 'ce-traceparent': TRACEPARENT, 'ce-tracestate': 'vendor=1' }
    await post(`${api.url}/prices/AAPL`, { price: 1 }, { ...headers, ...trace, traceparent: OTHER })
    expect(await newest(api)).toMatchObject({ ...TRACE, data: { price: 1 } })
  })

  it('a message that came without one has none, and costs what it did', async () => {
    await using api = await serve()
    using client = await ConnectClient.open(api.wsUrl)
    await client.subscribe('/prices/AAPL')
    await post(`${api.url}/prices/AAPL`, { price: 1 })
    expect(Object.keys(await client.message())).toEqual(['c', 'o', 't', 'd'])
  })

  it('a publish under a key that is known keeps the trace of the first', async () => {
    await using api = await serve()
    const key = { 'idempotency-key': 'k1' }
    await post(`${api.url}/prices/AAPL`, { price: 1 }, { ...key, ...TRACE })
    const again = await post(`${api.url}/prices/AAPL`, { price: 1 }, { ...key, traceparent: OTHER })
    expect(again.status).toBe(201)
    expect((await getJson(`${api.url}/prices/AAPL`)).messages).toMatchObject([TRACE])
  })

  it('a page of another origin may send it', async () => {
    await using api = await serve({ allowedOrigins: ['https://app.example.com'] })
    const response = await fetch(`${api.url}/prices/AAPL`, {
      method: 'OPTIONS',
      headers: { origin: 'https://app.example.com' },
    })
    expect(response.headers.get('access-control-allow-headers')).toContain('traceparent, tracestate')
  })
})
