import { connect } from 'node:net'
import { expect } from 'vitest'
import { getJson, post, type Running } from '../../api.ts'
import { ConnectClient } from '../../connect/connect-client.ts'
import { clientFrame, handshake, RawClient } from '../../raw-client.ts'
import { openSocket } from '../../socket-client.ts'
import { bearer, caller } from '../secured-api.ts'
import type { GivenLimits, HydrantOptions } from '../../../src/index.ts'
import {
  addressOf,
  ask,
  batch,
  counted,
  deep,
  echoOf,
  extra,
  fill,
  follow,
  messages,
  open,
  openSession,
  postText,
  publishOn,
  sendNotes,
  sized,
  statusOf,
  until,
} from './limit-clients.ts'
import type { LimitLabel } from '../../../src/settings/setting.ts'

/** How a limit is hit. `within` goes to the limit and must not count; `beyond` goes one further and must. */
export interface Way {
  readonly through: string
  readonly limits: GivenLimits
  readonly options?: Partial<HydrantOptions>
  readonly isSecured?: boolean
  within?(api: Running): Promise<unknown>
  beyond(api: Running): Promise<unknown>
}

/** Every limit that has a label, and each way to hit it over plain connections. A label without a row is a type error. */
export const WAYS: Readonly<Record<LimitLabel, readonly Way[]>> = {
  'message-size': [
    {
      through: 'HTTP',
      limits: { maxMessageBytes: 100 },
      within: async ({ url }) => {
        for (const length of [99, 100]) expect((await postText(url, length)).status).toBe(201)
      },
      beyond: async ({ url }) => expect((await postText(url, 101)).status).toBe(413),
    },
    {
      through: 'a batch',
      limits: { maxMessageBytes: 13 },
      within: async ({ url }) => expect((await post(`${url}/chat/a`, [{ text: '12' }])).status).toBe(201),
      beyond: async ({ url }) =>
        expect((await post(`${url}/chat/a`, [{ text: '1' }, { text: '123' }])).status).toBe(413),
    },
    {
      through: 'a socket',
      limits: { maxMessageBytes: 13 },
      within: async ({ port }) => {
        using client = await open(port, '/chat/a')
        client.send(clientFrame(1, '{"text":"12"}'))
        await client.until((all) => all.includes('{"text":"12"}'))
      },
      beyond: async ({ port }) => {
        using client = await open(port, '/chat/a')
        client.send(clientFrame(1, '{"text":"123"}'))
        // A Close frame with 1009.
        expect(await client.untilClosed()).toContain('\x03\xf1')
      },
    },
  ],
  'header-size': [
    {
      through: 'HTTP',
      limits: { maxHeaderBytes: 2048 },
      // Node counts the target, the names and the values.
      within: async ({ port }) => expect(await statusOf(port, sized(2047))).toBe(200),
      beyond: async ({ port }) => expect(await statusOf(port, sized(2048))).toBe(431),
    },
  ],
  'header-count': [
    {
      through: 'HTTP',
      limits: { maxHeaders: 12 },
      within: async ({ port }) => {
        for (const count of [11, 12]) expect(await statusOf(port, counted(count))).toBe(200)
      },
      beyond: async ({ port }) => expect(await statusOf(port, counted(13))).toBe(431),
    },
    {
      through: 'an upgrade',
      limits: { maxHeaders: 12 },
      within: async ({ port }) => expect(await statusOf(port, handshake('/quotes', extra(7)))).toBe(101),
      beyond: async ({ port }) => expect(await statusOf(port, handshake('/quotes', extra(8)))).toBe(431),
    },
  ],
  'handshake-timeout': [
    {
      through: 'silence',
      limits: { handshakeTimeoutMs: 100 },
      within: async ({ url }) => getJson(`${url}/quotes`),
      beyond: async ({ port }) => {
        using silent = await RawClient.open(port)
        expect(await silent.untilClosed()).toMatch(/ 408 /)
      },
    },
    {
      through: 'a second head that is never finished',
      limits: { handshakeTimeoutMs: 100 },
      beyond: async ({ port }) => {
        using client = await RawClient.open(port)
        client.send('GET /-/live HTTP/1.1\r\nHost: x\r\n\r\nGET /-/live HTTP/1.1\r\n')
        expect(await client.untilClosed()).toMatch(/ 200 [^]* 408 /)
      },
    },
  ],
  'authentication-timeout': [
    {
      through: 'a hook that does not answer',
      limits: { authenticationTimeoutMs: 100 },
      options: {
        authenticate: ({ query }) => (query.has('slow') ? new Promise<never>(() => {}) : { id: 'ann' }),
      },
      within: async ({ url }) => expect((await fetch(`${url}/quotes`)).status).toBe(200),
      beyond: async ({ url }) => expect((await fetch(`${url}/quotes?slow`)).status).toBe(503),
    },
    {
      through: 'a socket that does not say who it is',
      limits: { authenticationTimeoutMs: 100 },
      isSecured: true,
      within: async ({ wsUrl }) => {
        using client = await ConnectClient.open(wsUrl)
        expect((await client.ask('authenticate', { token: caller('ann') })).error).toBeUndefined()
      },
      beyond: async ({ wsUrl }) => {
        using client = await ConnectClient.open(wsUrl)
        expect(await client.closed).toBe(3000)
      },
    },
  ],
  // Over TLS: in the test itself.
  'tls-handshake-timeout': [],
  'request-timeout': [
    {
      through: 'a body that does not come',
      limits: { requestTimeoutMs: 100 },
      within: async ({ url }) => post(`${url}/chat/a`, { text: 'x' }),
      beyond: async (api) => {
        using client = await RawClient.open(api.port)
        client.send('POST /chat/a HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{')
        expect(await client.untilClosed()).toMatch(/ 408 /)
        expect(api.hits('handshake-timeout')).toBe(0)
      },
    },
  ],
  connections: [
    {
      through: 'sockets, of which one is too many',
      limits: { maxConnections: 2 },
      beyond: async (api) => {
        using first = await open(api.port, '/quotes')
        using second = await open(api.port, '/quotes')
        expect(api.hits('connections')).toBe(0)
        using third = await RawClient.open(api.port)
        expect(await third.untilClosed()).toBe('')
        expect([first, second].map(({ isClosed }) => isClosed)).toEqual([false, false])
        first[Symbol.dispose]()
        let status = 0
        while (status !== 101) status = await statusOf(api.port, handshake('/quotes'))
      },
    },
  ],
  handshakes: [
    {
      through: 'connections that ask for nothing',
      limits: { maxHandshakes: 2 },
      beyond: async (api) => {
        using first = await RawClient.open(api.port)
        using second = await RawClient.open(api.port)
        using established = await RawClient.open(api.port)
        expect(await established.untilClosed()).toMatch(/ 503 /)
        expect([first, second].map(({ isClosed }) => isClosed)).toEqual([false, false])
      },
    },
  ],
  unauthenticated: [
    {
      through: 'sockets that have yet to say who they are',
      limits: { maxUnauthenticated: 2 },
      isSecured: true,
      beyond: async (api) => {
        using first = await ConnectClient.open(api.wsUrl)
        using second = await ConnectClient.open(api.wsUrl)
        expect(api.hits('unauthenticated')).toBe(0)
        await expect(ConnectClient.open(api.wsUrl)).rejects.toThrow('503')
        await second.ask('authenticate', { token: caller('ann') })
        using third = await ConnectClient.open(api.wsUrl)
        expect([first, second, third].map(({ socket }) => socket.readyState)).toEqual([1, 1, 1])
      },
    },
  ],
  'connections-per-address': [
    {
      through: 'sockets behind a proxy',
      limits: { maxConnectionsPerAddress: 2 },
      options: { trustedProxies: ['127.0.0.1'] },
      beyond: async (api) => {
        const headers = { 'x-forwarded-for': '203.0.113.1' }
        using first = await openSocket(`${api.wsUrl}/quotes`, { headers })
        using second = await openSocket(`${api.wsUrl}/quotes`, { headers })
        expect([first, second, api.hits('connections-per-address')]).toEqual([first, second, 0])
        await expect(openSocket(`${api.wsUrl}/quotes`, { headers })).rejects.toMatchObject({ status: 429 })
      },
    },
  ],
  'connections-per-principal': [
    {
      through: 'sockets and streams',
      limits: { maxConnectionsPerPrincipal: 1 },
      isSecured: true,
      beyond: async (api) => {
        const headers = bearer(caller('ann'))
        using first = await openSocket(`${api.wsUrl}/news`, { headers })
        expect([first.socket.readyState, api.hits('connections-per-principal')]).toEqual([1, 0])
        const second = await fetch(`${api.url}/news`, { headers: { ...headers, accept: 'text/event-stream' } })
        expect(second.status).toBe(429)
      },
    },
  ],
  fragments: [
    {
      through: 'a socket',
      limits: { maxFragments: 3 },
      within: async ({ port }) => {
        using client = await open(port, '/chat/a')
        client.send(Buffer.concat([clientFrame(1, '{"text"', 1), clientFrame(0, ':', 0), clientFrame(0, '"x"}')]))
        await client.until((all) => all.includes('{"text":"x"}'))
      },
      beyond: async ({ port }) => {
        using client = await open(port, '/chat/a')
        client.send(Buffer.concat([clientFrame(1, '', 1), ...Array.from({ length: 3 }, () => clientFrame(0, '', 0))]))
        await client.untilClosed()
      },
    },
  ],
  'assembly-timeout': [
    {
      through: 'a socket',
      limits: { assemblyTimeoutMs: 100 },
      beyond: async ({ port }) => {
        using client = await open(port, '/chat/a')
        client.send(clientFrame(1, '{', 1))
        await client.untilClosed()
      },
    },
  ],
  'control-rate': [
    {
      through: 'pings',
      limits: { controlFramesPerSecond: 5 },
      within: async ({ port }) => {
        using client = await open(port, '/chat/a')
        for (let i = 1; i <= 5; i++) client.send(clientFrame(9, `ping ${i}`))
        await client.until((all) => all.includes('ping 5'))
      },
      beyond: async ({ port }) => {
        using client = await open(port, '/chat/a')
        for (let i = 1; i <= 6; i++) client.send(clientFrame(9, 'x'))
        await client.untilClosed()
      },
    },
  ],
  'message-rate': [
    {
      through: 'a socket',
      limits: { messagesPerSecond: 0.01, messageBurst: 3 },
      within: async ({ wsUrl }) => {
        using client = await openSocket(`${wsUrl}/chat/a`)
        for (let i = 0; i < 3; i++) client.socket.send('{"text":"x"}')
        for (let i = 0; i < 3; i++) expect(await client.nextJson()).toEqual({ text: 'x' })
      },
      beyond: async ({ wsUrl }) => {
        using client = await openSocket(`${wsUrl}/chat/a`)
        for (let i = 0; i < 4; i++) client.socket.send('{"text":"x"}')
        for (let i = 0; i < 4; i++) await client.next()
      },
    },
  ],
  'byte-rate': [
    {
      through: 'a socket',
      limits: { bytesPerSecond: 10_000, maxMessageBytes: 10_000, messagesPerSecond: 0 },
      within: async ({ port }) => sendNotes(port, 1),
      beyond: async ({ port }) => sendNotes(port, 3),
    },
  ],
  channels: [
    {
      through: 'a session',
      limits: { maxChannelsPerConnection: 2 },
      within: async ({ wsUrl }) => expect(await follow(wsUrl, ['/chat/a', '/chat/b'])).toEqual([undefined, undefined]),
      beyond: async ({ wsUrl }) =>
        expect(await follow(wsUrl, ['/chat/a', '/chat/b', '/chat/c'])).toEqual([
          undefined,
          undefined,
          'too-many-channels',
        ]),
    },
  ],
  'address-length': [
    {
      through: 'a narrower setting',
      limits: { maxAddressLength: 20 },
      within: async ({ url }) => {
        for (const length of [19, 20]) expect((await fetch(`${url}${addressOf(length)}`)).status).toBe(200)
      },
      beyond: async ({ url }) => expect((await fetch(`${url}${addressOf(21)}`)).status).toBe(400),
    },
    {
      through: 'the default',
      limits: {},
      within: async ({ url }) => {
        for (const length of [254, 255]) expect((await fetch(`${url}${addressOf(length)}`)).status).toBe(200)
      },
      beyond: async ({ url }) => expect((await fetch(`${url}${addressOf(256)}`)).status).toBe(400),
    },
  ],
  'address-segments': [
    {
      through: 'a narrower setting',
      limits: { maxAddressSegments: 1 },
      within: async ({ url }) => expect((await fetch(`${url}/quotes`)).status).toBe(200),
      beyond: async ({ url }) => expect((await fetch(`${url}/chat/a`)).status).toBe(400),
    },
    {
      through: 'the default',
      limits: {},
      within: async ({ url }) => expect((await fetch(`${url}${'/a'.repeat(32)}`)).status).toBe(404),
      beyond: async ({ url }) => expect((await fetch(`${url}${'/a'.repeat(33)}`)).status).toBe(400),
    },
  ],
  'json-depth': [
    {
      through: 'HTTP',
      limits: { maxJsonDepth: 3 },
      within: async ({ url }) => expect((await post(`${url}/chat/a`, deep(3))).status).toBe(201),
      beyond: async ({ url }) => expect((await post(`${url}/chat/a`, deep(4))).status).toBe(422),
    },
    {
      through: 'a socket of one channel',
      limits: { maxJsonDepth: 3 },
      within: async ({ wsUrl }) => expect(await echoOf(wsUrl, deep(3))).toMatchObject({ text: 'x' }),
      beyond: async ({ wsUrl }) => expect(await echoOf(wsUrl, deep(4))).toMatchObject({ code: 'message-invalid' }),
    },
    {
      through: 'a session',
      limits: { maxJsonDepth: 3 },
      within: async ({ wsUrl }) => expect(await publishOn(wsUrl, deep(3))).toBeUndefined(),
      beyond: async ({ wsUrl }) => expect(await publishOn(wsUrl, deep(4))).toBe('message-invalid'),
    },
  ],
  'batch-size': [
    {
      through: 'HTTP',
      limits: { maxBatchBytes: 200, maxMessageBytes: 100 },
      within: async ({ url }) => {
        for (const length of [199, 200]) expect((await post(`${url}/chat/a`, batch(length))).status).toBe(201)
      },
      beyond: async ({ url }) => expect((await post(`${url}/chat/a`, batch(201))).status).toBe(413),
    },
    {
      through: 'a length that was not announced',
      limits: { maxBatchBytes: 200, maxMessageBytes: 100 },
      beyond: async ({ port }) => {
        using client = await RawClient.open(port)
        client.send(
          `POST /chat/a HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nc9\r\n${batch(201)}\r\n`,
        )
        await client.until((all) => all.includes(' 413 '))
      },
    },
  ],
  'batch-count': [
    {
      through: 'HTTP',
      limits: { maxBatchMessages: 3 },
      within: async ({ url }) => {
        for (const count of [2, 3]) expect((await post(`${url}/chat/a`, messages(count))).status).toBe(201)
      },
      beyond: async ({ url }) => expect((await post(`${url}/chat/a`, messages(4))).status).toBe(413),
    },
  ],
  outbox: [
    ['a socket', (port: number) => open(port, '/words')] as const,
    ['an event stream', (port: number) => ask(port, '/words', 'text/event-stream')] as const,
    ['a session', (port: number) => openSession(port, '/words')] as const,
  ].map(([through, reader]) => ({
    through,
    limits: { maxOutboxBytes: 100_000 },
    within: async ({ hydrant, port }: Running) => {
      using reading = await reader(port)
      await hydrant.publish('/words', 'w'.repeat(50_000))
      await reading.until((all) => all.includes('w'.repeat(1000)))
    },
    beyond: async ({ hydrant, port }: Running) => {
      using stuck = await reader(port)
      stuck.stopReading()
      await fill(hydrant)
    },
  })),
  'outbox-total': [
    {
      through: 'one reader that does not read',
      limits: { maxOutboxTotalBytes: 1_048_576, maxOutboxBytes: 67_108_864 },
      beyond: async ({ hydrant, port, hits }) => {
        using stuck = await open(port, '/words')
        stuck.stopReading()
        await fill(hydrant)
        await until(() => hits('outbox-total') > 0)
      },
    },
  ],
  memory: [
    {
      through: 'an upgrade',
      limits: { maxMemoryBytes: 33_554_432 },
      beyond: async ({ wsUrl }) => expect(openSocket(`${wsUrl}/quotes`)).rejects.toMatchObject({ status: 503 }),
    },
    {
      through: 'an event stream',
      limits: { maxMemoryBytes: 33_554_432 },
      within: async ({ url }) => getJson(`${url}/quotes`),
      beyond: async ({ url }) =>
        expect((await fetch(`${url}/quotes`, { headers: { accept: 'text/event-stream' } })).status).toBe(503),
    },
  ],
  'write-timeout': [
    {
      through: 'a socket',
      limits: { writeTimeoutMs: 100 },
      beyond: async ({ hydrant, port, hits }) => {
        using stuck = await open(port, '/words')
        stuck.stopReading()
        await fill(hydrant)
        await until(() => hits('write-timeout') > 0)
      },
    },
    {
      through: 'an event stream',
      limits: { writeTimeoutMs: 100 },
      beyond: async ({ hydrant, port, hits }) => {
        using stuck = await ask(port, '/words', 'text/event-stream')
        stuck.stopReading()
        await fill(hydrant)
        await until(() => hits('write-timeout') > 0)
      },
    },
    {
      through: 'a history page',
      limits: { writeTimeoutMs: 100 },
      within: async ({ hydrant }) => fill(hydrant),
      beyond: async ({ port, hits }) => {
        const stuck = connect(port, '127.0.0.1')
          .pause()
          .on('error', () => {})
        stuck.write('GET /words HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\n\r\n'.repeat(8))
        await until(() => hits('write-timeout') > 0)
        stuck.destroy()
      },
    },
  ],
  'pong-timeout': [
    {
      through: 'a socket that is silent',
      limits: { pingIntervalMs: 100, pongTimeoutMs: 100 },
      within: async ({ wsUrl }) => {
        using answering = await openSocket(`${wsUrl}/quotes`)
        await new Promise((pinged) => answering.socket.once('ping', pinged))
      },
      beyond: async ({ port }) => {
        using silent = await open(port, '/quotes')
        await silent.untilClosed()
      },
    },
  ],
  'close-timeout': [
    {
      through: 'a goodbye that is not answered',
      limits: { closeTimeoutMs: 100 },
      beyond: async ({ hydrant, port }) => {
        using deaf = await open(port, '/quotes')
        await hydrant.drain({ waitMs: 0, spreadMs: 0 })
        await deaf.untilClosed()
      },
    },
  ],
}
