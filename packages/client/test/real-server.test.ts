import { ApplicationError, createHydrant, type Hydrant } from '@hydrant/server'
import { describe, expect, it } from 'vitest'
import { type Client, connect, type ConnectOptions } from '../src/index.ts'
import { thisPlatform } from '../src/platform.ts'
import { openBlockingProxy } from './support/blocking-proxy.ts'

const API = `
asyncapi: 3.1.0
info: { title: Test API, version: 1.0.0 }
channels:
  chat:
    address: /chat/{room}
    parameters: { room: {} }
    x-hydrant: { history: { messages: 10000 } }
    messages:
      say: { payload: { type: object, required: [text], properties: { text: { type: string } } } }
  quotes:
    address: /quotes
    x-hydrant: { kind: state, key: symbol }
    messages:
      quote: { payload: { type: object, required: [symbol, bid] } }
  words:
    address: /words
    messages:
      word: { contentType: text/plain, payload: { type: string } }
  blobs:
    address: /blobs
    messages:
      blob: { contentType: application/octet-stream }
  orders:
    address: /orders
    x-hydrant: { errors: { market-closed: { status: 409 } } }
    messages:
      order: { payload: { type: [object, array] } }
      placed: { payload: { type: object, required: [id] } }
operations:
  order:
    action: receive
    channel: { $ref: '#/channels/orders' }
    messages: [{ $ref: '#/channels/orders/messages/order' }]
    reply: { messages: [{ $ref: '#/channels/orders/messages/placed' }] }
`

async function serve(port = 0): Promise<{ hydrant: Hydrant; port: number } & AsyncDisposable> {
  // What publishes in a loop here is no client of a person's pace.
  const hydrant = createHydrant({ contract: API, limits: { messageBurst: 100_000 } })
  const listening = await hydrant.listen({ port })
  return { hydrant, port: listening.port, [Symbol.asyncDispose]: () => hydrant.close() }
}

/** The next attempt and the probe of the socket come soon; everything else takes its time. */
const SOON: ConnectOptions = {
  policy: { firstDelayMs: 20, maxDelayMs: 100 },
  platform: { after: (delayMs, run) => thisPlatform.after(delayMs > 0 && delayMs % 60_000 === 0 ? 200 : delayMs, run) },
}

/** Resolves when it is so. */
function until(api: Client, holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (holds()) resolve()
      else setImmediate(look)
    }
    api.on('state', look)
    look()
  })
}

describe('with the server', () => {
  it('[1.1] subscribes, publishes, and goes on after the connection was reset', async () => {
    await using server = await serve()
    await using proxy = await openBlockingProxy(server.port)
    proxy.blocks = false
    await using api = connect(proxy.url, SOON)
    const chat = api.channel('/chat/{room}', { room: 'lobby' })
    const seen: unknown[] = []
    await chat.subscribe((data) => seen.push(data)).ready
    const { position } = await chat.publish({ text: 'one' })
    proxy.cut()
    await server.hydrant.publish('/chat/lobby', { text: 'two' })
    await chat.publish({ text: 'three' })
    await until(api, () => seen.length >= 3)
    expect(seen).toEqual([{ text: 'one' }, { text: 'two' }, { text: 'three' }])
    expect(position).toMatch(/^[a-z0-9]+:1$/)
    expect(Math.abs(api.now() - Date.now())).toBeLessThan(1_000)
  })

  it('[E06] a server that comes back with a new log is a gap, and what is new arrives', async () => {
    const first = await serve()
    await using proxy = await openBlockingProxy(first.port)
    proxy.blocks = false
    await using api = connect(proxy.url, SOON)
    const seen: unknown[] = []
    const reasons: string[] = []
    const words = api.channel('/words')
    words.on('gap', ({ reason }) => reasons.push(reason))
    await words.subscribe((data) => seen.push(data)).ready
    await first.hydrant.publish('/words', 'old')
    await until(api, () => seen.length === 1)
    await first.hydrant.close()
    await using second = await serve(first.port)
    await second.hydrant.publish('/words', 'new')
    await until(api, () => seen.length === 2)
    expect([seen, reasons]).toEqual([['old', 'new'], ['epoch-changed']])
  })

  it.each(['socket', 'fallback'])('[4.6] a message brings the trace of its publish, over the %s', async (via) => {
    await using server = await serve()
    await using proxy = await openBlockingProxy(server.port)
    proxy.blocks = via === 'fallback'
    await using api = connect(proxy.url, SOON)
    const trace = {
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      tracestate: 'vendor=1',
    }
    const seen: object[] = []
    const chat = api.channel('/chat/a')
    await chat.subscribe((_data, message) => seen.push(message)).ready
    await chat.publish({ text: 'one' }, trace)
    await chat.publish({ text: 'two' }, { traceparent: 'none\nat all', tracestate: '\u0007' })
    await until(api, () => seen.length === 2)
    expect(api.state).toMatchObject({ via })
    expect(seen[0]).toMatchObject(trace)
    expect(Object.keys(seen[1]!)).toEqual(['name', 'data', 'position', 'time', 'channel'])
  })

  it('[4.1] text and bytes arrive as what they are', async () => {
    await using server = await serve()
    await using api = connect(`ws://127.0.0.1:${server.port}`, SOON)
    const seen: unknown[] = []
    await api.channel('/words').subscribe((data) => seen.push(data)).ready
    await api.channel('/blobs').subscribe((data) => seen.push(data)).ready
    await server.hydrant.publish('/words', 'hi')
    await server.hydrant.publish('/blobs', new Uint8Array([0, 255]))
    await until(api, () => seen.length === 2)
    expect(seen).toEqual(['hi', new Uint8Array([0, 255])])
  })

  it('[3.2] [3.3] a state channel begins with its state, for a listener that comes later too', async () => {
    await using server = await serve()
    const kinds: unknown[] = []
    const openSocket: typeof thisPlatform.openSocket = (url, subprotocol) => {
      const socket = new WebSocket(url, subprotocol)
      socket.addEventListener('message', ({ data }) => {
        const { result } = JSON.parse(String(data)) as { result?: { channels?: { kind?: string }[] } }
        for (const { kind } of result?.channels ?? []) kinds.push(kind)
      })
      return socket as never
    }
    await using api = connect(`ws://127.0.0.1:${server.port}`, { platform: { openSocket } })
    for (const [symbol, bid] of [
      ['A', 1],
      ['B', 2],
      ['A', 3],
    ])
      await server.hydrant.publish('/quotes', { symbol, bid })
    const quotes = api.channel('/quotes')
    const first: unknown[] = []
    const later: unknown[] = []
    await quotes.subscribe((data) => first.push(data)).ready
    await until(api, () => first.length === 2)
    await quotes.subscribe((data) => later.push(data)).ready
    await until(api, () => later.length === 2)
    const state = [
      { symbol: 'B', bid: 2 },
      { symbol: 'A', bid: 3 },
    ]
    expect([first, later, kinds[0]]).toEqual([state, state, 'state'])
  })

  it('uses HTTP where sockets are blocked, leaves it when they are not, and nothing is lost, repeated or out of order', async () => {
    await using server = await serve()
    await using proxy = await openBlockingProxy(server.port)
    await using api = connect(proxy.url, SOON)
    const seen: string[] = []
    const vias: unknown[] = []
    const errors: unknown[] = []
    api.on('error', ({ code }) => errors.push(code))
    api.on('state', (state) => state.name === 'open' && vias.push(state.via))
    await server.hydrant.publish('/chat/a', { text: 'before' })
    const chat = api.channel('/chat/a')
    // More than the streams that a browser allows: the others are polled.
    const quiet = Array.from({ length: 5 }, (_, i) => api.channel(`/chat/quiet-${i}`).subscribe(() => {}).ready)
    await chat.subscribe((data) => seen.push((data as { text: string }).text), { last: 1 }).ready
    await Promise.all(quiet)
    expect(vias).toEqual(['fallback'])
    await chat.publish({ text: 'over HTTP' })
    await expect(api.channel('/none').subscribe(() => {}).ready).rejects.toMatchObject({ code: 'channel-unknown' })
    await expect(chat.publish({ wrong: 1 })).rejects.toMatchObject({ code: 'message-invalid' })
    await until(api, () => seen.length === 2)
    proxy.blocks = false
    for (let i = 0; vias.length < 2; i++) await chat.publish({ text: `meanwhile ${i}` })
    await chat.publish({ text: 'over a socket' })
    await until(api, () => seen.at(-1) === 'over a socket')
    const count = seen.length - 3
    expect([vias, errors]).toEqual([['fallback', 'socket'], ['channel-unknown']])
    expect(seen).toEqual([
      'before',
      'over HTTP',
      ...Array.from({ length: count }, (_, i) => `meanwhile ${i}`),
      'over a socket',
    ])
  })

  it('over HTTP too a state channel begins with its state, and text and bytes are what they are', async () => {
    await using server = await serve()
    await using proxy = await openBlockingProxy(server.port)
    await using api = connect(proxy.url, SOON)
    for (const [symbol, bid] of [
      ['A', 1],
      ['B', 2],
      ['A', 3],
    ])
      await server.hydrant.publish('/quotes', { symbol, bid })
    const seen: unknown[] = []
    await api.channel('/quotes').subscribe((data) => seen.push(data)).ready
    await api.channel('/words').subscribe((data) => seen.push(data)).ready
    await api.channel('/blobs').subscribe((data) => seen.push(data)).ready
    await until(api, () => seen.length === 2)
    await server.hydrant.publish('/words', 'two\nlines')
    await until(api, () => seen.length === 3)
    await server.hydrant.publish('/blobs', new Uint8Array([0, 255]))
    await until(api, () => seen.length === 4)
    expect(seen).toEqual([{ symbol: 'B', bid: 2 }, { symbol: 'A', bid: 3 }, 'two\nlines', new Uint8Array([0, 255])])
  })

  it('over HTTP too the application is asked, and refuses with what the contract declares', async () => {
    await using server = await serve()
    await using proxy = await openBlockingProxy(server.port)
    await using api = connect(proxy.url, SOON)
    server.hydrant.handle('/orders', ({ data }) => {
      if (Array.isArray(data)) return { id: data.length }
      throw new ApplicationError('market-closed', 'it opens at 9:00')
    })
    const asked = api.request('/orders', [1, 2], { timeoutMs: 1_500 })
    expect(await asked).toEqual({ id: 2 })
    expect(api.state).toMatchObject({ via: 'fallback' })
    const refused: unknown = await api.request('/orders', { side: 'buy' }).catch((error: unknown) => error)
    expect(api.channel('/orders').isError(refused, 'market-closed')).toBe(true)
    expect(refused).toMatchObject({ message: 'it opens at 9:00', retryable: false })
  })

  it('over HTTP too it is known who is here, and who comes and leaves; announcing oneself needs a socket', async () => {
    await using server = await serve()
    await using proxy = await openBlockingProxy(server.port)
    await using ann = connect(`ws://127.0.0.1:${server.port}`)
    const [here] = await ann.channel('/chat/a').presence.enter({ name: 'ann' })
    const polled: ConnectOptions = {
      ...SOON,
      platform: { after: (delayMs, run) => thisPlatform.after(delayMs === 5_000 ? 20 : delayMs, run) },
    }
    await using api = connect(proxy.url, polled)
    const { presence } = api.channel('/chat/a')
    expect(await presence.list()).toEqual([here])
    const told: unknown[] = []
    const changed = Promise.withResolvers<void>()
    presence.subscribe(({ joined, left }) => {
      told.push([joined.map(({ data }) => data), left])
      if (left.length > 0) changed.resolve()
      else void ann.channel('/chat/a').presence.leave()
    })
    await changed.promise
    expect(told).toEqual([
      [[{ name: 'ann' }], []],
      [[], [here!.session]],
    ])
    await expect(presence.enter({ name: 'bob' })).rejects.toMatchObject({ code: 'socket-required' })
  })

  it('over HTTP a state channel stays one when it is resumed', async () => {
    await using server = await serve()
    await using proxy = await openBlockingProxy(server.port)
    await using api = connect(proxy.url, SOON)
    const { position } = await server.hydrant.publish('/quotes', { symbol: 'A', bid: 1 })
    const quotes = api.channel('/quotes')
    await quotes.subscribe(() => {}, { since: position }).ready
    // Who joins a state later gets all of it, also what was before the position of the first.
    const later: unknown[] = []
    await quotes.subscribe((data) => later.push(data)).ready
    await until(api, () => later.length === 1)
    expect(later).toEqual([{ symbol: 'A', bid: 1 }])
  })

  it('over HTTP too a client publishes as a client, although nobody has to say who he is', async () => {
    await using server = await serve()
    await using proxy = await openBlockingProxy(server.port)
    await using socket = connect(`ws://127.0.0.1:${server.port}`)
    await using http = connect(proxy.url, SOON)
    for (const api of [socket, http]) {
      // What the application answers with is not for clients to publish.
      await expect(api.channel('/orders').publish({ id: 1 }, { name: 'placed' })).rejects.toMatchObject({
        code: 'wrong-direction',
      })
      await expect(api.channel('/orders').publish({ id: 1 })).resolves.toHaveProperty('position')
    }
    expect([socket.state, http.state]).toMatchObject([{ via: 'socket' }, { via: 'fallback' }])
  })
})
