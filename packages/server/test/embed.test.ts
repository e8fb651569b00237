import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { readContract } from '@hydrant/contract'
import { createHydrant, HydrantError } from '../src/index.ts'
import { API, dataOf, getJson, post, postJson, serve } from './api.ts'
import { MovedClock } from './guard/moved-clock.ts'
import { RawClient } from './raw-client.ts'
import { HandshakeRefused, openSocket } from './socket-client.ts'

describe('createHydrant', () => {
  it('takes the text, the parsed document, or a contract', async () => {
    const { contract } = readContract(API)
    for (const source of [API, contract!.document, contract!]) {
      await using hydrant = createHydrant({ contract: source })
      expect(hydrant.contract.info.title).toBe('Test API')
    }
  })

  it('throws contract-invalid with the reasons for what is none', () => {
    expect(() => createHydrant({ contract: '{"openapi":"3.0.0"}' })).toThrow(
      expect.objectContaining({ name: 'HydrantError', code: 'contract-invalid' }),
    )
  })

  it('throws the system’s error for a file that is not there', () => {
    expect(() => createHydrant({ contract: '/nowhere/api.yaml' })).toThrow(expect.objectContaining({ code: 'ENOENT' }))
  })

  it('rejects listen with EADDRINUSE when the port is taken', async () => {
    await using api = await serve()
    await using other = createHydrant({ contract: API })
    await expect(other.listen({ port: api.port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})

describe('publish', () => {
  it('reaches subscribers and answers the position', async () => {
    await using api = await serve()
    using client = await openSocket(`${api.wsUrl}/prices/AAPL`)
    const { position } = await api.hydrant.publish('/prices/AAPL', { price: 1 })
    expect(await client.next()).toBe('{"price":1}')
    expect((await getJson(`${api.url}/prices/AAPL`)).position).toBe(position)
  })

  it('rejects what the contract does not know, and sends nothing', async () => {
    await using api = await serve()
    await expect(api.hydrant.publish('/nothing', {})).rejects.toMatchObject({ code: 'channel-unknown' })
    await expect(api.hydrant.publish('/prices/NO', {})).rejects.toMatchObject({ code: 'parameter-invalid' })
    await expect(api.hydrant.publish('/prices/AAPL', { price: 'x' })).rejects.toMatchObject({ code: 'message-invalid' })
    await expect(api.hydrant.publish('/prices/AAPL', undefined)).rejects.toMatchObject({ code: 'message-invalid' })
    await expect(api.hydrant.publish('/short', 'x'.repeat(65_536))).rejects.toMatchObject({ code: 'message-too-large' })
    expect((await getJson(`${api.url}/prices/AAPL`)).messages).toEqual([])
  })

  it('through a channel of its own answers and throws at once where the broker does', async () => {
    await using api = await serve()
    using client = await openSocket(`${api.wsUrl}/prices/AAPL`)
    const channel = api.hydrant.channel('/prices/%41APL')
    expect(channel.address).toBe('/prices/AAPL')
    const published = channel.publish({ price: 1 }, { idempotencyKey: 'a' })
    expect(published).toEqual({ position: expect.stringMatching(/:1$/) as string })
    expect(channel.publish({ price: 1 }, { idempotencyKey: 'a' })).toEqual(published)
    expect(() => channel.publish({ price: 'x' })).toThrow(expect.objectContaining({ code: 'message-invalid' }))
    expect(await client.next()).toBe('{"price":1}')
    expect(() => api.hydrant.channel('/prices/NO')).toThrow(expect.objectContaining({ code: 'parameter-invalid' }))
  })

  it('through a channel follows the contract when it is loaded again, and ends with the server', async () => {
    await using api = await serve()
    const channel = api.hydrant.channel('/prices/AAPL')
    api.hydrant.reload(API.replaceAll('/prices/{symbol}', '/rates/{symbol}'))
    expect(() => channel.publish({ price: 1 })).toThrow(expect.objectContaining({ code: 'channel-unknown' }))
    api.hydrant.reload(API)
    expect(channel.publish({ price: 1 })).toEqual({ position: expect.stringMatching(/:1$/) as string })
    await api.hydrant.close()
    expect(() => channel.publish({ price: 1 })).toThrow(expect.objectContaining({ code: 'unavailable' }))
  })

  it('takes text and bytes', async () => {
    await using api = await serve()
    await api.hydrant.publish('/words', 'plain')
    await api.hydrant.publish('/blobs', new Uint8Array([1]))
    expect(dataOf(await getJson(`${api.url}/words`))).toEqual(['plain'])
    expect(dataOf(await getJson(`${api.url}/blobs`))).toEqual(['AQ=='])
  })

  it('is final: what the caller changes afterwards does not reach anybody', async () => {
    await using api = await serve()
    const bytes = new Uint8Array([1])
    await api.hydrant.publish('/blobs', bytes)
    bytes[0] = 9
    expect(dataOf(await getJson(`${api.url}/blobs`))).toEqual(['AQ=='])
  })
})

describe('on', () => {
  it('hears what clients publish, over sockets and HTTP, but not what the application itself publishes', async () => {
    await using api = await serve()
    const heard: unknown[] = []
    const stop = api.hydrant.on('/chat/{room}', ({ address, parameters, name, data }) => {
      heard.push([address, parameters, name, data])
    })
    using client = await openSocket(`${api.wsUrl}/chat/lobby`)
    client.socket.send('{"text":"socket"}')
    await client.next()
    await postJson(`${api.url}/chat/attic`, { text: 'http' })
    await api.hydrant.publish('/chat/lobby', { text: 'own' })
    stop()
    await postJson(`${api.url}/chat/lobby`, { text: 'after' })
    expect(heard).toEqual([
      ['/chat/lobby', { room: 'lobby' }, 'say', { text: 'socket' }],
      ['/chat/attic', { room: 'attic' }, 'say', { text: 'http' }],
    ])
  })

  it('refuses a message by throwing; a HydrantError decides the answer, anything else is told to nobody', async () => {
    await using api = await serve()
    api.hydrant.on('chat', ({ data }) => {
      const { text } = data as { text: string }
      if (text === 'rude') throw new HydrantError('wrong-direction', 'be kind')
      if (text === 'crash') throw new Error('secret: database password')
    })
    const rude = await post(`${api.url}/chat/lobby`, { text: 'rude' })
    expect([rude.status, await rude.json()]).toEqual([403, expect.objectContaining({ detail: 'be kind' })])
    const crash = await post(`${api.url}/chat/lobby`, { text: 'crash' })
    expect(crash.status).toBe(500)
    expect(await crash.text()).not.toContain('secret')
    expect(api.faults).toEqual([expect.objectContaining({ message: 'secret: database password' })])
    expect((await getJson(`${api.url}/chat/lobby`)).messages).toEqual([])
  })

  it('keeps the order of a socket’s frames while a handler is slow', async () => {
    await using api = await serve()
    api.hydrant.on('chat', async ({ data }) => {
      if ((data as { text: string }).text === '0') await new Promise((resolve) => setImmediate(resolve))
    })
    using client = await openSocket(`${api.wsUrl}/chat/lobby`)
    for (let i = 0; i < 20; i++) client.socket.send(`{"text":"${i}"}`)
    for (let i = 0; i < 20; i++) expect(await client.next()).toBe(`{"text":"${i}"}`)
  })

  it('hears a message with an idempotency key once, however often and however fast it is retried', async () => {
    await using api = await serve()
    let heard = 0
    api.hydrant.on('chat', async () => {
      heard++
      await new Promise((resolve) => setImmediate(resolve))
      if (heard === 1) throw new HydrantError('unavailable', 'not yet')
    })
    const say = (text: string): Promise<Response> => post(`${api.url}/chat/lobby`, { text }, { 'idempotency-key': 'k' })
    expect((await say('hi')).status).toBe(503)
    const answers = await Promise.all([say('hi'), say('hi'), say('hi')])
    expect(new Set(await Promise.all(answers.map((answer) => answer.text()))).size).toBe(1)
    expect((await say('other')).status).toBe(422)
    expect([heard, dataOf(await getJson(`${api.url}/chat/lobby`))]).toEqual([2, [{ text: 'hi' }]])
  })

  it('throws for a channel that the contract does not have', async () => {
    await using api = await serve()
    expect(() => api.hydrant.on('/rooms/{room}', () => {})).toThrow(
      expect.objectContaining({ code: 'channel-unknown' }),
    )
  })
})

describe('attach', () => {
  it('serves the API beside the application’s own routes and upgrades', async () => {
    await using hydrant = createHydrant({ contract: API })
    const server = createServer((request, response) => response.end(`own ${request.url}`))
    server.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 418 Teapot\r\nContent-Length: 0\r\n\r\n'))
    hydrant.attach(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    try {
      expect(await (await fetch(`http://127.0.0.1:${port}/mine`)).text()).toBe('own /mine')
      expect((await fetch(`http://127.0.0.1:${port}/prices/NOSUCH`)).status).toBe(404)
      using client = await openSocket(`ws://127.0.0.1:${port}/prices/AAPL`)
      await postJson(`http://127.0.0.1:${port}/prices/AAPL`, { price: 1 })
      expect(await client.next()).toBe('{"price":1}')
      await expect(openSocket(`ws://127.0.0.1:${port}/other`)).rejects.toMatchObject(new HandshakeRefused(418, ''))
    } finally {
      await hydrant.close()
      server.close()
      server.closeAllConnections()
    }
  })
})

describe('what is kept of refused messages', () => {
  it.each([
    ['in code', { quarantine: { maxMessagesPerCause: 2 } }],
    ['by the setting', { limits: { quarantineMessages: 2 } }],
  ])('is bounded %s', (_how, options) => {
    const hydrant = createHydrant({ contract: API, ...options })
    expect(hydrant.settings.of('quarantineMessages')).toMatchObject({ value: 2, source: 'code' })
  })
})

describe('history', () => {
  it.each([
    ['by default', {}, 100],
    ['by the setting', { historyMessages: 2 }, 2],
    ['one more than it', { historyMessages: 3 }, 3],
  ])('is bounded %s where the contract does not say it', async (_how, limits, most) => {
    await using api = await serve({ limits })
    for (let n = 0; n < most + 1; n++) await api.hydrant.publish('/chat/a', { text: String(n) })
    expect(dataOf(await getJson(`${api.url}/chat/a`))).toHaveLength(most)
    // This one says three.
    for (let n = 0; n < 5; n++) await api.hydrant.publish('/short', n)
    expect(dataOf(await getJson(`${api.url}/short`))).toEqual([2, 3, 4])
  })

  it('ends with its age, and the setting holds after a reload', async () => {
    const clock = new MovedClock()
    await using api = await serve({ clock, limits: { historyAgeMs: 5_000 } })
    const kept = async (): Promise<unknown[]> => dataOf(await getJson(`${api.url}/chat/a`))
    for (let round = 0; round < 2; round++) {
      await api.hydrant.publish('/chat/a', { text: 'x' })
      clock.advance(4_999)
      expect(await kept()).toHaveLength(1)
      clock.advance(2)
      expect(await kept()).toEqual([])
      api.hydrant.reload(API)
    }
  })
})

describe('attach, with limits', () => {
  it('keeps those from the request on; those before it, and of the other pages, are the owner’s', async () => {
    await using hydrant = createHydrant({
      contract: API,
      trustedProxies: ['127.0.0.1'],
      limits: { maxHeaders: 12, maxConnectionsPerAddress: 1, maxMessageBytes: 100, maxHandshakes: 1 },
    })
    const server = createServer((_request, response) => response.end('own'))
    hydrant.attach(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const url = `http://127.0.0.1:${port}`
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`x-${i}`, '1']))
    const behind = { headers: { 'x-forwarded-for': '203.0.113.1' } }
    try {
      expect((await fetch(`${url}/quotes`, { headers: many })).status).toBe(431)
      expect(await (await fetch(`${url}/mine`, { headers: many })).text()).toBe('own')
      using first = await openSocket(`ws://127.0.0.1:${port}/quotes`, behind)
      await expect(openSocket(`ws://127.0.0.1:${port}/quotes`, behind)).rejects.toMatchObject({ status: 429 })
      expect((await post(`${url}/chat/a`, { text: 'x'.repeat(100) })).status).toBe(413)
      // There is no pool for what has not asked yet: it would count the owner's visitors.
      const silent = await Promise.all([1, 2, 3].map(() => RawClient.open(port)))
      expect((await fetch(`${url}/quotes`)).status).toBe(200)
      for (const client of silent) client[Symbol.dispose]()
      expect(first.socket.readyState).toBe(1)
      expect([...hydrant.limitHits().keys()].toSorted()).toEqual([
        'connections-per-address',
        'header-count',
        'message-size',
      ])
    } finally {
      await hydrant.close()
      server.close()
      server.closeAllConnections()
    }
  })
})

describe('/-/', () => {
  it('serves the contract as JSON and YAML that read back as the same contract', async () => {
    await using api = await serve()
    for (const path of ['/-/asyncapi.json', '/-/asyncapi.yaml']) {
      const { contract, diagnostics } = readContract(await (await fetch(api.url + path)).text())
      expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
      expect(contract!.channels.map(({ address }) => address)).toEqual(
        api.hydrant.contract.channels.map(({ address }) => address),
      )
    }
  })

  it('serves the contract of the socket protocol itself, which reads without a complaint', async () => {
    await using api = await serve()
    const response = await fetch(`${api.url}/-/connect.asyncapi.yaml`)
    const { contract, diagnostics } = readContract(await response.text())
    expect(contract!.info.title).toContain('hydrant.v1')
    expect(diagnostics.filter(({ severity }) => severity !== 'info')).toEqual([])
  })

  it('answers health, and 503 with Retry-After while it stops', async () => {
    await using api = await serve()
    expect((await fetch(`${api.url}/-/live`)).status).toBe(200)
    expect((await fetch(`${api.url}/-/ready`)).status).toBe(200)
  })

  it('shows a browser the page at / and leads it there from a channel', async () => {
    await using api = await serve()
    const page = await fetch(`${api.url}/`, { headers: { accept: 'text/html' } })
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(await page.text()).toContain('Test API')
    const channel = await fetch(`${api.url}/prices/AAPL`, { headers: { accept: 'text/html' }, redirect: 'manual' })
    expect([channel.status, channel.headers.get('location')]).toEqual([303, '/-/docs?symbol=AAPL#/prices'])
  })

  it('is 404 for anything else', async () => {
    await using api = await serve()
    expect((await fetch(`${api.url}/-/nothing`)).status).toBe(404)
    expect((await fetch(`${api.url}/`)).status).toBe(404)
  })
})
