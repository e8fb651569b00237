import { describe, expect, it } from 'vitest'
import { errorOf } from './support/error-of.ts'
import { openClient } from './support/open-client.ts'

describe('publishing', () => {
  it('[8.1] resolves with the position, and sends bytes as base64', async () => {
    const { api, network, server } = openClient()
    const results = Promise.all([
      api.channel('/a').publish({ n: 1 }),
      api.channel('/a').publish(new Uint8Array([0, 255]), { name: 'blob' }),
    ])
    await network.flush()
    expect(await results).toEqual([{ position: 'e1:1' }, { position: 'e1:2' }])
    expect(server.requests.filter(({ op }) => op === 'publish')).toEqual([
      { op: 'publish', id: expect.any(Number), channel: '/a', data: { n: 1 }, key: 'key-1' },
      { op: 'publish', id: expect.any(Number), channel: '/a', base64: 'AP8=', name: 'blob', key: 'key-2' },
    ])
  })

  it('[8.1] sends again what was not answered, in order, with the same key: published once', async () => {
    const { api, network, server } = openClient()
    await network.flush()
    const results = Promise.all([1, 2, 3].map((n) => api.channel('/a').publish(n)))
    // Two arrive; no reply comes back.
    for (let i = 0; i < 2; i++) server.connect({ send() {}, close() {} }).receive(network.socket.up.shift()!)
    network.socket.end(1006)
    await network.pass(5_000)
    expect(await results).toEqual([
      { position: 'e1:1', repeated: true },
      { position: 'e1:2', repeated: true },
      { position: 'e1:3' },
    ])
    expect(server.log('/a').entries.map(({ data }) => data)).toEqual([1, 2, 3])
  })

  it('queues 100 messages without a connection and refuses the newest beyond', async () => {
    const { api, network, server } = openClient()
    network.reachable = 'no'
    const results = Array.from({ length: 100 }, (_, n) => api.channel('/a').publish(n))
    await expect(api.channel('/a').publish('one more')).rejects.toMatchObject({ code: 'queue-full', retryable: true })
    network.reachable = 'yes'
    await network.pass(10_000)
    await Promise.all(results)
    expect(server.log('/a').entries.map(({ data }) => data)).toEqual(Array.from({ length: 100 }, (_, n) => n))
  })

  it('bounds the queue in bytes too, and makes room when a call is given up', async () => {
    const { api, network } = openClient({ maxQueuedBytes: 2_000 })
    network.reachable = 'no'
    const stop = new AbortController()
    const first = api.channel('/a').publish('x'.repeat(1_500), { signal: stop.signal })
    await expect(api.channel('/a').publish('x'.repeat(1_500))).rejects.toMatchObject({ code: 'queue-full' })
    stop.abort(new Error('never mind'))
    await expect(first).rejects.toThrow('never mind')
    void api
      .channel('/a')
      .publish('x'.repeat(1_500))
      .catch(() => {})
    await network.flush()
    api.close()
  })

  it('gives up in time, and says whether it was sent', async () => {
    const { api, network, server } = openClient()
    network.reachable = 'no'
    const unsent = errorOf(api.channel('/a').publish(1, { timeoutMs: 1_000 }))
    await network.pass(1_000)
    expect(await unsent).toMatchObject({
      code: 'timeout',
      message: 'Not answered in time: it was not sent',
    })
    network.reachable = 'yes'
    await network.pass(10_000)
    server.intercept = ({ op }) => (op === 'publish' ? 'silence' : undefined)
    const sent = errorOf(api.channel('/a').publish(1, { timeoutMs: 1_000 }))
    await network.pass(1_000)
    expect(await sent).toMatchObject({
      message: 'Not answered in time: it may have been published',
    })
  })

  it('does not repeat what was sent when the server has forgotten its key', async () => {
    const { api, network, server } = openClient()
    await network.flush()
    server.intercept = ({ op }) => (op === 'publish' ? 'silence' : undefined)
    const result = errorOf(api.channel('/a').publish(1, { timeoutMs: 3_600_000 }))
    await network.pass(1_000)
    network.reachable = 'no'
    network.socket.end(1006)
    await network.pass(300_000)
    network.reachable = 'yes'
    await network.pass(60_000)
    expect(await result).toMatchObject({
      code: 'outcome-unknown',
    })
    expect(server.requests.filter(({ op }) => op === 'publish')).toHaveLength(1)
  })

  it('refuses a message over the limit that the server announced, and keeps the connection', async () => {
    const { api, network } = openClient()
    await network.flush()
    await expect(api.channel('/a').publish('x'.repeat(70_000))).rejects.toMatchObject({ code: 'message-too-large' })
    expect(api.state.name).toBe('open')
  })

  it("[2.4] rejects with the server's problem", async () => {
    const { api, network, server } = openClient()
    const problem = {
      type: 'urn:hydrant:message-invalid',
      title: 't',
      status: 422,
      detail: 'd',
      code: 'message-invalid',
      errors: [{ pointer: '/a', expected: 'x', got: 'y' }],
    }
    server.intercept = ({ op }) => (op === 'publish' ? { error: problem } : undefined)
    const result = errorOf(api.channel('/a').publish(1))
    await network.flush()
    expect(await result).toMatchObject({
      code: 'message-invalid',
      retryable: false,
      errors: problem.errors,
      problem,
    })
  })
})

describe('asking', () => {
  it('[8.2] resolves with the reply and tells the server how long it waits', async () => {
    const { api, network, server } = openClient()
    const reply = api.request('/orders', { side: 'buy' }, { timeoutMs: 3_000, name: 'buy' })
    await network.flush()
    expect(await reply).toEqual({ asked: { side: 'buy' } })
    expect(server.requests).toContainEqual({
      op: 'request',
      id: expect.any(Number),
      channel: '/orders',
      data: { side: 'buy' },
      name: 'buy',
      timeoutMs: 3_000,
    })
  })

  it('never asks twice: a lost question is an error', async () => {
    const { api, network, server } = openClient()
    await network.flush()
    server.intercept = ({ op }) => (op === 'request' ? 'silence' : undefined)
    const reply = errorOf(api.request('/orders', 1))
    await network.flush()
    network.socket.end(1006)
    expect(await reply).toMatchObject({ code: 'connection-lost' })
    await network.pass(10_000)
    expect(server.requests.filter(({ op }) => op === 'request')).toHaveLength(1)
  })

  it('waits for a connection within its time', async () => {
    const { api, network } = openClient()
    network.reachable = 'no'
    const late = errorOf(api.request('/orders', 1, { timeoutMs: 500 }))
    const reply = api.request('/orders', 2, { timeoutMs: 60_000 })
    await network.pass(2_000)
    expect(await late).toMatchObject({ code: 'timeout' })
    network.reachable = 'yes'
    await network.pass(20_000)
    expect(await reply).toEqual({ asked: 2 })
  })
})
