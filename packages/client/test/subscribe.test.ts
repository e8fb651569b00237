import { describe, expect, it } from 'vitest'
import type { Gap } from '../src/index.ts'
import { openClient } from './support/open-client.ts'

describe('subscribing', () => {
  it('brings messages in order with name, position and time', async () => {
    const { api, network, server } = openClient()
    const seen: unknown[] = []
    const subscription = api
      .channel('/prices/{symbol}', { symbol: 'AAPL' })
      .subscribe((data, message) => seen.push([data, message]))
    await network.flush()
    await subscription.ready
    server.publish('/prices/AAPL', 1)
    server.publish('/prices/AAPL', 2)
    await network.flush()
    const time = 1893456000000
    expect(seen).toEqual([
      [1, { name: 'message', data: 1, position: 'e1:1', time, channel: '/prices/AAPL' }],
      [2, { name: 'message', data: 2, position: 'e1:2', time, channel: '/prices/AAPL' }],
    ])
  })

  it('[3.8] goes on after the last message when the connection broke, and repeats none', async () => {
    const { api, network, server } = openClient()
    const seen: unknown[] = []
    api.channel('/a').subscribe((data) => seen.push(data))
    await network.flush()
    server.publish('/a', 1)
    await network.flush()
    network.socket.end(1006)
    server.publish('/a', 2)
    await network.pass(5_000)
    server.publish('/a', 3)
    await network.flush()
    expect(seen).toEqual([1, 2, 3])
    expect(network.socket.sent[0]).toMatchObject({ op: 'subscribe', channels: [{ channel: '/a', since: 'e1:1' }] })
  })

  it('[E02] [3.8] resumes from the true position when it was cut before any message, twice in a row', async () => {
    const { api, network, server } = openClient()
    server.publish('/a', 'before')
    const seen: unknown[] = []
    api.channel('/a').subscribe((data) => seen.push(data))
    await network.flush()
    network.socket.end(1006)
    await network.pass(5_000)
    network.socket.end(1006)
    server.publish('/a', 'meanwhile')
    await network.pass(10_000)
    expect(seen).toEqual(['meanwhile'])
    expect(network.socket.sent[0]).toMatchObject({ channels: [{ since: 'e1:1' }] })
  })

  it('resumes 100 channels in one round trip', async () => {
    const { api, network, server } = openClient()
    const seen: unknown[] = []
    for (let i = 0; i < 100; i++) api.channel(`/c/${i}`).subscribe((data) => seen.push(data))
    await network.flush()
    for (let i = 0; i < 100; i++) server.publish(`/c/${i}`, i)
    await network.flush()
    network.socket.end(1006)
    for (let i = 0; i < 100; i++) server.publish(`/c/${i}`, 100 + i)
    await network.pass(5_000)
    expect(network.socket.sent.filter(({ op }) => op !== 'ping')).toEqual([
      {
        op: 'subscribe',
        id: expect.any(Number),
        channels: Array.from({ length: 100 }, (_, i) => ({ channel: `/c/${i}`, since: 'e1:1' })),
      },
    ])
    expect(seen).toEqual(Array.from({ length: 200 }, (_, i) => i))
  })

  it('[E03] [6.1] tells a gap once, exactly, and on the next message', async () => {
    const { api, network, server } = openClient()
    const gaps: Gap[] = []
    const seen: unknown[] = []
    const channel = api.channel('/a')
    channel.on('gap', (gap) => gaps.push(gap))
    channel.subscribe((data, { gap }) => seen.push([data, gap?.to]))
    await network.flush()
    server.publish('/a', 1)
    await network.flush()
    network.socket.end(1006)
    for (const n of [2, 3, 4, 5]) server.publish('/a', n)
    server.log('/a').trim(2)
    await network.pass(5_000)
    expect(gaps).toEqual([{ from: 'e1:1', to: 'e1:3', reason: 'history-trimmed' }])
    expect(seen).toEqual([
      [1, undefined],
      [4, 'e1:3'],
      [5, undefined],
    ])
  })
})
