import { readFileSync } from 'node:fs'
import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  AlwaysOffSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  ParentBasedSampler,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { VirtualClock } from '@hydrant/testkit'
import { Hub } from '../../src/hub/hub.ts'
import { type HydrantOptions, MemoryBroker } from '../../src/index.ts'
import { Tracing } from '../../src/observe/traces/tracing.ts'
import { Turn } from '../../src/runtime/turn.ts'
import { getJson, post, type Running, serve } from '../api.ts'
import { ConnectClient } from '../connect/connect-client.ts'
import { openEventStream } from '../event-stream-client.ts'
import { openSocket } from '../socket-client.ts'

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736'
const PARENT_ID = '00f067aa0ba902b7'
const TRACEPARENT = `00-${TRACE_ID}-${PARENT_ID}-01`
const OTHER_ID = '0af7651916cd43dd8448eb211c80319c'
const OTHER = `00-${OTHER_ID}-b7ad6b7169203331-01`
const EVENT = { specversion: '1.0', id: '1', source: '/test', type: 'trade', data: { price: 1 } }

beforeAll(() => void context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()))

/** Every attribute that a test has seen. */
const seen = new Set<string>()

interface Traced extends Running {
  readonly spans: () => ReadableSpan[]
  /** The only span of this name, when it has ended. */
  span(name: string): Promise<ReadableSpan>
  readonly provider: BasicTracerProvider
}

async function serveTraced(options: Partial<HydrantOptions> = {}, sampler?: Sampler): Promise<Traced> {
  const exporter = new InMemorySpanExporter()
  let ended = Promise.withResolvers<void>()
  const processor = new SimpleSpanProcessor(exporter)
  const provider = new BasicTracerProvider({
    ...(sampler === undefined ? {} : { sampler }),
    spanProcessors: [
      {
        onStart: () => {},
        onEnd: (span) => {
          processor.onEnd(span)
          for (const name of Object.keys(span.attributes)) seen.add(name)
          ended.resolve()
          ended = Promise.withResolvers()
        },
        forceFlush: () => processor.forceFlush(),
        shutdown: () => processor.shutdown(),
      },
    ],
  })
  const api = await serve({ tracing: provider, ...options })
  const spans = (): ReadableSpan[] => exporter.getFinishedSpans()
  return Object.assign(api, {
    provider,
    spans,
    async span(name: string) {
      for (;;) {
        const found = spans().filter((span) => span.name === name)
        if (found.length > 1) throw new Error(`${found.length} spans are named ${name}`)
        if (found.length === 1) return found[0]!
        await ended.promise
      }
    },
  })
}

function idOf(span: ReadableSpan): string {
  return span.spanContext().spanId
}

function traceOf(span: ReadableSpan): string {
  return span.spanContext().traceId
}

function linksOf(span: ReadableSpan): string[] {
  return span.links.map((link) => link.context.spanId)
}

/** As a message tells of the span. */
function traceparentOf(span: ReadableSpan): string {
  return `00-${traceOf(span)}-${idOf(span)}-01`
}

describe('a publish over HTTP with a traceparent', () => {
  it('is one trace from the request to the delivery, and its reader hears of it', async () => {
    await using api = await serveTraced()
    using client = await ConnectClient.open(api.wsUrl)
    await client.subscribe('/prices/AAPL')
    await post(`${api.url}/prices/AAPL?token=SECRET`, { price: 1 }, { traceparent: TRACEPARENT, tracestate: 'v=1' })
    const message = await client.message()
    const deliver = await api.span('deliver /prices/{symbol}')
    const request = await api.span('POST /prices/{symbol}')
    const publish = await api.span('publish /prices/{symbol}')
    const [validate, append] = [await api.span('validate'), await api.span('append')]

    for (const span of [request, publish, validate, append, deliver]) expect(traceOf(span)).toBe(TRACE_ID)
    expect(request.parentSpanContext).toMatchObject({ spanId: PARENT_ID, isRemote: true })
    expect(publish.parentSpanContext?.spanId).toBe(idOf(request))
    expect(validate.parentSpanContext?.spanId).toBe(idOf(publish))
    expect(append.parentSpanContext?.spanId).toBe(idOf(publish))
    expect(deliver.parentSpanContext?.spanId).toBe(idOf(publish))
    expect(linksOf(deliver)).toEqual([idOf(publish)])
    expect(message).toMatchObject({ traceparent: traceparentOf(publish), tracestate: 'v=1', d: { price: 1 } })

    expect(request.kind).toBe(SpanKind.SERVER)
    expect(request.attributes).toEqual({
      'http.request.method': 'POST',
      'http.route': '/prices/{symbol}',
      'http.response.status_code': 201,
      'hydrant.door': 'http',
      'hydrant.principal.kind': 'application',
      'hydrant.outcome': 'accepted',
      'messaging.destination.name': '/prices/AAPL',
      'messaging.destination.template': '/prices/{symbol}',
    })
    expect(publish.kind).toBe(SpanKind.PRODUCER)
    expect(publish.attributes).toEqual({
      'messaging.system': 'hydrant',
      'messaging.operation.name': 'publish',
      'messaging.operation.type': 'send',
      'messaging.destination.name': '/prices/AAPL',
      'messaging.destination.template': '/prices/{symbol}',
      'messaging.message.id': (await getJson(`${api.url}/prices/AAPL`)).position,
      'messaging.message.body.size': 11,
      'hydrant.message.name': 'trade',
      'hydrant.door': 'http',
    })
    expect(deliver.kind).toBe(SpanKind.CONSUMER)
    expect(deliver.attributes).toMatchObject({
      'messaging.operation.name': 'deliver',
      'messaging.operation.type': 'process',
      'messaging.batch.message_count': 1,
      'hydrant.readers': 1,
    })
  })

  it('without one begins a trace of its own', async () => {
    await using api = await serveTraced()
    await post(`${api.url}/prices/AAPL`, { price: 1 }, { traceparent: 'nonsense' })
    const publish = await api.span('publish /prices/{symbol}')
    const request = await api.span('POST /prices/{symbol}')
    expect(request.parentSpanContext).toBeUndefined()
    expect((await getJson(`${api.url}/prices/AAPL`)).messages).toMatchObject([{ traceparent: traceparentOf(publish) }])
  })

  it('that is refused ends in an error with its code, and with nothing that was sent', async () => {
    await using api = await serveTraced()
    await post(`${api.url}/prices/AAPL`, { price: 'SECRET' }, { traceparent: TRACEPARENT })
    const request = await api.span('POST /prices/{symbol}')
    for (const span of [await api.span('validate'), await api.span('publish /prices/{symbol}')]) {
      expect(span.attributes['error.type']).toBe('message-invalid')
      expect(span.status).toEqual({ code: SpanStatusCode.ERROR })
    }
    expect(request.attributes).toMatchObject({ 'error.type': 'message-invalid', 'http.response.status_code': 422 })
    expect(request.status.code).toBe(SpanStatusCode.UNSET)
    expect(api.spans().map(({ name }) => name)).not.toContain('append')
    expect(JSON.stringify(api.spans().map(told))).not.toContain('SECRET')
  })

  it('of a batch has one span with a link to each message that came with a trace, and these keep theirs', async () => {
    await using api = await serveTraced()
    using client = await ConnectClient.open(api.wsUrl)
    await client.subscribe('/prices/AAPL')
    const headers = { 'content-type': 'application/cloudevents-batch+json', traceparent: TRACEPARENT }
    await post(`${api.url}/prices/AAPL`, [{ ...EVENT, traceparent: OTHER }, EVENT], headers)
    const deliver = await api.span('deliver /prices/{symbol}')
    const publish = await api.span('publish /prices/{symbol}')
    expect(traceOf(publish)).toBe(TRACE_ID)
    expect(linksOf(publish)).toEqual(['b7ad6b7169203331'])
    expect(publish.attributes).toMatchObject({ 'messaging.batch.message_count': 2 })
    expect(await client.message()).toMatchObject({ traceparent: OTHER })
    expect(await client.message()).toMatchObject({ traceparent: traceparentOf(publish) })
    expect(traceOf(deliver)).toBe(OTHER_ID)
    expect(linksOf(deliver)).toEqual(['b7ad6b7169203331', idOf(publish)])
  })

  it('says of a repeated key that it published nothing', async () => {
    await using api = await serveTraced()
    for (let i = 0; i < 2; i++) await post(`${api.url}/prices/AAPL`, { price: 1 }, { 'idempotency-key': 'k' })
    const publishes = api.spans().filter(({ name }) => name === 'publish /prices/{symbol}')
    expect(publishes.map(({ attributes }) => attributes['hydrant.repeated'])).toEqual([undefined, true])
  })
})

describe('a publish as a CloudEvent', () => {
  it.each([
    ['structured', { 'content-type': 'application/cloudevents+json' }, { ...EVENT, traceparent: TRACEPARENT }],
    [
      'binary',
      { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/t', 'ce-type': 'trade', 'ce-traceparent': TRACEPARENT },
      { price: 1 },
    ],
  ])('goes on with the trace of the event, and is linked to the request: %s', async (_mode, headers, body) => {
    await using api = await serveTraced()
    await post(`${api.url}/prices/AAPL`, body, { ...headers, traceparent: OTHER })
    const request = await api.span('POST /prices/{symbol}')
    const publish = await api.span('publish /prices/{symbol}')
    expect(traceOf(request)).toBe(OTHER_ID)
    expect(traceOf(publish)).toBe(TRACE_ID)
    expect(publish.parentSpanContext?.spanId).toBe(PARENT_ID)
    expect(linksOf(publish)).toEqual([idOf(request)])
    expect((await getJson(`${api.url}/prices/AAPL`)).messages).toMatchObject([{ traceparent: traceparentOf(publish) }])
  })
})

describe('a publish over a socket', () => {
  it('of hydrant.v1 goes on with the trace that it names', async () => {
    await using api = await serveTraced()
    using client = await ConnectClient.open(api.wsUrl)
    await client.subscribe('/chat/lobby')
    await client.ask('publish', { channel: '/chat/lobby', data: { text: 'hi' }, traceparent: TRACEPARENT })
    const publish = await api.span('publish /chat/{room}')
    expect(traceOf(publish)).toBe(TRACE_ID)
    expect(publish.parentSpanContext).toMatchObject({ spanId: PARENT_ID, isRemote: true })
    expect(publish.attributes).toMatchObject({ 'hydrant.door': 'socket' })
    expect(await client.message()).toMatchObject({ traceparent: traceparentOf(publish) })
    expect(traceOf(await api.span('deliver /chat/{room}'))).toBe(TRACE_ID)
  })

  it('of one channel begins a trace, which is not that of its handshake', async () => {
    await using api = await serveTraced()
    using socket = await openSocket(`${api.wsUrl}/chat/lobby?envelope=true`, { headers: { traceparent: TRACEPARENT } })
    socket.socket.send('{"text":"hi"}')
    const { traceparent } = await socket.nextJson()
    const publish = await api.span('publish /chat/{room}')
    expect(traceparent).toBe(traceparentOf(publish))
    expect(traceOf(await api.span('handshake /chat/{room}'))).toBe(TRACE_ID)
    expect(traceOf(publish)).not.toBe(TRACE_ID)
  })
})

describe('a handshake', () => {
  it('says its door, its outcome and what kind of caller it was, for each door', async () => {
    await using api = await serveTraced()
    using channel = await openSocket(`${api.wsUrl}/prices/AAPL`, { headers: { traceparent: TRACEPARENT } })
    using events = await openEventStream(`${api.url}/chat/lobby`)
    using client = await ConnectClient.open(api.wsUrl)
    expect([channel.socket.readyState, events.contentType, client.socket.readyState]).toEqual([
      1,
      'text/event-stream',
      1,
    ])
    const common = { 'hydrant.outcome': 'accepted', 'hydrant.principal.kind': 'application' }
    const socket = await api.span('handshake /-/connect')
    expect(socket.attributes).toMatchObject({ ...common, 'hydrant.door': 'socket', 'http.response.status_code': 101 })
    const sse = await api.span('handshake /chat/{room}')
    expect(sse.attributes).toMatchObject({ ...common, 'hydrant.door': 'sse', 'http.response.status_code': 200 })
    const webSocket = await api.span('handshake /prices/{symbol}')
    expect(webSocket.attributes).toMatchObject({ ...common, 'hydrant.door': 'websocket' })
    expect(webSocket).toMatchObject({ kind: SpanKind.SERVER, parentSpanContext: { traceId: TRACE_ID } })
  })

  it('[D04] that is refused says why, and no span holds a token, a query, a header or a text of a caller', async () => {
    const secret = 'SECRET-Tj3kd9'
    await using api = await serveTraced({
      authenticate: ({ token }) => {
        if (token === 'bad') throw new Error(secret)
        return { id: `user:${secret}`, kind: 'client', scopes: [], roles: [secret], claims: { secret } }
      },
    })
    const headers = { authorization: `Bearer ${secret}`, cookie: `s=${secret}`, 'user-agent': secret }
    await openSocket(`${api.wsUrl}/nowhere/${secret}?access_token=${secret}`, { headers }).catch(() => {})
    await openSocket(`${api.wsUrl}/-/connect?access_token=${secret}`, { headers }).catch(() => {})
    await openSocket(`${api.wsUrl}/guarded?depth=${secret}`, { headers }).catch(() => {})
    await openSocket(`${api.wsUrl}/short`, { headers: { ...headers, authorization: 'Bearer bad' } }).catch(() => {})
    await openSocket(`${api.wsUrl}/short`, { headers: { ...headers, origin: `https://${secret}.example` } }).catch(
      () => {},
    )
    await fetch(`${api.url}/nowhere?token=${secret}`, { headers })
    await fetch(`${api.url}/prices/${secret}?token=${secret}`, { headers })
    await fetch(`${api.url}/short?token=${secret}`, { method: 'SECRET-X', headers }).catch(() => {})
    await post(`${api.url}/chat/lobby`, { text: 7, [secret]: secret }, { ...headers, 'hydrant-message': secret })
    await post(`${api.url}/chat/lobby`, { text: secret }, { ...headers, 'idempotency-key': secret })
    const outcomes = api.spans().map(({ attributes }) => attributes['hydrant.outcome'])
    expect(outcomes).toEqual(
      expect.arrayContaining(['channel-unknown', 'handshake-refused', 'bad-request', 'accepted']),
    )
    expect(outcomes).toEqual(expect.arrayContaining(['internal', 'forbidden-origin', 'parameter-invalid']))
    expect(api.spans().length).toBeGreaterThan(10)
    const text = JSON.stringify(api.spans().map(told))
    expect(text).not.toContain('SECRET')
    expect(text).not.toContain('user:')
  })

  it('health, the contract and the page have no span', async () => {
    await using api = await serveTraced()
    for (const path of ['/-/live', '/-/ready', '/-/asyncapi.json', '/-/docs']) await fetch(`${api.url}${path}`)
    expect(api.spans()).toEqual([])
  })
})

describe('what a sampler has decided', () => {
  it('a caller whose trace is not recorded makes no spans, and its message keeps the trace as it came', async () => {
    await using api = await serveTraced()
    using client = await ConnectClient.open(api.wsUrl)
    await client.subscribe('/prices/AAPL')
    const traceparent = `00-${TRACE_ID}-${PARENT_ID}-00`
    await post(`${api.url}/prices/AAPL`, { price: 1 }, { traceparent })
    expect(await client.message()).toMatchObject({ traceparent })
    expect(api.spans().map(({ name }) => name)).toEqual(['handshake /-/connect'])
  })

  it('a message that is not recorded and came without a trace costs its readers nothing', async () => {
    await using api = await serveTraced({}, new ParentBasedSampler({ root: new AlwaysOffSampler() }))
    using client = await ConnectClient.open(api.wsUrl)
    await client.subscribe('/prices/AAPL')
    await post(`${api.url}/prices/AAPL`, { price: 1 })
    expect(Object.keys(await client.message())).toEqual(['c', 'o', 't', 'd'])
    expect(api.spans()).toEqual([])
  })

  it('a server without tracing makes no span, also when the process has a provider', async () => {
    const exporter = new InMemorySpanExporter()
    const spanProcessors = [new SimpleSpanProcessor(exporter)]
    trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors }))
    await using api = await serve()
    await post(`${api.url}/prices/AAPL`, { price: 1 })
    expect(exporter.getFinishedSpans()).toEqual([])
    expect(Object.keys((await getJson(`${api.url}/prices/AAPL`)).messages[0]!)).not.toContain('traceparent')
    await using traced = await serve({ tracing: 'global' })
    await post(`${traced.url}/prices/AAPL`, { price: 1 })
    expect(exporter.getFinishedSpans().map(({ name }) => name)).toContain('publish /prices/{symbol}')
  })
  afterEach(() => trace.disable())
})

describe('the delivery of a burst', () => {
  it('is one span, however many messages and readers', async () => {
    await using api = await serveTraced()
    const clients = await Promise.all(Array.from({ length: 5 }, () => ConnectClient.open(api.wsUrl)))
    for (const client of clients) await client.subscribe('/prices/AAPL')
    await Promise.all(Array.from({ length: 200 }, (_, price) => api.hydrant.publish('/prices/AAPL', { price })))
    for (const client of clients) await client.until(({ o }) => o === 200)
    const deliver = await api.span('deliver /prices/{symbol}')
    expect(deliver.attributes).toMatchObject({ 'messaging.batch.message_count': 200, 'hydrant.readers': 5 })
    expect(deliver.links).toHaveLength(128)
    for (const client of clients) client.socket.terminate()
  })

  it('has none where nobody reads', async () => {
    await using api = await serveTraced()
    await api.hydrant.publish('/prices/AAPL', { price: 1 })
    expect(api.spans().map(({ name }) => name)).toEqual(['validate', 'append', 'publish /prices/{symbol}'])
  })
})

describe('a channel that is held by readers who do not follow it live', () => {
  it('has no delivery, and begins none that would never end', async () => {
    const begun: string[] = []
    const provider = new BasicTracerProvider({
      spanProcessors: [
        {
          onStart: (span) => void begun.push(span.name),
          onEnd: () => {},
          forceFlush: () => Promise.resolve(),
          shutdown: () => Promise.resolve(),
        },
      ],
    })
    const clock = new VirtualClock()
    const broker = new MemoryBroker({ clock, epoch: 'e' })
    const policy = { kind: 'stream', maxMessages: 10, maxAgeMs: 60_000 } as const
    const turn = new Turn(clock)
    const hub = new Hub(broker, turn, clock, { tracing: new Tracing(provider, clock) })
    const { feed } = await hub.hold('/a', policy)
    const draft = { name: 'm', encoding: 'text', payload: Buffer.from('x'), key: undefined, forClients: true } as const
    const publish = (): void =>
      void broker.publish('/a', [{ ...draft, trace: { traceparent: TRACEPARENT } }], { policy })
    publish()
    turn.flush()
    expect(begun).toEqual([])
    feed.join({ feedIndex: -1, cursor: feed.received, deliver: () => {}, onBreak: () => {} })
    publish()
    turn.flush()
    expect(begun).toEqual(['deliver /a'])
    broker.close()
  })
})

describe('the application', () => {
  it('publishes in the span that is active', async () => {
    await using api = await serveTraced()
    const tracer = api.provider.getTracer('application')
    await tracer.startActiveSpan('work', {}, ROOT_CONTEXT, async (work) => {
      await api.hydrant.publish('/prices/AAPL', { price: 1 })
      work.end()
    })
    const [work, publish] = [await api.span('work'), await api.span('publish /prices/{symbol}')]
    expect(publish.parentSpanContext?.spanId).toBe(idOf(work))
    expect(publish.attributes).toMatchObject({ 'hydrant.door': 'embedded' })
  })

  it('hears a message with its publish as the active span', async () => {
    await using api = await serveTraced()
    const tracer = api.provider.getTracer('application')
    api.hydrant.on('/chat/{room}', async () => {
      await Promise.resolve()
      tracer.startSpan('handled').end()
    })
    using client = await ConnectClient.open(api.wsUrl)
    await client.ask('publish', { channel: '/chat/lobby', data: { text: 'hi' }, traceparent: TRACEPARENT })
    const [handled, publish] = [await api.span('handled'), await api.span('publish /chat/{room}')]
    expect(handled.parentSpanContext?.spanId).toBe(idOf(publish))
  })

  it('finds the request below the span of an instrumented HTTP server', async () => {
    await using api = await serveTraced()
    const tracer = api.provider.getTracer('instrumentation')
    const { createServer } = await import('node:http')
    const server = createServer()
    api.hydrant.attach(server)
    const emit = server.emit.bind(server) as (event: string, ...rest: unknown[]) => boolean
    const traced = (event: string, ...rest: unknown[]): boolean =>
      tracer.startActiveSpan('outer', {}, ROOT_CONTEXT, (outer) => {
        const emitted = emit(event, ...rest)
        outer.end()
        return emitted
      })
    Object.assign(server, { emit: traced })
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    const { port } = server.address() as { port: number }
    await post(`http://127.0.0.1:${port}/prices/AAPL`, { price: 1 }, { traceparent: TRACEPARENT })
    const request = await api.span('POST /prices/{symbol}')
    const outer = api.spans().find((span) => idOf(span) === request.parentSpanContext?.spanId)
    expect(outer?.name).toBe('outer')
    expect(request.kind).toBe(SpanKind.INTERNAL)
    await new Promise((closed) => {
      server.close(closed)
      server.closeAllConnections()
    })
  })
})

describe('docs/reference/traces.md', () => {
  it('lists every attribute', () => {
    const page = readFileSync(new URL('../../../../docs/reference/traces.md', import.meta.url), 'utf8')
    expect(seen.size).toBeGreaterThan(15)
    expect([...seen].filter((name) => !page.includes(`\`${name}\``))).toEqual([])
  })
})

/** All that an exporter would send of a span. */
function told({ name, attributes, events, links, status }: ReadableSpan): unknown {
  return { name, attributes, events, links, status }
}
