import { describe, expect, it } from 'vitest'
import { getJson, post, postJson, serve } from '../api.ts'
import { openEventStream } from '../event-stream-client.ts'

describe('GET with Accept: text/event-stream', () => {
  it('sends each message with id, event and data', async () => {
    await using api = await serve()
    using stream = await openEventStream(`${api.url}/prices/AAPL`)
    expect(stream.contentType).toBe('text/event-stream')
    const { position } = await postJson(`${api.url}/prices/AAPL`, { price: 1 })
    expect(await stream.next()).toEqual({ id: position, event: 'trade', data: '{"price":1}' })
  })

  it('starts a stream now and a state with its snapshot', async () => {
    await using api = await serve()
    await postJson(`${api.url}/prices/AAPL`, { price: 1 })
    await postJson(`${api.url}/quotes`, { symbol: 'A', bid: 1 })
    using prices = await openEventStream(`${api.url}/prices/AAPL`)
    using quotes = await openEventStream(`${api.url}/quotes`)
    await postJson(`${api.url}/prices/AAPL`, { price: 2 })
    expect((await prices.next()).data).toBe('{"price":2}')
    expect((await quotes.next()).data).toBe('{"symbol":"A","bid":1}')
  })

  it('resumes with Last-Event-ID, which wins over since', async () => {
    await using api = await serve()
    const positions: string[] = []
    for (const price of [1, 2, 3]) positions.push((await postJson(`${api.url}/prices/AAPL`, { price })).position)
    using stream = await openEventStream(`${api.url}/prices/AAPL?since=${positions[0]}`, {
      'last-event-id': positions[1]!,
    })
    expect((await stream.next()).data).toBe('{"price":3}')
    using since = await openEventStream(`${api.url}/prices/AAPL?since=${positions[0]}`)
    expect((await since.next()).data).toBe('{"price":2}')
  })

  it('tells a gap as an event without an id', async () => {
    await using api = await serve()
    const first = await postJson(`${api.url}/short`, { n: 1 })
    for (let n = 2; n <= 6; n++) await postJson(`${api.url}/short`, { n })
    using stream = await openEventStream(`${api.url}/short?since=${first.position}`)
    const gap = await stream.next()
    expect([gap.id, gap.event, JSON.parse(gap.data)]).toEqual([
      undefined,
      'hydrant.gap',
      expect.objectContaining({ from: first.position, missed: 2 }),
    ])
    expect((await stream.next()).data).toBe('{"n":4}')
  })

  it('sends text with line breaks as it is, and bytes as base64 that says so', async () => {
    await using api = await serve()
    using words = await openEventStream(`${api.url}/words`)
    using blobs = await openEventStream(`${api.url}/blobs`)
    await post(`${api.url}/words`, 'one\ntwo\r\nthree', { 'content-type': 'text/plain' })
    await post(`${api.url}/blobs`, new Uint8Array([0, 255, 10]), { 'content-type': 'application/octet-stream' })
    expect((await words.next()).data).toBe('one\ntwo\nthree')
    expect(await blobs.next()).toMatchObject({ event: 'blob;base64', data: 'AP8K' })
  })

  it('opens with a retry hint and the position', async () => {
    await using api = await serve()
    using stream = await openEventStream(`${api.url}/prices/AAPL`)
    await postJson(`${api.url}/prices/AAPL`, { price: 1 })
    await stream.next()
    expect(stream.raw.startsWith('retry: 2000\n\n')).toBe(true)
    expect(stream.position).toMatch(/^[a-z0-9]+:0$/)
  })

  it('with envelope=true sends what a history page shows', async () => {
    await using api = await serve()
    using stream = await openEventStream(`${api.url}/prices/AAPL?envelope=true`)
    const { position } = await postJson(`${api.url}/prices/AAPL`, { price: 1 })
    const event = await stream.next()
    expect([event.id, event.event]).toEqual([position, 'trade'])
    expect([JSON.parse(event.data)]).toEqual((await getJson(`${api.url}/prices/AAPL`)).messages)
  })

  it('names a position to resume from when it was cut before the first message, but not for a snapshot', async () => {
    await using api = await serve()
    const { position } = await postJson(`${api.url}/prices/AAPL`, { price: 1 })
    await postJson(`${api.url}/prices/AAPL`, { price: 2 })
    await postJson(`${api.url}/quotes`, { symbol: 'A', bid: 1 })
    using resumed = await openEventStream(`${api.url}/prices/AAPL?since=${position}`)
    using snapshot = await openEventStream(`${api.url}/quotes`)
    expect([resumed.position, snapshot.position]).toEqual([position, null])
  })

  it('ends when the server stops', async () => {
    const api = await serve()
    using stream = await openEventStream(`${api.url}/prices/AAPL`)
    await api.hydrant.close()
    await expect(stream.ended).resolves.toBeUndefined()
  })

  it('is refused with a problem before anything is streamed', async () => {
    await using api = await serve()
    const response = await fetch(`${api.url}/prices/AAPL?since=x`, { headers: { accept: 'text/event-stream' } })
    expect([response.status, response.headers.get('content-type')]).toEqual([
      400,
      'application/problem+json; charset=utf-8',
    ])
  })
})
