import { describe, expect, it } from 'vitest'
import { dataOf, getJson, post, postJson, serve } from '../api.ts'

describe('GET of a channel', () => {
  it('is an empty page with a position before anything was published', async () => {
    await using api = await serve()
    const page = await getJson(`${api.url}/prices/AAPL`)
    expect(page).toEqual({
      channel: '/prices/AAPL',
      kind: 'stream',
      position: expect.stringMatching(/^[a-z0-9]+:0$/),
      messages: [],
    })
  })

  it('shows each message with position, time, name and data', async () => {
    await using api = await serve()
    const { position } = await postJson(`${api.url}/prices/AAPL`, { price: 1.5 })
    const page = await getJson(`${api.url}/prices/AAPL`)
    expect(page.position).toBe(position)
    expect(page.messages).toEqual([
      { position, time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/), name: 'trade', data: { price: 1.5 } },
    ])
    expect(Math.abs(Date.parse(page.messages[0]!.time) - Date.now())).toBeLessThan(10_000)
  })

  it('keeps the channels of one template apart', async () => {
    await using api = await serve()
    await postJson(`${api.url}/prices/AAPL`, { price: 1 })
    expect(dataOf(await getJson(`${api.url}/prices/MSFT`))).toEqual([])
  })

  it('with since gives what came after it, and says that nothing was lost', async () => {
    await using api = await serve()
    const first = await postJson(`${api.url}/prices/AAPL`, { price: 1 })
    await postJson(`${api.url}/prices/AAPL`, { price: 2 })
    const page = await getJson(`${api.url}/prices/AAPL?since=${first.position}`)
    expect(dataOf(page)).toEqual([{ price: 2 }])
    expect(page['recovered']).toBe(true)
  })

  it('with a limit leads through the pages by Link', async () => {
    await using api = await serve()
    const start = await getJson(`${api.url}/rows`)
    for (let i = 0; i < 7; i++) await postJson(`${api.url}/rows`, [i])
    const seen: unknown[] = []
    let next: string | undefined = `/rows?limit=3&since=${start.position}`
    while (next !== undefined) {
      const response = await fetch(api.url + next)
      seen.push(...dataOf((await response.json()) as never))
      next = /^<([^>]+)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1]
    }
    expect(seen).toEqual([[0], [1], [2], [3], [4], [5], [6]])
  })

  it('caps the limit at 300 messages', async () => {
    await using api = await serve()
    const lines = Array.from({ length: 400 }, (_, i) => `[${i}]`).join('\n')
    await post(`${api.url}/rows`, lines, { 'content-type': 'application/x-ndjson' })
    expect((await getJson(`${api.url}/rows`)).messages).toHaveLength(100)
    expect((await getJson(`${api.url}/rows?limit=299`)).messages).toHaveLength(299)
    expect((await getJson(`${api.url}/rows?limit=300`)).messages).toHaveLength(300)
    expect((await getJson(`${api.url}/rows?limit=1000000000`)).messages).toHaveLength(300)
  })

  it('of a trimmed history tells the exact gap', async () => {
    await using api = await serve()
    const first = await postJson(`${api.url}/short`, { n: 1 })
    for (let n = 2; n <= 6; n++) await postJson(`${api.url}/short`, { n })
    const page = await getJson(`${api.url}/short?since=${first.position}`)
    const epoch = first.position.split(':')[0]
    expect(page['recovered']).toBe(false)
    expect(page['gap']).toEqual({
      type: 'urn:hydrant:gap',
      title: 'Messages were lost',
      channel: '/short',
      from: first.position,
      to: `${epoch}:3`,
      missed: 2,
      reason: 'history-trimmed',
      recovered: false,
    })
    expect(dataOf(page)).toEqual([{ n: 4 }, { n: 5 }, { n: 6 }])
  })

  it('of a state gives the latest value of each key', async () => {
    await using api = await serve()
    for (const [symbol, bid] of [
      ['A', 1],
      ['B', 2],
      ['A', 3],
    ]) {
      await postJson(`${api.url}/quotes`, { symbol, bid })
    }
    expect(dataOf(await getJson(`${api.url}/quotes`))).toEqual([
      { symbol: 'B', bid: 2 },
      { symbol: 'A', bid: 3 },
    ])
  })

  it('shows text as a string, and binary as base64 that says so', async () => {
    await using api = await serve()
    await post(`${api.url}/words`, 'hé\n"quoted"', { 'content-type': 'text/plain' })
    await post(`${api.url}/blobs`, new Uint8Array([0, 255, 10]), { 'content-type': 'application/octet-stream' })
    expect(dataOf(await getJson(`${api.url}/words`))).toEqual(['hé\n"quoted"'])
    expect((await getJson(`${api.url}/blobs`)).messages).toEqual([
      { position: expect.any(String), time: expect.any(String), name: 'blob', data: 'AP8K', encoding: 'base64' },
    ])
  })

  it.each([
    ['since=nonsense', 'since'],
    ['limit=0', 'limit'],
    ['limit=-1', 'limit'],
    ['limit=1.5', 'limit'],
    ['wait=soon', 'wait'],
    ['as=root', 'as'],
  ])('refuses ?%s with 400 and names %s', async (query, name) => {
    await using api = await serve()
    const response = await fetch(`${api.url}/prices/AAPL?${query}`)
    expect(response.status).toBe(400)
    expect(response.headers.get('content-type')).toContain('application/problem+json')
    expect(await response.json()).toMatchObject({ code: 'bad-request', detail: expect.stringContaining(name) })
  })

  it('of an unknown address, or of a value that the contract does not know, is 404 and says which', async () => {
    await using api = await serve()
    const unknown = await fetch(`${api.url}/nothing/here`)
    expect([unknown.status, await unknown.json()]).toEqual([404, expect.objectContaining({ code: 'channel-unknown' })])
    const parameter = await fetch(`${api.url}/prices/NOSUCH`)
    expect(parameter.status).toBe(404)
    expect(await parameter.json()).toMatchObject({
      code: 'parameter-invalid',
      errors: [{ pointer: '/symbol', got: 'NOSUCH' }],
    })
  })

  it('shows the application what clients sent, and clients what the application sent', async () => {
    await using api = await serve()
    await postJson(`${api.url}/commands`, { do: 'stop' })
    await postJson(`${api.url}/commands`, { done: true })
    expect(dataOf(await getJson(`${api.url}/commands`))).toEqual([{ done: true }])
    expect(dataOf(await getJson(`${api.url}/commands?as=application`))).toEqual([{ do: 'stop' }, { done: true }])
    await postJson(`${api.url}/inbox`, { note: 'hi' })
    expect(dataOf(await getJson(`${api.url}/inbox`))).toEqual([{ note: 'hi' }])
  })
})

describe('long-poll', () => {
  it('is held back until a message comes', async () => {
    await using api = await serve()
    const { position } = await getJson(`${api.url}/prices/AAPL`)
    const polled = getJson(`${api.url}/prices/AAPL?since=${position}&wait=25`)
    await postJson(`${api.url}/prices/AAPL`, { price: 7 })
    expect(dataOf(await polled)).toEqual([{ price: 7 }])
  })

  it('answers at once when there is something to tell', async () => {
    await using api = await serve()
    const { position } = await getJson(`${api.url}/prices/AAPL`)
    await postJson(`${api.url}/prices/AAPL`, { price: 7 })
    expect(dataOf(await getJson(`${api.url}/prices/AAPL?since=${position}&wait=25`))).toEqual([{ price: 7 }])
  })

  it('answers an empty page when the time is over', async () => {
    await using api = await serve()
    const { position } = await getJson(`${api.url}/prices/AAPL`)
    const page = await getJson(`${api.url}/prices/AAPL?since=${position}&wait=1`)
    expect([page.position, page.messages, page['recovered']]).toEqual([position, [], true])
  })

  it('is answered when the server stops', async () => {
    const api = await serve()
    const { position } = await getJson(`${api.url}/prices/AAPL`)
    const polled = getJson(`${api.url}/prices/AAPL?since=${position}&wait=60`)
    // The poll holds a feed as soon as it waits.
    await new Promise((resolve) => setImmediate(resolve))
    await getJson(`${api.url}/prices/MSFT`)
    await api.hydrant.close()
    expect((await polled).messages).toEqual([])
  })
})
