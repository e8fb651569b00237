import { describe, expect, it } from 'vitest'
import { dataOf, getJson, post, postJson, serve } from '../api.ts'
import { openSocket } from '../socket-client.ts'
import { ConnectClient } from './connect-client.ts'

describe('/-/connect', () => {
  it('[1.1] selects hydrant.v1, and refuses who does not offer it', async () => {
    await using api = await serve()
    using client = await ConnectClient.open(api.wsUrl)
    expect(client.socket.protocol).toBe('hydrant.v1')
    await expect(openSocket(`${api.wsUrl}/-/connect`)).rejects.toMatchObject({ status: 400 })
    expect((await fetch(`${api.url}/-/connect`)).status).toBe(426)
  })

  it('[1.5] says hello first, with a session of 128 bits and the time', async () => {
    await using api = await serve({ limits: { maxMessageBytes: 1000 } })
    using client = await ConnectClient.open(api.wsUrl)
    await client.ask('ping')
    const hello = JSON.parse(client.texts[0]!) as Record<string, unknown>
    expect(hello).toEqual({
      push: 'hello',
      session: expect.stringMatching(/^[0-9a-f]{32}$/),
      time: expect.any(Number),
      limits: { channels: 128, messageBytes: 1000 },
    })
    expect(Math.abs((hello['time'] as number) - Date.now())).toBeLessThan(10_000)
  })

  it('[1.2] [2.6] binary, not JSON, and what is no request are strikes; the third closes with 3500', async () => {
    await using api = await serve()
    using client = await ConnectClient.open(api.wsUrl)
    client.socket.send('{"op":')
    expect(await client.until(({ push }) => push === 'error')).toMatchObject({ error: { code: 'malformed-message' } })
    client.socket.send(Buffer.from('{"op":"ping","id":1}'))
    expect(await client.until(({ push }) => push === 'error')).toMatchObject({ error: { code: 'malformed-message' } })
    expect((await client.ask('ping')).result).toEqual({ time: expect.any(Number) })
    client.socket.send('[]')
    expect(await client.closed).toBe(3500)
  })

  it('[1.4] [2.4] [2.5] an unknown operation or a bad field is an error of its request alone; unknown fields are ignored', async () => {
    await using api = await serve()
    using client = await ConnectClient.open(api.wsUrl)
    for (let i = 0; i < 5; i++) expect((await client.ask('nothing')).error?.code).toBe('operation-unknown')
    const { error } = await client.ask('subscribe', { channels: 'all' })
    expect([error?.code, error?.errors?.[0]?.pointer]).toEqual(['field-invalid', '/channels'])
    expect((await client.ask('ping', { unknown: 1 })).error).toBeUndefined()
  })

  it('[1.6] [2.1] [2.2] [2.3] answers requests that were sent without waiting, once each, in order', async () => {
    await using api = await serve()
    using client = await ConnectClient.open(api.wsUrl)
    const ids = [
      client.send('ping'),
      client.send('subscribe', { channels: [{ channel: '/prices/AAPL' }] }),
      client.send('publish', { channel: '/chat/lobby', data: { text: 'hi' } }),
      client.send('nothing'),
      client.send('unsubscribe', { channels: ['/prices/AAPL'] }),
      client.send('ping'),
    ]
    await client.until(({ id }) => id === ids.at(-1))
    const replied = client.texts
      .map((text) => (JSON.parse(text) as { id?: number }).id)
      .filter((id) => id !== undefined)
    expect(replied).toEqual(ids)
  })

  it('[8.3] ping tells the server’s clock', async () => {
    await using api = await serve()
    using client = await ConnectClient.open(api.wsUrl)
    const { result } = await client.ask('ping')
    expect(Math.abs((result!['time'] as number) - Date.now())).toBeLessThan(10_000)
  })

  it('[8.4] a server that asks for no token accepts any', async () => {
    await using api = await serve()
    using client = await ConnectClient.open(api.wsUrl)
    expect((await client.ask('authenticate', { token: 'any' })).result).toEqual({})
  })

  it('[9.3] closes with 1001 when the server stops, after what is queued', async () => {
    const api = await serve()
    using client = await ConnectClient.open(api.wsUrl)
    await client.subscribe('/prices/AAPL')
    await api.hydrant.publish('/prices/AAPL', { price: 1 })
    await api.hydrant.close()
    expect((await client.message()).d).toEqual({ price: 1 })
    expect(await client.closed).toBe(1001)
  })
})

describe('drain', () => {
  it('[9.2] [9.3] tells each client when to come back, then closes with 1012; nothing queued is lost', async () => {
    await using api = await serve()
    using client = await ConnectClient.open(api.wsUrl)
    using plain = await openSocket(`${api.wsUrl}/prices/AAPL`)
    await client.subscribe('/prices/AAPL')
    await api.hydrant.publish('/prices/AAPL', { price: 1 })
    const drained = api.hydrant.drain({ waitMs: 50, spreadMs: 100 })
    expect((await fetch(`${api.url}/-/ready`)).status).toBe(503)
    expect((await fetch(`${api.url}/-/live`)).status).toBe(200)
    expect((await fetch(`${api.url}/prices/AAPL`)).headers.get('retry-after')).toBe('5')
    expect((await client.message()).d).toEqual({ price: 1 })
    const { retryAfterMs } = await client.until(({ push }) => push === 'draining')
    expect(retryAfterMs).toBeGreaterThanOrEqual(0)
    expect(retryAfterMs).toBeLessThanOrEqual(100)
    expect([await client.closed, (await plain.closed).code]).toEqual([1012, 1012])
    await drained
  })
})

describe('subscribe', () => {
  it('[3.3] [4.1] [4.2] introduces the channel, then sends its messages', async () => {
    await using api = await serve()
    using client = await ConnectClient.open(api.wsUrl)
    const entry = await client.subscribe('/prices/AAPL')
    expect(entry).toEqual({
      channel: '/prices/AAPL',
      kind: 'stream',
      aliases: expect.any(Object),
      epoch: expect.any(String),
      time: expect.any(Number),
      head: 0,
    })
    expect(Object.values(entry['aliases'] as object)).toEqual(['trade'])
    const { position } = await postJson(`${api.url}/prices/AAPL`, { price: 1 })
    const message = await client.message()
    expect((entry['aliases'] as Record<string, string>)[message.c!]).toBe('trade')
    expect([`${String(entry['epoch'])}:${message.o}`, message.d]).toEqual([position, { price: 1 }])
    const time = (entry['time'] as number) + (message['t'] as number)
    expect(Math.abs(time - Date.now())).toBeLessThan(10_000)
  })

  it('[3.1] each channel of one request succeeds or fails alone', async () => {
    await using api = await serve()
    using client = await ConnectClient.open(api.wsUrl)
    const wanted = ['/prices/AAPL', '/nothing', '/prices/NOSUCH', '/inbox', '/quotes', '/prices/../x']
    const { result } = await client.ask('subscribe', { channels: wanted.map((channel) => ({ channel })) })
    expect(result!.channels!.map((each) => (each['error'] as { code: string } | undefined)?.code)).toEqual([
      undefined,
      'channel-unknown',
      'parameter-invalid',
      'wrong-direction',
      undefined,
      'field-invalid',
    ])
    const since = await client.subscribe('/prices/AAPL', { since: 'nonsense' })
    expect((since['error'] as { code: string }).code).toBe('field-invalid')
  })

  it('[3.2] without a position a stream starts now, a state with its snapshot', async () => {
    await using api = await serve()
    await postJson(`${api.url}/prices/AAPL`, { price: 1 })
    await postJson(`${api.url}/quotes`, [
      { symbol: 'A', bid: 1 },
      { symbol: 'A', bid: 2 },
      { symbol: 'B', bid: 3 },
    ])
    using client = await ConnectClient.open(api.wsUrl)
    await client.ask('subscribe', { channels: [{ channel: '/prices/AAPL' }, { channel: '/quotes' }] })
    await postJson(`${api.url}/prices/AAPL`, { price: 2 })
    expect(await client.payloads(3)).toEqual([{ symbol: 'A', bid: 2 }, { symbol: 'B', bid: 3 }, { price: 2 }])
  })

  it('[3.1] last gives the newest so many, then live', async () => {
    await using api = await serve()
    for (const price of [1, 2, 3]) await postJson(`${api.url}/prices/AAPL`, { price })
    using client = await ConnectClient.open(api.wsUrl)
    await client.subscribe('/prices/AAPL', { last: 2 })
    await postJson(`${api.url}/prices/AAPL`, { price: 4 })
    expect(await client.payloads(3)).toEqual([{ price: 2 }, { price: 3 }, { price: 4 }])
    using none = await ConnectClient.open(api.wsUrl)
    await none.subscribe('/prices/AAPL', { last: 0 })
    await postJson(`${api.url}/prices/AAPL`, { price: 5 })
    expect(await none.payloads(1)).toEqual([{ price: 5 }])
  })

  it('[3.3] [3.4] since resumes: the reply first, then everything after the position, then live', async () => {
    await using api = await serve()
    const { position } = await postJson(`${api.url}/prices/AAPL`, { price: 1 })
    await postJson(`${api.url}/prices/AAPL`, [{ price: 2 }, { price: 3 }])
    using client = await ConnectClient.open(api.wsUrl)
    const entry = await client.subscribe('/prices/AAPL', { since: position })
    expect([entry['recovered'], entry['gap'], entry['head']]).toEqual([true, undefined, 3])
    await postJson(`${api.url}/prices/AAPL`, { price: 4 })
    expect(await client.payloads(3)).toEqual([{ price: 2 }, { price: 3 }, { price: 4 }])
  })

  it('[3.3] what cannot be recovered is said in the reply, exactly, and the rest follows', async () => {
    await using api = await serve()
    const { position } = await postJson(`${api.url}/short`, { n: 1 })
    for (let n = 2; n <= 6; n++) await postJson(`${api.url}/short`, { n })
    using client = await ConnectClient.open(api.wsUrl)
    const entry = await client.subscribe('/short', { since: position })
    const epoch = position.split(':')[0]
    expect([entry['recovered'], entry['gap']]).toEqual([
      false,
      { from: position, to: `${epoch}:3`, missed: 2, reason: 'history-trimmed' },
    ])
    expect(await client.payloads(3)).toEqual([{ n: 4 }, { n: 5 }, { n: 6 }])
    const other = await client.subscribe('/short', { since: 'formerlife:9' })
    expect(other['gap']).toMatchObject({ from: 'formerlife:9', reason: 'epoch-changed' })
    expect(await client.payloads(3)).toEqual([{ n: 4 }, { n: 5 }, { n: 6 }])
  })

  it('[3.5] again goes on where it was: nothing missed, nothing twice', async () => {
    await using api = await serve()
    using client = await ConnectClient.open(api.wsUrl)
    await client.subscribe('/rows')
    let n = 0
    const publish = (): Promise<unknown> => api.hydrant.publish('/rows', [n++])
    for (let round = 0; round < 20; round++) {
      await publish()
      client.send('subscribe', { channels: [{ channel: '/rows', ...(round % 3 === 0 ? { rate: 1000 } : {}) }] })
      await publish()
      if (round % 2 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    expect(await client.payloads(n)).toEqual(Array.from({ length: n }, (_, i) => [i]))
  })

  it('[3.7] 128 subscriptions fit on a connection, the next is refused, and a freed place is used', async () => {
    await using api = await serve()
    using client = await ConnectClient.open(api.wsUrl)
    const channels = Array.from({ length: 128 }, (_, i) => ({ channel: `/chat/${i}` }))
    const { result } = await client.ask('subscribe', { channels })
    expect(result!.channels!.filter((each) => 'error' in each)).toEqual([])
    const refused = await client.subscribe('/quotes')
    expect((refused['error'] as { code: string }).code).toBe('too-many-channels')
    expect(await client.subscribe('/chat/5')).toHaveProperty('aliases')
    await client.ask('unsubscribe', { channels: ['/chat/7'] })
    expect(await client.subscribe('/quotes')).toHaveProperty('aliases')
  })

  it('[3.9] head may be what this client is not shown: nothing comes from there, and it can be resumed from', async () => {
    await using api = await serve()
    await postJson(`${api.url}/commands`, { do: 'stop' })
    using client = await ConnectClient.open(api.wsUrl)
    const { epoch, head } = (await client.subscribe('/commands', { last: 300 })) as { epoch: string; head: number }
    expect(head).toBe(1)
    await postJson(`${api.url}/commands`, { done: true })
    expect(await client.until(({ c }) => c !== undefined)).toMatchObject({ o: 2, d: { done: true } })
    using other = await ConnectClient.open(api.wsUrl)
    expect(await other.subscribe('/commands', { since: `${epoch}:${head}` })).toMatchObject({ recovered: true })
    expect(await other.until(({ c }) => c !== undefined)).toMatchObject({ o: 2 })
  })

  it('[4.4] [4.5] a message costs at most 40 bytes beyond its payload', async () => {
    await using api = await serve()
    using client = await ConnectClient.open(api.wsUrl)
    await client.subscribe('/prices/AAPL')
    const payload = JSON.stringify({ price: 187.25 })
    for (let i = 0; i < 50; i++) await post(`${api.url}/prices/AAPL`, payload)
    for (let i = 0; i < 50; i++) await client.message()
    const messages = client.texts.filter((text) => text.startsWith('{"c":'))
    const overhead = Math.max(...messages.map((text) => Buffer.byteLength(text) - payload.length))
    expect(messages).toHaveLength(50)
    expect(overhead).toBeLessThanOrEqual(40)
    // The widest that the rule speaks of.
    expect('{"c":9999,"o":9999999,"t":9999999,"d":}'.length).toBeLessThanOrEqual(40)
  })

  it('[4.1] carries text as a string and bytes as base64', async () => {
    await using api = await serve()
    using client = await ConnectClient.open(api.wsUrl)
    await client.ask('subscribe', { channels: [{ channel: '/words' }, { channel: '/blobs' }] })
    await post(`${api.url}/words`, 'a "b"\n', { 'content-type': 'text/plain' })
    expect(await client.message()).toMatchObject({ d: 'a "b"\n' })
    await post(`${api.url}/blobs`, new Uint8Array([0, 255]), { 'content-type': 'application/octet-stream' })
    expect(await client.message()).toMatchObject({ b: 'AP8=' })
  })

  it('shares compressed frames with those who agreed to permessage-deflate', async () => {
    await using api = await serve({ deflate: true })
    using client = await ConnectClient.open(api.wsUrl, { perMessageDeflate: true })
    await client.subscribe('/short')
    const text = 'repeat '.repeat(1000)
    await postJson(`${api.url}/short`, { text })
    expect((await client.message()).d).toEqual({ text })
  })

  it('[6.1] [6.2] a reader that fell behind is told its gap and stays subscribed', async () => {
    await using api = await serve({ limits: { maxOutboxBytes: 50_000 } })
    using client = await ConnectClient.open(api.wsUrl)
    await client.subscribe('/short')
    client.socket.pause()
    const text = 'x'.repeat(40_000)
    for (let n = 0; n < 200; n++) {
      await api.hydrant.publish('/short', { n, text })
      if (n % 10 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    client.socket.resume()
    const gap = await client.until(({ push }) => push === 'gap')
    expect(gap).toMatchObject({ channel: '/short', reason: 'slow-consumer' })
    const last = await client.until(({ d }) => (d as { n?: number } | undefined)?.n === 199)
    const seen = client.texts.map(
      (each) => JSON.parse(each) as { o?: number; push?: string; from?: string; to?: string },
    )
    expectUnbroken(seen, last.o!)
  })
})

/** Every offset from 1 to the last one came once, or lies in a gap. */
function expectUnbroken(
  seen: readonly { o?: number; push?: string; from?: string; to?: string }[],
  last: number,
): void {
  let next = 1
  for (const { o, push, from, to } of seen) {
    if (push === 'gap') {
      expect(Number(from!.split(':')[1])).toBe(next - 1)
      next = Number(to!.split(':')[1]) + 1
    } else if (o !== undefined) {
      expect(o).toBe(next)
      next++
    }
  }
  expect(next).toBe(last + 1)
}

describe('unsubscribe', () => {
  it('[5.1] nothing comes after the reply; unknown channels are no error', async () => {
    await using api = await serve()
    using client = await ConnectClient.open(api.wsUrl)
    await client.subscribe('/prices/AAPL')
    expect((await client.ask('unsubscribe', { channels: ['/prices/AAPL', '/nothing', '/quotes'] })).result).toEqual({})
    await postJson(`${api.url}/prices/AAPL`, { price: 1 })
    await client.ask('ping')
    expect(client.texts.filter((text) => text.startsWith('{"c":'))).toEqual([])
  })
})

describe('hoses', () => {
  const publishQuotes = async (api: Awaited<ReturnType<typeof serve>>, count: number): Promise<void> => {
    for (let bid = 1; bid <= count; bid++) {
      for (const symbol of ['A', 'B']) await api.hydrant.publish('/quotes', { symbol, bid })
      if (bid % 10 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
  }

  it('[3.6] rate with conflate sends the newest of each value, at most so often', async () => {
    await using api = await serve()
    using client = await ConnectClient.open(api.wsUrl)
    await client.subscribe('/quotes', { rate: 5, conflate: 'symbol' })
    const begun = performance.now()
    await publishQuotes(api, 500)
    const last = { symbol: 'B', bid: 500 }
    await client.until(({ d }) => JSON.stringify(d) === JSON.stringify(last))
    const messages = client.texts.filter((text) => text.startsWith('{"c":'))
    const sendings = 1 + Math.ceil(((performance.now() - begun) / 1000) * 5)
    expect(messages.length).toBeLessThanOrEqual(2 * sendings)
    expect(messages.some((text) => text.includes('"symbol":"A","bid":500'))).toBe(true)
  })

  it('[3.6] rate alone drops nothing', async () => {
    await using api = await serve()
    using client = await ConnectClient.open(api.wsUrl)
    await client.subscribe('/rows', { rate: 20 })
    for (let i = 0; i < 300; i++) await api.hydrant.publish('/rows', [i])
    expect(await client.payloads(300)).toEqual(Array.from({ length: 300 }, (_, i) => [i]))
  })
})

describe('publish', () => {
  it('[8.1] answers the position, and delivers to who is subscribed', async () => {
    await using api = await serve()
    using client = await ConnectClient.open(api.wsUrl)
    await client.subscribe('/chat/lobby')
    const { result } = await client.ask('publish', { channel: '/chat/lobby', data: { text: 'hi' } })
    expect((await client.message()).d).toEqual({ text: 'hi' })
    expect((await getJson(`${api.url}/chat/lobby`)).position).toBe(result!['position'])
  })

  it('[8.1] with a key publishes once and says so', async () => {
    await using api = await serve()
    using client = await ConnectClient.open(api.wsUrl)
    const say = (text: string) => client.ask('publish', { channel: '/chat/lobby', data: { text }, key: 'k' })
    const first = await say('hi')
    expect((await say('hi')).result).toEqual({ ...first.result, repeated: true })
    expect((await say('other')).error?.code).toBe('idempotency-key-reused')
    expect(dataOf(await getJson(`${api.url}/chat/lobby`))).toEqual([{ text: 'hi' }])
  })

  it.each([
    ['/prices/AAPL', { data: { price: 1 } }, 'wrong-direction'],
    ['/chat/lobby', { data: { text: 5 } }, 'message-invalid'],
    ['/chat/lobby', { base64: 'AAAA' }, 'unsupported-media-type'],
    ['/nothing', { data: {} }, 'channel-unknown'],
    ['/prices/NOSUCH', { data: {} }, 'parameter-invalid'],
  ])('to %s of %j fails with %s, and only that request', async (channel, fields, code) => {
    await using api = await serve()
    using client = await ConnectClient.open(api.wsUrl)
    expect((await client.ask('publish', { channel, ...fields })).error?.code).toBe(code)
    expect((await client.ask('ping')).error).toBeUndefined()
  })
})
