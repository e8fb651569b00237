import { describe, expect, it } from 'vitest'
import { serve } from '../api.ts'
import { ConnectClient, type Said } from './connect-client.ts'

async function sessionOf(client: ConnectClient): Promise<string> {
  await client.ask('ping')
  return (JSON.parse(client.texts[0]!) as { session: string }).session
}

function presencePush(client: ConnectClient): Promise<Said> {
  return client.until(({ push }) => push === 'presence')
}

describe('presence', () => {
  it('[7.1] announces, changes, leaves and lists', async () => {
    await using api = await serve()
    using ann = await ConnectClient.open(api.wsUrl)
    using bob = await ConnectClient.open(api.wsUrl)
    const session = await sessionOf(ann)
    const channel = '/chat/lobby'
    const entered = await ann.ask('presence', { channel, data: { name: 'ann' } })
    expect(entered.result).toEqual({ members: [{ session, data: { name: 'ann' } }] })
    await ann.ask('presence', { channel, data: { name: 'Ann' } })
    expect((await bob.ask('presence', { channel })).result).toEqual({ members: [{ session, data: { name: 'Ann' } }] })
    expect((await ann.ask('presence', { channel, data: null })).result).toEqual({ members: [] })
  })

  it('[7.2] [7.3] tells who watches: the list first, then who came, changed, left or was cut off', async () => {
    await using api = await serve()
    using watcher = await ConnectClient.open(api.wsUrl)
    using ann = await ConnectClient.open(api.wsUrl)
    const session = await sessionOf(ann)
    const channel = '/chat/lobby'
    expect((await watcher.subscribe(channel, { presence: true }))['members']).toEqual([])
    await ann.ask('presence', { channel, data: 1 })
    expect(await presencePush(watcher)).toMatchObject({ channel, joined: [{ session, data: 1 }], left: [] })
    await ann.ask('presence', { channel, data: 2 })
    expect(await presencePush(watcher)).toMatchObject({ joined: [{ session, data: 2 }], left: [] })
    ann.socket.terminate()
    expect(await presencePush(watcher)).toMatchObject({ joined: [], left: [session] })
  })

  it('[7.2] who came and left between two pushes is in neither', async () => {
    await using api = await serve()
    using watcher = await ConnectClient.open(api.wsUrl)
    using ann = await ConnectClient.open(api.wsUrl)
    using bob = await ConnectClient.open(api.wsUrl)
    const bobSession = await sessionOf(bob)
    const channel = '/chat/lobby'
    await watcher.subscribe(channel, { presence: true })
    await ann.ask('presence', { channel, data: 1 })
    await ann.ask('presence', { channel, data: null })
    await bob.ask('presence', { channel, data: 1 })
    expect(await presencePush(watcher)).toMatchObject({ joined: [{ session: bobSession }], left: [] })
  })

  it('[7.1] data of 1 KiB fits, one byte more does not', async () => {
    await using api = await serve()
    using client = await ConnectClient.open(api.wsUrl)
    const data = (bytes: number): string => 'x'.repeat(bytes - 2)
    expect((await client.ask('presence', { channel: '/quotes', data: data(1024) })).error).toBeUndefined()
    expect((await client.ask('presence', { channel: '/quotes', data: data(1025) })).error?.code).toBe(
      'message-too-large',
    )
    expect((await client.ask('presence', { channel: '/inbox', data: 1 })).error?.code).toBe('wrong-direction')
  })
})
