import { describe, expect, it } from 'vitest'
import { post, serve } from '../../api.ts'
import { ConnectClient, type Said } from '../../connect/connect-client.ts'
import { clientFrame, handshake, RawClient } from '../../raw-client.ts'
import { openSocket } from '../../socket-client.ts'
import { MovedClock } from '../moved-clock.ts'
import { BACKEND, bearer, caller, serveSecured } from '../secured-api.ts'

/** So slow that nothing is let in again while a test runs. */
const FIVE = { messagesPerSecond: 0.01, messageBurst: 5 }

describe('[C09] the rate of messages', () => {
  it('[2.7] on hydrant.v1 the request above it fails with rate-limited, in its turn, and says when', async () => {
    await using api = await serve({ limits: FIVE })
    using client = await ConnectClient.open(api.wsUrl)
    const ids = Array.from({ length: 6 }, () => client.send('ping'))
    await client.until(({ id }) => id === ids[5])
    const replies = client.texts.map((text) => JSON.parse(text) as Said).filter(({ id }) => id !== undefined)
    expect(replies.map(({ id }) => id)).toEqual(ids)
    expect(replies.map(({ error }) => error?.code)).toEqual([...Array(5).fill(undefined), 'rate-limited'])
    const { retryAfterMs, status } = replies[5]!.error as unknown as { retryAfterMs: number; status: number }
    expect(status).toBe(429)
    expect(retryAfterMs).toBeGreaterThan(90_000)
    expect(retryAfterMs).toBeLessThanOrEqual(100_000)
    expect(api.hits('message-rate')).toBe(1)
  })

  it('[2.7] who waits as long as it was told is let in', async () => {
    const clock = new MovedClock()
    await using api = await serve({ clock, limits: { messagesPerSecond: 20, messageBurst: 2 } })
    using client = await ConnectClient.open(api.wsUrl)
    await client.ask('ping')
    await client.ask('ping')
    const { error } = await client.ask('ping')
    const { retryAfterMs } = error as unknown as { retryAfterMs: number }
    expect(retryAfterMs).toBe(50)
    clock.advance(49)
    expect((await client.ask('ping')).error?.code).toBe('rate-limited')
    clock.advance(1)
    expect((await client.ask('ping')).error).toBeUndefined()
  })

  it('[2.7] who goes on regardless is closed with 1008', async () => {
    await using api = await serve({ limits: FIVE })
    using client = await ConnectClient.open(api.wsUrl)
    for (let i = 0; i < 5 + 5 + 1; i++) client.send('ping')
    expect(await client.closed).toBe(1008)
    // Five were refused with an answer; the sixth refusal was the end.
    expect(client.texts.filter((text) => text.includes('rate-limited'))).toHaveLength(5)
    expect(api.hits('message-rate')).toBe(6)
  })

  it('on a one-channel socket the frame above it is answered with the problem, and not published', async () => {
    await using api = await serve({ limits: FIVE })
    using client = await openSocket(`${api.wsUrl}/chat/lobby`)
    for (let i = 0; i < 6; i++) client.socket.send(`{"text":"${i}"}`)
    const frames = await Promise.all(Array.from({ length: 6 }, () => client.nextJson()))
    expect(frames.filter(({ text }) => text !== undefined)).toHaveLength(5)
    expect(frames.find(({ code }) => code !== undefined)).toMatchObject({ code: 'rate-limited', status: 429 })
  })

  it('the application has none', async () => {
    await using api = await serve({ limits: FIVE })
    using client = await openSocket(`${api.wsUrl}/chat/lobby?as=application`)
    for (let i = 0; i < 50; i++) client.socket.send(`{"text":"${i}"}`)
    for (let i = 0; i < 50; i++) expect(await client.nextJson()).toEqual({ text: String(i) })
  })

  it('off is off', async () => {
    await using api = await serve({ limits: { messagesPerSecond: 0, messageBurst: 1, bytesPerSecond: 0 } })
    using client = await ConnectClient.open(api.wsUrl)
    const ids = Array.from({ length: 500 }, () => client.send('ping'))
    expect((await client.until(({ id }) => id === ids.at(-1))).error).toBeUndefined()
  })
})

describe('over HTTP', () => {
  it('a client has one budget for all its connections, and the answer says when', async () => {
    await using api = await serveSecured({ limits: FIVE })
    const send = (id: string, body: unknown = { order: 1 }): Promise<Response> =>
      post(`${api.url}/orders`, body, { ...bearer(caller(id)), connection: 'close' })
    for (let i = 0; i < 5; i++) expect((await send('ann')).status).toBe(201)
    const refused = await send('ann')
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(90)
    expect(await refused.json()).toMatchObject({ code: 'rate-limited', retryAfterMs: expect.any(Number) as number })
    expect((await send('bob', [1, 2, 3, 4, 5])).status).toBe(201)
    expect((await send('bob')).status).toBe(429)
    expect(api.hits('message-rate')).toBe(2)
  })

  it('the application has none', async () => {
    await using api = await serveSecured({ limits: FIVE })
    for (let i = 0; i < 20; i++) {
      expect((await post(`${api.url}/orders`, { order: i }, bearer(BACKEND))).status).toBe(201)
    }
  })
})

describe('on hydrant.v1', () => {
  it('a backend that says who it is has no limit from then on', async () => {
    await using api = await serveSecured({ limits: FIVE })
    using client = await ConnectClient.open(api.wsUrl)
    await client.ask('authenticate', { token: BACKEND })
    const ids = Array.from({ length: 50 }, () => client.send('ping'))
    expect((await client.until(({ id }) => id === ids.at(-1))).error).toBeUndefined()
  })
})

describe('the rate of bytes', () => {
  it('is kept by reading no faster: everything comes, later, and the connection lives', async () => {
    // 2 x 20,000 bytes at once, then 40,000 a second.
    await using api = await serve({
      limits: { bytesPerSecond: 40_000, maxMessageBytes: 20_000, messagesPerSecond: 0, pongTimeoutMs: 200 },
    })
    using client = await RawClient.open(api.port)
    client.send(handshake('/inbox'))
    await client.until((received) => received.includes('\r\n\r\n'))
    const frame = clientFrame(1, JSON.stringify({ note: 'x'.repeat(9_980) }))
    const since = performance.now()
    for (let i = 0; i < 16; i++) client.send(frame)
    client.send(clientFrame(9, 'still here'))
    await client.until((received) => received.includes('still here'))
    expect(client.isClosed).toBe(false)
    // 160 kB, of which at most 80 kB and one read of 64 KiB need no waiting.
    expect(performance.now() - since).toBeGreaterThan(300)
    expect(api.hits('byte-rate')).toBeGreaterThan(0)
  })
})
