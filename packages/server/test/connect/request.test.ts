import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { describe, expect, it } from 'vitest'
import { ApplicationError, HydrantError } from '../../src/index.ts'
import { post, serve } from '../api.ts'
import { openSocket } from '../socket-client.ts'
import { ConnectClient } from './connect-client.ts'

const ORDERS = `
asyncapi: 3.1.0
info: { title: Orders, version: 1.0.0 }
channels:
  orders:
    address: /orders/{desk}
    parameters: { desk: {} }
    x-hydrant: { errors: { market-closed: { status: 409, title: The market is closed }, unavailable: {} } }
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

  it('[4.6] [8.2] is a span of its own, in the trace that it names, and active while the application answers', async () => {
    const exporter = new InMemorySpanExporter()
    const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
    await using api = await serve({ contract: ORDERS, tracing: provider })
    let active: string | undefined
    api.hydrant.handle('orders', async () => {
      await Promise.resolve()
      active = trace.getActiveSpan()?.spanContext().spanId
      return { id: 1 }
    })
    using client = await ConnectClient.open(api.wsUrl)
    const from = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' }
    const { result } = await client.ask('request', { channel: '/orders/a', data: { side: 'buy' }, ...from })
    expect(result).toMatchObject({ name: 'orderPlaced' })
    const span = exporter.getFinishedSpans().find(({ name }) => name === 'request /orders/{desk}')!
    expect(span.parentSpanContext).toMatchObject({
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      spanId: '00f067aa0ba902b7',
    })
    expect(span.spanContext().spanId).toBe(active)
    expect(span.attributes).toMatchObject({ 'messaging.operation.name': 'request' })
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

  it('[10.1] a refusal that the contract declares reaches the client with its code, status and title', async () => {
    await using api = await serve({ contract: ORDERS })
    let code = 'market-closed'
    api.hydrant.handle('orders', () => {
      throw new ApplicationError(code, 'it opens at 9:00')
    })
    using client = await ConnectClient.open(api.wsUrl)
    const ask = async () => (await client.ask('request', { channel: '/orders/a', data: { side: 'buy' } })).error
    expect(await ask()).toEqual({
      type: 'urn:hydrant:market-closed',
      title: 'The market is closed',
      status: 409,
      detail: 'it opens at 9:00',
      code: 'market-closed',
    })
    // One of ours keeps its own status.
    code = 'unavailable'
    expect(await ask()).toMatchObject({ code, status: 503, detail: 'it opens at 9:00' })
    expect(api.faults).toEqual([])
  })

  it('[10.1] a code that the contract does not declare is a fault of the handler, and stays inside', async () => {
    await using api = await serve({ contract: ORDERS })
    api.hydrant.handle('orders', () => {
      throw new ApplicationError('lunch', 'the secret recipe')
    })
    using client = await ConnectClient.open(api.wsUrl)
    const { error } = await client.ask('request', { channel: '/orders/a', data: { side: 'buy' } })
    expect(error?.code).toBe('internal')
    expect(JSON.stringify(error)).not.toMatch(/lunch|secret/)
    expect(String(api.faults[0])).toContain(
      '"lunch"; the errors that /orders/{desk} declares: market-closed, unavailable',
    )
  })

  it('[10.1] publishing is refused in the same way, on the socket, over HTTP and on a one-channel WebSocket', async () => {
    await using api = await serve({ contract: ORDERS })
    api.hydrant.on('orders', () => {
      throw new ApplicationError('market-closed', 'it opens at 9:00')
    })
    using client = await ConnectClient.open(api.wsUrl)
    const problem = { code: 'market-closed', status: 409, title: 'The market is closed', detail: 'it opens at 9:00' }
    expect((await client.ask('publish', { channel: '/orders/a', data: { side: 'buy' } })).error).toMatchObject(problem)
    const response = await post(`${api.url}/orders/a`, { side: 'buy' })
    expect([response.status, await response.json()]).toMatchObject([409, problem])
    const batch = await post(`${api.url}/orders/a`, [{ side: 'buy' }])
    expect([batch.status, await batch.json()]).toMatchObject([409, problem])
    using socket = await openSocket(`${api.wsUrl}/orders/a`)
    socket.socket.send('{"side":"buy"}')
    expect(await socket.nextJson()).toMatchObject(problem)
    expect(api.faults).toEqual([])
  })
})
