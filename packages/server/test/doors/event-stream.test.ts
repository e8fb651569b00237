import { describe, expect, it } from 'vitest'
import { getJson, post, postJson, serve } from '../api.ts'
import { openEventStream } from '../event-stream-client.ts'
import { RawClient } from '../raw-client.ts'

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

  it('is framed in chunks for HTTP/1.1 only, however large a message is', async () => {
    await using api = await serve()
    using modern = await RawClient.open(api.port)
    using old = await RawClient.open(api.port)
    const head = 'Host: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n'
    modern.send(`GET /words HTTP/1.1\r\n${head}`)
    old.send(`GET /words HTTP/1.0\r\n${head}`)
    for (const client of [modern, old]) await client.until((text) => text.includes('retry: 2000\n\n'))
    // Together they are more than one write takes.
    const words = ['x', 'y'].map((letter) => letter.repeat(60_000))
    await Promise.all(words.map((word) => api.hydrant.publish('/words', word)))
    const events = words.map((word) => `event: word\ndata: ${word}\n\n`)
    const bodyOf = (text: string): string => text.slice(text.indexOf('\r\n\r\n') + 4)
    const plain = bodyOf(await old.until((text) => text.endsWith(events[1]!)))
    expect(plain.replaceAll(/id: .*\n/g, '')).toBe(`retry: 2000\n\n${events.join('')}`)
    const framed = await modern.until((text) => text.endsWith('y\n\n\r\n'))
    expect(framed).toContain('Transfer-Encoding: chunked')
    expect(unchunked(bodyOf(framed))).toBe(plain)
    await api.hydrant.close()
    expect((await modern.untilClosed()).endsWith('\r\n0\r\n\r\n')).toBe(true)
    expect(bodyOf(await old.untilClosed())).toMatch(/y\n\n(?:retry: \d+\n\n)?$/)
  })

  it('begins after the answers to what was asked before on the same connection', async () => {
    await using api = await serve()
    const { position } = await postJson(`${api.url}/prices/AAPL`, { price: 1 })
    using client = await RawClient.open(api.port)
    client.send(`GET /prices/AAPL?since=${position}&wait=25 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`)
    client.send('GET /quotes HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n')
    await postJson(`${api.url}/quotes`, { symbol: 'A', bid: 1 })
    expect(client.received).toBe('')
    await postJson(`${api.url}/prices/AAPL`, { price: 2 })
    const answers = (await client.until((text) => text.includes('"bid":1'))).split('HTTP/1.1 200 OK')
    expect(answers).toHaveLength(3)
    expect(answers[1]).toContain('{"price":2}')
    expect(answers[2]).toMatch(/text\/event-stream[^]*retry: 2000\n\n[^]*"bid":1/)
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

/** RFC 9112 §7.1, of whole chunks. */
function unchunked(text: string): string {
  let body = ''
  for (let rest = text; rest !== '';) {
    const head = /^([0-9a-f]+)\r\n/.exec(rest)
    if (head === null) throw new Error(`no chunk: ${rest.slice(0, 40)}`)
    const from = head[0].length
    const to = from + Number.parseInt(head[1]!, 16)
    if (rest.slice(to, to + 2) !== '\r\n') throw new Error('a chunk without its end')
    body += rest.slice(from, to)
    rest = rest.slice(to + 2)
  }
  return body
}
