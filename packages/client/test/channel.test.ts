import { describe, expect, it } from 'vitest'
import type { PresenceChange } from '../src/index.ts'
import { concreteAddress } from '../src/address.ts'
import { errorOf } from './support/error-of.ts'
import { openClient } from './support/open-client.ts'

describe('a channel', () => {
  it('has one subscription at the server, however many listen, and none when nobody does', async () => {
    const { api, network, server } = openClient()
    const seen: unknown[] = []
    const one = api.channel('/a').subscribe((data) => seen.push(['one', data]))
    using two = api.channel('/{x}', { x: 'a' }).subscribe((data) => seen.push(['two', data]))
    await network.flush()
    server.publish('/a', 1)
    await network.flush()
    one.unsubscribe()
    server.publish('/a', 2)
    await network.flush()
    two.unsubscribe()
    await network.flush()
    expect(seen).toEqual([
      ['one', 1],
      ['two', 1],
      ['two', 2],
    ])
    expect(server.requests.filter(({ op }) => op !== 'ping').map(({ op }) => op)).toEqual(['subscribe', 'unsubscribe'])
  })

  it('[3.2] gives a listener that comes later the whole state, and the others nothing twice', async () => {
    const { api, network, server } = openClient()
    server.log('/s', 'state')
    for (const [key, n] of [
      ['x', 1],
      ['y', 2],
      ['x', 3],
    ])
      server.publish('/s', { key, n })
    const first: unknown[] = []
    const second: unknown[] = []
    api.channel('/s').subscribe((data) => first.push((data as { n: number }).n))
    await network.flush()
    api.channel('/s').subscribe((data) => second.push((data as { n: number }).n))
    await network.flush()
    server.publish('/s', { key: 'y', n: 4 })
    await network.flush()
    expect([first, second]).toEqual([
      [2, 3, 4],
      [2, 3, 4],
    ])
  })

  it('[3.5] asks for the widest hose that its listeners want, and changes it as they come and go', async () => {
    const { api, network, server } = openClient()
    const channel = api.channel('/a')
    channel.subscribe(() => {}, { rate: 5, conflate: 'symbol' })
    await network.flush()
    const fast = channel.subscribe(() => {}, { rate: 20, conflate: 'symbol' })
    await network.flush()
    const all = channel.subscribe(() => {})
    await network.flush()
    all.unsubscribe()
    fast.unsubscribe()
    await network.flush()
    const asked = server.requests.flatMap((request) => (request.op === 'subscribe' ? request.channels : []))
    expect(asked).toEqual([
      { channel: '/a', rate: 5, conflate: 'symbol' },
      { channel: '/a', rate: 20, conflate: 'symbol' },
      { channel: '/a' },
      { channel: '/a', rate: 5, conflate: 'symbol' },
    ])
  })

  it('[4.3] takes new numbers as they are announced, also after an epoch', async () => {
    const { api, network, server } = openClient()
    const seen: unknown[] = []
    const channel = api.channel('/a')
    channel.subscribe((data, { position }) => seen.push([data, position]))
    await network.flush()
    server.publish('/a', 1)
    await network.flush()
    server.log('/a').newEpoch()
    server.publish('/a', 2)
    await network.flush()
    for (const peer of server.peers) peer.end.send({ c: 1, o: 9, t: 0, d: 'by a number that is no more' })
    await network.flush()
    expect(seen).toEqual([
      [1, 'e1:1'],
      [2, 'e2:1'],
    ])
    expect(channel.position).toBe('e2:1')
  })

  it('[9.1] ends when it is revoked, tells why, and does not come again by itself', async () => {
    const { api, network, server, errors } = openClient()
    const channel = api.channel('/a')
    const told: string[] = []
    channel.on('error', ({ code }) => told.push(code))
    channel.subscribe(() => {})
    const next = errorOf(channel.messages().next())
    await network.flush()
    for (const peer of server.peers) {
      peer.subs.clear()
      const error = { type: 'x', title: 't', status: 403, detail: 'd', code: 'wrong-direction' }
      peer.end.send({ push: 'revoked', channel: '/a', error })
    }
    await network.flush()
    expect(await next).toMatchObject({ code: 'wrong-direction' })
    network.socket.end(1006)
    await network.pass(10_000)
    expect([told, errors]).toEqual([['wrong-direction'], []])
    expect(network.socket.sent.map(({ op }) => op)).toEqual(['ping'])
  })

  it('[3.1] a refused channel costs the others nothing; what the server may do later is asked again', async () => {
    const { api, network, server } = openClient()
    const seen: unknown[] = []
    const refused = api.channel('/no/such').subscribe(() => {})
    const rejected = errorOf(refused.ready)
    api.channel('/a').subscribe((data) => seen.push(data))
    let busy = 2
    server.intercept = (request) => {
      if (request.op !== 'subscribe' || request.channels[0]!.channel !== '/busy' || --busy < 0) return undefined
      return {
        result: {
          channels: [
            { channel: '/busy', error: { type: 'x', title: 't', status: 503, detail: 'd', code: 'unavailable' } },
          ],
        },
      }
    }
    await network.flush()
    expect(await rejected).toMatchObject({ code: 'channel-unknown' })
    api.channel('/busy').subscribe((data) => seen.push(data))
    await network.pass(10_000)
    server.publish('/a', 1)
    server.publish('/busy', 2)
    await network.flush()
    expect(seen).toEqual([1, 2])
  })

  it('[3.1] a request that is refused as a whole is asked channel by channel: the others begin', async () => {
    const { api, network, server } = openClient()
    const seen: unknown[] = []
    const problem = { type: 'x', title: 't', status: 400, detail: 'd', code: 'field-invalid' }
    server.intercept = (request) =>
      request.op === 'subscribe' && request.channels.some(({ channel }) => channel === '/odd')
        ? { error: problem }
        : undefined
    const odd = errorOf(api.channel('/odd').subscribe(() => {}).ready)
    api.channel('/a').subscribe((data) => seen.push(data))
    await network.flush()
    expect(await odd).toMatchObject({ code: 'field-invalid' })
    server.publish('/a', 1)
    await network.flush()
    expect(seen).toEqual([1])
  })

  it('a listener that throws or rejects costs the others nothing, and is told', async () => {
    const { api, network, server } = openClient()
    const seen: unknown[] = []
    const told: unknown[] = []
    const channel = api.channel('/a')
    channel.on('error', ({ code, cause }) => told.push([code, (cause as Error).message]))
    channel.subscribe(() => {
      throw new Error('first')
    })
    channel.subscribe(() => Promise.reject(new Error('second')))
    channel.subscribe((data) => seen.push(data))
    await network.flush()
    server.publish('/a', 1)
    await network.flush()
    expect(seen).toEqual([1])
    expect(told).toEqual([
      ['listener-failed', 'first'],
      ['listener-failed', 'second'],
    ])
  })

  it('an iterator holds a bounded number of messages, then fetches the rest from the history: nothing is lost', async () => {
    const { api, network, server } = openClient()
    const messages = api.channel('/a').messages({ buffer: 4 })
    await network.flush()
    for (let n = 1; n <= 20; n++) server.publish('/a', n)
    await network.flush()
    expect(server.requests.at(-1)).toMatchObject({ op: 'unsubscribe' })
    const seen: unknown[] = []
    for await (const { data } of messages) {
      seen.push(data)
      await network.flush()
      if (data === 20) break
    }
    expect(seen).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
  })

  it('an iterator that was too slow for the history is told what is gone', async () => {
    const { api, network, server } = openClient()
    const messages = api.channel('/a').messages({ buffer: 2 })
    await network.flush()
    for (let n = 1; n <= 20; n++) server.publish('/a', n)
    await network.flush()
    server.log('/a').trim(3)
    const seen: unknown[] = []
    for await (const { data, gap } of messages) {
      seen.push([data, gap])
      await network.flush()
      if (data === 20) break
    }
    expect(seen).toEqual([
      [1, undefined],
      [2, undefined],
      [18, { from: 'e1:2', to: 'e1:17', reason: 'history-trimmed' }],
      [19, undefined],
      [20, undefined],
    ])
  })

  it('iteration ends with its loop, its signal, and the client; nothing stays subscribed', async () => {
    const { api, network, server } = openClient()
    const stop = new AbortController()
    const aborted = api.channel('/a').messages({ signal: stop.signal })
    const closed = api.channel('/b').messages()
    const looped = (async () => {
      for await (const data of api.channel('/c')) return data
      return undefined
    })()
    await network.flush()
    server.publish('/c', 7)
    await network.flush()
    expect(await looped).toBe(7)
    stop.abort()
    expect(await aborted.next()).toEqual({ done: true, value: undefined })
    await network.flush()
    expect([...server.peers].flatMap(({ subs }) => [...subs.keys()])).toEqual(['/b'])
    await api[Symbol.asyncDispose]()
    expect(await closed.next()).toEqual({ done: true, value: undefined })
  })

  it('can be subscribed again after it was left while it was asked for and the connection broke (seed 115694)', async () => {
    const { api, network, server } = openClient()
    await network.flush()
    const seen: unknown[] = []
    const left = api.channel('/a').subscribe(() => {})
    await Promise.resolve()
    left.unsubscribe()
    network.socket.end(1006)
    api.channel('/a').subscribe((data) => seen.push(data))
    await network.pass(5_000)
    server.publish('/a', 1)
    await network.flush()
    expect(seen).toEqual([1])
  })

  it('goes on from a position that was kept', async () => {
    const { api, network, server } = openClient()
    for (const n of [1, 2, 3]) server.publish('/a', n)
    const seen: unknown[] = []
    api.channel('/a').subscribe((data) => seen.push(data), { since: 'e1:1' })
    await network.flush()
    expect(seen).toEqual([2, 3])
  })

  it.each([{ since: 'e:1', last: 1 }, { last: 301 }, { last: 1.5 }, { rate: 0 }, { rate: 1001 }, { conflate: '' }])(
    '[3.1] refuses %j at once',
    (options) => {
      const { api } = openClient()
      expect(() => api.channel('/a').subscribe(() => {}, options)).toThrow(TypeError)
    },
  )

  it('addresses are filled in and encoded, the same however they are written', () => {
    expect(concreteAddress('/chat/{room}', { room: 'a b/ü' })).toBe('/chat/a%20b%2F%C3%BC')
    expect(concreteAddress('/chat/a b')).toBe(concreteAddress('/chat/a%20b'))
    expect(concreteAddress('/v{n}/x-{id}', { n: 1, id: '2' })).toBe('/v1/x-2')
    for (const params of [{}, { room: '' }]) expect(() => concreteAddress('/chat/{room}', params)).toThrow('{room}')
    expect(() => concreteAddress('/{toString}')).toThrow('{toString}')
  })
})

describe('presence', () => {
  it('[7.1] [7.2] announces, follows, and announces again on a new connection', async () => {
    const { api, network, server } = openClient()
    const { presence } = api.channel('/room')
    const changes: PresenceChange[] = []
    const stop = presence.subscribe((change) => changes.push(change))
    const entered = presence.enter({ name: 'ann' })
    await network.flush()
    expect(await entered).toEqual([{ session: 's1', data: { name: 'ann' } }])
    expect(presence.members).toEqual([{ session: 's1', data: { name: 'ann' } }])
    network.socket.end(1006)
    await network.pass(5_000)
    expect(presence.members).toEqual([{ session: 's2', data: { name: 'ann' } }])
    expect(changes.at(-1)?.left ?? changes.at(-2)?.left).toBeDefined()
    const left = presence.leave()
    await network.flush()
    await left
    expect(presence.members).toEqual([])
    stop()
    network.socket.end(1006)
    await network.pass(20_000)
    expect(server.requests.at(-1)).toMatchObject({ op: 'ping' })
    expect(server.members.get('/room')!.size).toBe(0)
  })
})
