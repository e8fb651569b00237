import { expect, it } from 'vitest'
import { VirtualClock } from '@hydrant/testkit'
import type { ServerStatus } from '../../src/admin/resources/status.ts'
import { StatusHistory } from '../../src/admin/watch/status-history.ts'
import { createHydrant } from '../../src/index.ts'
import { ConnectClient } from '../connect/connect-client.ts'
import { CONTRACT, events, follow, post, readUntil, startAdmin } from './admin-server.ts'

it('a wrong type 10,000 times is one row, repaired once, replayed, and reaches a live subscriber', async () => {
  await using server = await startAdmin()
  const stop = new AbortController()
  const reader = await follow(server, '/prices/AAPL', stop.signal)
  const batch = Array.from({ length: 500 }, (_, i) => `{"price":"${i}"}`)
  for (let i = 0; i < 20; i++) {
    for (const chunk of [batch]) {
      await Promise.all(chunk.map((body) => server.hydrant.publish('/prices/AAPL', JSON.parse(body)).catch(() => {})))
    }
  }
  const { json } = await server.ask('GET', '/quarantine')
  expect(json).toMatchObject({
    total: 1,
    items: [{ count: 10_000, kept: 10_000, channel: 'prices', message: 'trade' }],
  })
  const [group] = json.items
  expect(group.suggestion).toEqual({ patch: [{ op: 'convert', path: '/price', to: 'number' }] })

  const dry = await server.ask('POST', `/quarantine/${group.id}/replay`, { edit: group.suggestion, dryRun: true })
  expect(dry.json).toMatchObject({ replayed: 10_000, refused: 0, left: 10_000 })
  const replayed = await server.ask('POST', `/quarantine/${group.id}/replay`, { edit: group.suggestion })
  expect(replayed.json).toMatchObject({ replayed: 10_000, refused: 0, left: 0 })
  await readUntil(reader, '"price":499')
  stop.abort()
})

it('a connection is listed, found by what it follows, and closed with a reason that it is told', async () => {
  await using server = await startAdmin()
  using client = await ConnectClient.open(server.url.replace('http', 'ws'))
  await client.subscribe('/prices/AAPL')
  await post(server, '/prices/AAPL', { price: 1 })
  await client.until((said) => said.d !== undefined)

  expect((await server.ask('GET', '/connections?search=msft')).json.items).toEqual([])
  const { json } = await server.ask('GET', '/connections?search=aapl&door=socket')
  expect(json.items).toMatchObject([
    { door: 'socket', addresses: ['/prices/AAPL'], messagesOut: 1, lag: 0, queuedBytes: 0 },
  ])
  const [{ id }] = json.items
  const details = (await server.ask('GET', `/connections/${id}`)).json
  expect(details.details).toMatchObject([{ address: '/prices/AAPL', channel: 'prices', lag: 0, state: 'live' }])

  const closed = await server.ask('DELETE', `/connections/${id}?reason=noisy`)
  expect(closed).toMatchObject({ status: 202, json: { connections: 1 } })
  expect(await client.closed).toBe(3503)
  const { json: audit } = await server.ask('GET', '/audit')
  expect(audit.items[0]).toMatchObject({
    action: 'closeConnection',
    target: id,
    reason: 'noisy',
    status: 202,
    actor: 'loopback',
  })
})

it('a trace shows frames in both directions and ends with the connection', async () => {
  await using server = await startAdmin()
  using client = await ConnectClient.open(server.url.replace('http', 'ws'))
  await client.subscribe('/prices/AAPL')
  const { id } = (await server.ask('GET', '/connections')).json.items[0]
  const stop = new AbortController()
  const trace = await events(`${server.adminUrl}/connections/${id}/trace`, stop.signal)
  await readUntil(trace, ':')
  client.send('ping')
  await readUntil(trace, '"direction":"in","kind":"text"')
  await post(server, '/prices/AAPL', { price: 42 })
  expect(await readUntil(trace, '42')).toContain('"direction":"out","kind":"text"')
  expect((await server.ask('GET', `/connections/${id}/trace`)).status).toBe(503)
  client.socket.ping('beat')
  expect(await readUntil(trace, '"direction":"out","kind":"pong"')).toContain(
    `"direction":"in","kind":"ping","bytes":4,"preview":"${btoa('beat')}"`,
  )
  client.socket.pong('still here')
  await readUntil(trace, '"direction":"in","kind":"pong","bytes":10')
  client.socket.close(4001, 'enough')
  expect(await readUntil(trace, 'event: end')).toContain(
    '"direction":"in","kind":"close","bytes":8,"preview":"4001 enough"',
  )
  stop.abort()
})

it('a connection shows what its peer says it is, and one that says nothing shows nothing', async () => {
  await using server = await startAdmin()
  const stop = new AbortController()
  const response = await fetch(`${server.url}/prices/AAPL`, {
    headers: { Accept: 'text/event-stream', 'User-Agent': `reader/1.0 ${'x'.repeat(300)}`, Origin: server.url },
    signal: stop.signal,
  })
  using client = await ConnectClient.open(server.url.replace('http', 'ws'))
  expect(response.status).toBe(200)
  const details = async (id: string): Promise<unknown> => (await server.ask('GET', `/connections/${id}`)).json
  expect(await details('c1')).toMatchObject({
    userAgent: `reader/1.0 ${'x'.repeat(300)}`.slice(0, 200),
    origin: server.url,
  })
  expect(await details('c2')).toMatchObject({ userAgent: null, origin: null })
  client.socket.terminate()
  stop.abort()
})

it('a message shows its newest, as long as the history has it', async () => {
  await using server = await startAdmin()
  expect((await server.ask('GET', '/messages/prices/trade')).json.last).toBeUndefined()
  await post(server, '/prices/AAPL', { price: 1 })
  await post(server, '/prices/MSFT', { price: 12.5 })
  expect((await server.ask('GET', '/messages/prices/trade')).json.last).toMatchObject({
    address: '/prices/MSFT',
    name: 'trade',
    data: { price: 12.5 },
  })
})

it('settings say where the listeners really are', async () => {
  await using server = await startAdmin()
  const byName = async (): Promise<Record<string, object>> =>
    Object.fromEntries(
      (await server.ask('GET', '/settings?limit=300')).json.items.map((item: { name: string }) => [item.name, item]),
    )
  const settings = await byName()
  expect(settings['port']).toMatchObject({ value: Number(new URL(server.url).port), source: 'code' })
  expect(settings['adminPort']).toMatchObject({ value: server.adminPort, source: 'code' })
  expect(settings['host']).toMatchObject({ value: '127.0.0.1', source: 'default' })

  // In another one's server it has no place of its own.
  await using embedded = createHydrant({ contract: CONTRACT })
  const { url } = await embedded.listenAdmin({ port: 0 })
  const answer = (await (await fetch(`${url}/settings?limit=300`)).json()) as { items: { name: string }[] }
  const names = answer.items.map(({ name }) => name)
  expect(names).not.toContain('port')
  expect(names).not.toContain('host')
  expect(names).toContain('adminPort')
})

it('the history of the status begins with the listener and holds ten minutes', () => {
  const clock = new VirtualClock()
  let told = 0
  const status = {
    connections: { byDoor: {} },
    rates: {},
    latencyMs: {},
    eventLoopDelayMs: {},
  } as unknown as ServerStatus
  const history = new StatusHistory(
    () => ({ ...status, memory: { rssBytes: told++ } as ServerStatus['memory'] }),
    clock,
  )
  expect(history.samples).toHaveLength(1)
  for (const [seconds, samples, first] of [
    [2, 2, 0],
    [596, 300, 0],
    [2, 300, 1],
  ] as const) {
    clock.advance(seconds * 1000)
    expect(history.samples).toHaveLength(samples)
    expect(history.samples[0]!.memory.rssBytes).toBe(first)
  }
  history.stop()
  clock.advance(10_000)
  expect(history.samples.at(-1)!.memory.rssBytes).toBe(300)
})

it('a tail of a channel shows its addresses, filtered, and refused messages when asked', async () => {
  await using server = await startAdmin()
  const stop = new AbortController()
  const tail = await events(`${server.adminUrl}/tail?channel=prices&search=venue&quarantined=true`, stop.signal)
  await readUntil(tail, ':')
  await post(server, '/prices/AAPL', { price: 1 })
  await post(server, '/prices/MSFT', { price: 2, venue: 'X' })
  const shown = await readUntil(tail, 'MSFT')
  expect(shown).not.toContain('AAPL')
  expect(shown).toContain('"data":{"price":2,"venue":"X"}')
  await post(server, '/prices/IBM', { price: 'wrong', venue: 'Y' })
  expect(await readUntil(tail, 'IBM')).toContain('event: invalid')
  stop.abort()
})

it('numbers keep their digits through publish and history', async () => {
  await using server = await startAdmin()
  const published = await fetch(`${server.adminUrl}/publish`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{"address":"/prices/AAPL","data":{"price":12345678901234567890}}',
  })
  expect(published.status).toBe(201)
  expect((await server.ask('GET', '/history?address=/prices/AAPL')).text).toContain(
    '"data":{"price":12345678901234567890}',
  )
})

it('pages hold at most 300 and stay right while addresses come', async () => {
  await using server = await startAdmin()
  const publish = (symbol: string): Promise<unknown> => server.hydrant.publish(`/prices/${symbol}`, { price: 1 })
  const symbols = Array.from({ length: 700 }, (_, i) => `S${String(i).padStart(4, '0')}`)
  for (const symbol of symbols) await publish(symbol)
  const seen: string[] = []
  let next: string | null = ''
  let pages = 0
  while (next !== null) {
    const { json } = await server.ask('GET', `/addresses?limit=1000${next === '' ? '' : `&cursor=${next}`}`)
    expect(json.items.length).toBeLessThanOrEqual(300)
    seen.push(...json.items.map(({ address }: { address: string }) => address))
    next = json.next
    // Before the cursor: it is on a page that was shown already.
    await publish(`A${pages++}`)
  }
  expect(seen).toEqual(symbols.map((symbol) => `/prices/${symbol}`))
})

it('the live channels tell at once, and only while somebody listens', async () => {
  await using server = await startAdmin()
  using client = await ConnectClient.open(server.adminUrl.replace('http', 'ws'))
  await client.subscribe('/overview')
  const first = await client.until((said) => said.d !== undefined)
  expect(first.d).toMatchObject({ state: 'ready', connections: { total: 0 } })
  await client.subscribe('/log')
  await server.ask('POST', '/drain', { reason: 'deploy', waitMs: 60_000 })
  const entry = await client.until((said) => (said.d as { action?: string } | undefined)?.action === 'drain')
  expect(entry.d).toMatchObject({ reason: 'deploy', status: 202 })
  const draining = await client.until((said) => (said.d as { state?: string } | undefined)?.state === 'draining')
  expect(draining.o).toBeGreaterThan(1)
  expect((await server.ask('GET', '/-/ready')).status).toBe(503)
})

it('a contract that breaks clients is refused with what breaks', async () => {
  await using server = await startAdmin()
  const document = {
    asyncapi: '3.0.0',
    info: { title: 'Market', version: '2.0.0' },
    channels: {
      prices: {
        address: '/prices/{symbol}',
        parameters: { symbol: {} },
        messages: {
          trade: { payload: { type: 'object', required: ['price'], properties: { price: { type: 'string' } } } },
        },
      },
    },
    operations: { tell: { action: 'send', channel: { $ref: '#/channels/prices' } } },
  }
  const refused = await server.ask('PUT', '/contract', { document })
  expect(refused.status).toBe(409)
  expect(refused.json.changes).toContainEqual({
    kind: 'channel-removed',
    breaks: true,
    pointer: '/channels/orders',
    message: 'clients that use /orders lose it',
  })
  expect(refused.json.changes).toContainEqual(
    expect.objectContaining({
      kind: 'schema-widened',
      breaks: true,
      pointer: '/channels/prices/messages/trade/payload/properties/price/type',
    }),
  )
  const dry = await server.ask('PUT', '/contract', { document, dryRun: true })
  expect(dry.json).toMatchObject({ loaded: false })

  const forced = await server.ask('PUT', '/contract', { document, force: true })
  expect(forced.json).toMatchObject({ loaded: true })
  expect((await server.ask('GET', '/contract')).json).toMatchObject({ number: 2, version: '2.0.0', actor: 'loopback' })
  expect((await server.ask('GET', '/contract/versions/2')).json.differences.length).toBeGreaterThan(0)
  expect(await post(server, '/orders', { amount: 1 })).toBe(404)
})
