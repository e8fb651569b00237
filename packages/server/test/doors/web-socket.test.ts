import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { dataOf, getJson, post, postJson, serve } from '../api.ts'
import { HandshakeRefused, openSocket, type SocketClient } from '../socket-client.ts'

describe('upgrade of a channel', () => {
  it('gives the bare payloads', async () => {
    await using api = await serve()
    using client = await openSocket(`${api.wsUrl}/prices/AAPL`)
    await postJson(`${api.url}/prices/AAPL`, { price: 1 })
    await postJson(`${api.url}/prices/MSFT`, { price: 9 })
    await postJson(`${api.url}/prices/AAPL`, { price: 2 })
    expect([await client.next(), await client.next()]).toEqual(['{"price":1}', '{"price":2}'])
  })

  it('tells in the 101 where it starts, and resumes with since: nothing missed, nothing twice', async () => {
    await using api = await serve()
    await postJson(`${api.url}/prices/AAPL`, { price: 0 })
    const first = await openSocket(`${api.wsUrl}/prices/AAPL`)
    expect(first.position).toBe((await getJson(`${api.url}/prices/AAPL`)).position)
    const { position } = await postJson(`${api.url}/prices/AAPL`, { price: 1 })
    expect(await first.next()).toBe('{"price":1}')
    first.socket.terminate()
    await first.closed

    for (const price of [2, 3]) await postJson(`${api.url}/prices/AAPL`, { price })
    using second = await openSocket(`${api.wsUrl}/prices/AAPL?since=${position}`)
    await postJson(`${api.url}/prices/AAPL`, { price: 4 })
    const seen = [await second.next(), await second.next(), await second.next()]
    expect(seen).toEqual(['{"price":2}', '{"price":3}', '{"price":4}'])
  })

  it('with envelope=true wraps each message as a history page does', async () => {
    await using api = await serve()
    using client = await openSocket(`${api.wsUrl}/prices/AAPL?envelope=true`)
    await postJson(`${api.url}/prices/AAPL`, { price: 1 })
    const { messages } = await getJson(`${api.url}/prices/AAPL`)
    expect(await client.nextJson()).toEqual(messages[0])
  })

  it('of a state starts with the snapshot', async () => {
    await using api = await serve()
    for (const [symbol, bid] of [
      ['A', 1],
      ['A', 2],
      ['B', 3],
    ]) {
      await postJson(`${api.url}/quotes`, { symbol, bid })
    }
    using client = await openSocket(`${api.wsUrl}/quotes`)
    expect([await client.next(), await client.next()]).toEqual(['{"symbol":"A","bid":2}', '{"symbol":"B","bid":3}'])
  })

  it('tells a gap as an object that no payload is', async () => {
    await using api = await serve()
    const first = await postJson(`${api.url}/short`, { n: 1 })
    for (let n = 2; n <= 6; n++) await postJson(`${api.url}/short`, { n })
    using client = await openSocket(`${api.wsUrl}/short?since=${first.position}`)
    expect(await client.nextJson()).toMatchObject({ type: 'urn:hydrant:gap', missed: 2, recovered: false })
    expect(await client.next()).toBe('{"n":4}')
  })

  it('sends text as text and bytes as binary frames', async () => {
    await using api = await serve()
    using words = await openSocket(`${api.wsUrl}/words`)
    using blobs = await openSocket(`${api.wsUrl}/blobs`)
    await post(`${api.url}/words`, 'not "json"', { 'content-type': 'text/plain' })
    await post(`${api.url}/blobs`, new Uint8Array([0, 255]), { 'content-type': 'application/octet-stream' })
    expect(await words.next()).toBe('not "json"')
    expect(await blobs.next()).toEqual(Buffer.from([0, 255]))
  })

  it('negotiates permessage-deflate only when the server was started with it, and then compresses', async () => {
    await using plain = await serve()
    await using deflating = await serve({ deflate: true })
    using without = await openSocket(`${plain.wsUrl}/short`, { perMessageDeflate: true })
    using compressed = await openSocket(`${deflating.wsUrl}/short`, { perMessageDeflate: true })
    expect([without.socket.extensions, compressed.socket.extensions]).toEqual(['', 'permessage-deflate'])
    const text = JSON.stringify({ text: 'repeat '.repeat(1000) })
    const before = bytesRead(compressed)
    await post(`${deflating.url}/short`, text)
    expect(await compressed.next()).toBe(text)
    expect(bytesRead(compressed) - before).toBeLessThan(text.length / 10)
    compressed.socket.send(JSON.stringify({ text: 'again '.repeat(1000) }))
    expect(await compressed.next()).toContain('again')
    using enveloped = await openSocket(`${deflating.wsUrl}/short?envelope=true&since=${compressed.position}`, {
      perMessageDeflate: true,
    })
    expect(await enveloped.nextJson()).toMatchObject({ data: { text: 'repeat '.repeat(1000) } })
    using small = await openSocket(`${deflating.wsUrl}/short?since=${compressed.position}`, {
      perMessageDeflate: { serverMaxWindowBits: 10 },
    })
    expect(await small.next()).toBe(text)
  })
})

/** Bytes that came over the wire. */
function bytesRead({ socket }: SocketClient): number {
  return (socket as unknown as { _socket: Socket })._socket.bytesRead
}

describe('frames from a client', () => {
  it('are published when the contract receives them, and come back to whoever is subscribed', async () => {
    await using api = await serve()
    using ann = await openSocket(`${api.wsUrl}/chat/lobby`)
    using bob = await openSocket(`${api.wsUrl}/chat/lobby`)
    ann.socket.send('{"text":"hi"}')
    expect([await ann.next(), await bob.next()]).toEqual(['{"text":"hi"}', '{"text":"hi"}'])
    expect(dataOf(await getJson(`${api.url}/chat/lobby`))).toEqual([{ text: 'hi' }])
  })

  it('keep their order', async () => {
    await using api = await serve({ limits: { messagesPerSecond: 0 } })
    using client = await openSocket(`${api.wsUrl}/chat/lobby`)
    for (let i = 0; i < 200; i++) client.socket.send(`{"text":"${i}"}`)
    for (let i = 0; i < 200; i++) expect(await client.next()).toBe(`{"text":"${i}"}`)
  })

  it('against the direction get the 403 object, and the connection stays open', async () => {
    await using api = await serve()
    using client = await openSocket(`${api.wsUrl}/prices/AAPL`)
    client.socket.send('{"price":1}')
    expect(await client.nextJson()).toMatchObject({
      type: 'urn:hydrant:wrong-direction',
      status: 403,
      code: 'wrong-direction',
      instance: '/prices/AAPL',
    })
    await postJson(`${api.url}/prices/AAPL`, { price: 2 })
    expect(await client.next()).toBe('{"price":2}')
    expect(dataOf(await getJson(`${api.url}/prices/AAPL`))).toEqual([{ price: 2 }])
  })

  it('of the other direction on a channel with both get the 403 object', async () => {
    await using api = await serve()
    using client = await openSocket(`${api.wsUrl}/commands`)
    client.socket.send('{"done":true}')
    expect(await client.nextJson()).toMatchObject({ status: 403, message: 'done' })
  })

  it('that are not valid get the same object as over HTTP', async () => {
    await using api = await serve()
    using client = await openSocket(`${api.wsUrl}/chat/lobby`)
    client.socket.send('{"text":5}')
    const overHttp = await (await post(`${api.url}/chat/lobby`, '{"text":5}')).json()
    expect(await client.nextJson()).toEqual(overHttp)
    client.socket.send('{"text":')
    expect(await client.nextJson()).toMatchObject({ status: 400, code: 'malformed-json' })
    client.socket.send(Buffer.from([1, 2]))
    expect(await client.nextJson()).toMatchObject({ status: 415, code: 'unsupported-media-type' })
    client.socket.send('{"text":"still here"}')
    expect(await client.next()).toBe('{"text":"still here"}')
  })

  it('as the application may publish what the channel sends', async () => {
    await using api = await serve()
    using backend = await openSocket(`${api.wsUrl}/prices/AAPL?as=application`)
    backend.socket.send('{"price":5}')
    expect(await backend.next()).toBe('{"price":5}')
  })

  it('over the limit close the connection with 1009; at the limit they pass', async () => {
    await using api = await serve({ limits: { maxMessageBytes: 1000 } })
    using client = await openSocket(`${api.wsUrl}/chat/lobby`)
    const ofSize = (bytes: number): string => JSON.stringify({ text: 'x'.repeat(bytes - '{"text":""}'.length) })
    for (const bytes of [999, 1000]) {
      client.socket.send(ofSize(bytes))
      expect(await client.next()).toHaveLength(bytes)
    }
    client.socket.send(ofSize(1001))
    expect((await client.closed).code).toBe(1009)
    expect(dataOf(await getJson(`${api.url}/chat/lobby`))).toHaveLength(2)
  })

  it('on a channel that sends nothing to clients are taken, and nothing comes back', async () => {
    await using api = await serve()
    using client = await openSocket(`${api.wsUrl}/inbox`)
    client.socket.send('{"note":"a"}')
    client.socket.send('nonsense')
    expect(await client.nextJson()).toMatchObject({ code: 'malformed-json' })
    expect(dataOf(await getJson(`${api.url}/inbox`))).toEqual([{ note: 'a' }])
  })
})

describe('an upgrade is refused, with problem details,', () => {
  const refusal = async (url: string, headers: Record<string, string> = {}): Promise<HandshakeRefused> => {
    try {
      using client = await openSocket(url, { headers })
      throw new Error(`opened ${client.socket.url}`)
    } catch (error) {
      if (error instanceof HandshakeRefused) return error
      throw error
    }
  }

  it('for an unknown address or parameter value: 404', async () => {
    await using api = await serve()
    expect((await refusal(`${api.wsUrl}/nothing`)).status).toBe(404)
    const refused = await refusal(`${api.wsUrl}/prices/NOSUCH`)
    expect([refused.status, JSON.parse(refused.body)]).toEqual([
      404,
      expect.objectContaining({ code: 'parameter-invalid' }),
    ])
  })

  it('for a query that does not fit the ws binding: 400', async () => {
    await using api = await serve()
    for (const query of ['', '?depth=eleven', '?depth=11']) {
      expect((await refusal(`${api.wsUrl}/guarded${query}`)).status).toBe(400)
    }
    using client = await openSocket(`${api.wsUrl}/guarded?depth=10`)
    expect(client.socket.readyState).toBe(client.socket.OPEN)
  })

  it('[D01] for a foreign origin: 403; the own and the listed ones pass', async () => {
    await using api = await serve({ allowedOrigins: ['https://app.example.com'] })
    const foreign = [
      'https://evil.test',
      'null',
      'https://app.example.com.evil',
      'http://app.example.com',
      'https://app.example.com:8443',
      `https://127.0.0.1:${api.port}`,
      `http://127.0.0.1:${api.port + 1}`,
    ]
    for (const origin of foreign) {
      expect((await refusal(`${api.wsUrl}/prices/AAPL`, { origin })).status, origin).toBe(403)
      expect((await post(`${api.url}/prices/AAPL`, { price: 1 }, { origin })).status, origin).toBe(403)
    }
    for (const origin of ['https://app.example.com', api.url]) {
      using client = await openSocket(`${api.wsUrl}/prices/AAPL`, { headers: { origin } })
      expect(client.socket.readyState).toBe(client.socket.OPEN)
    }
  })

  it('for a name that was pointed here by a stranger (DNS rebinding): 403', async () => {
    await using api = await serve()
    const host = `evil.test:${api.port}`
    expect((await refusal(`${api.wsUrl}/prices/AAPL`, { host, origin: `http://${host}` })).status).toBe(403)
  })
})

describe('when the server stops', () => {
  it('what is queued is sent first, then 1001', async () => {
    const api = await serve()
    using client = await openSocket(`${api.wsUrl}/prices/AAPL`)
    await api.hydrant.publish('/prices/AAPL', { price: 1 })
    await api.hydrant.close()
    expect(await client.next()).toBe('{"price":1}')
    expect((await client.closed).code).toBe(1001)
  })
})
