import { describe, expect, it } from 'vitest'
import { type LogPage, type LogPolicy, MemoryBroker, type ReadQuery } from '../../src/index.ts'
import { postJson } from '../api.ts'
import { ConnectClient } from '../connect/connect-client.ts'
import { openEventStream } from '../event-stream-client.ts'
import { openSocket } from '../socket-client.ts'
import { MovedClock } from './moved-clock.ts'
import { BACKEND, bearer, caller, serveSecured } from './secured-api.ts'

/** What is promised: everything is cut within five seconds. All of a test happens before the first ping is due, after 20 s. */
const PROMISED_MS = 5_000

describe('an identity that expires', () => {
  it('[D09] [9.1] ends every subscription by revoked, and then the connection', async () => {
    const clock = new MovedClock()
    await using api = await serveSecured({ clock })
    const expiresAt = clock.wallMs() + 8_000
    using client = await ConnectClient.open(api.wsUrl, { headers: bearer(caller('ann', { expiresAt })) })
    for (const channel of ['/users/ann', '/news']) await client.subscribe(channel)
    clock.advance(7_999)
    expect((await client.ask('ping')).result).toBeDefined()
    clock.advance(PROMISED_MS)
    expect(await client.closed).toBe(3000)
    expect(client.said.filter(({ push }) => push === 'revoked')).toMatchObject([
      { channel: '/users/ann', error: { code: 'unauthenticated', detail: 'this identity has expired' } },
      { channel: '/news', error: { code: 'unauthenticated' } },
    ])
  })

  it('[D09] [8.4] goes on with a token that is renewed in time', async () => {
    const clock = new MovedClock()
    await using api = await serveSecured({ clock })
    const expiring = (seconds: number): string => caller('ann', { expiresAt: clock.wallMs() + seconds * 1_000 })
    using client = await ConnectClient.open(api.wsUrl, { headers: bearer(expiring(8)) })
    await client.subscribe('/users/ann')
    clock.advance(6_000)
    expect((await client.ask('authenticate', { token: expiring(8) })).error).toBeUndefined()
    clock.advance(6_000)
    expect((await client.ask('ping')).result).toBeDefined()
    clock.advance(2_000 + PROMISED_MS)
    expect(await client.closed).toBe(3000)
  })

  it('[D09] ends one-channel sockets, event streams and long polls', async () => {
    const clock = new MovedClock()
    const broker = new WatchedBroker({ clock, epoch: 'e' })
    await using api = await serveSecured({ clock, broker })
    const ann = bearer(caller('ann', { expiresAt: clock.wallMs() + 8_000 }))
    const { position } = await postJson(`${api.url}/news`, {}, bearer(BACKEND))
    using socket = await openSocket(`${api.wsUrl}/users/ann`, { headers: ann })
    using events = await openEventStream(`${api.url}/users/ann`, ann)
    const held = fetch(`${api.url}/news?wait=60&since=${position}`, { headers: ann })
    await broker.pollWaits
    clock.advance(7_999)
    clock.advance(PROMISED_MS)
    expect(await socket.nextJson()).toMatchObject({ code: 'unauthenticated', instance: '/users/ann' })
    expect(await socket.closed).toMatchObject({ code: 3000 })
    expect(await events.next()).toMatchObject({ event: 'hydrant.error' })
    await events.ended
    expect((await held).status).toBe(401)
  })

  it('[8.5] is waited for ten seconds and no longer', async () => {
    const clock = new MovedClock()
    await using api = await serveSecured({ clock })
    using client = await ConnectClient.open(api.wsUrl)
    await client.until(({ push }) => push === 'hello')
    clock.advance(9_999)
    const pings = new Promise((resolve) => client.socket.once('pong', resolve))
    client.socket.ping()
    await pings
    clock.advance(1)
    expect(await client.closed).toBe(3000)
  })

  it('is not let in when it has expired already', async () => {
    const clock = new MovedClock()
    await using api = await serveSecured({ clock })
    const late = bearer(caller('ann', { expiresAt: clock.wallMs() }))
    expect((await fetch(`${api.url}/news`, { headers: late })).status).toBe(401)
  })

  it('that is not found out in ten seconds is not let in, and whoever looks it up is told', async () => {
    const clock = new MovedClock()
    const asked = Promise.withResolvers<AbortSignal>()
    await using api = await serveSecured({
      clock,
      authenticate: ({ signal }) => {
        asked.resolve(signal)
        return new Promise(() => {})
      },
    })
    const answer = fetch(`${api.url}/news`)
    const signal = await asked.promise
    clock.advance(10_000)
    expect([(await answer).status, signal.aborted]).toEqual([503, true])
  })
})

describe('revoke', () => {
  it('[D09] cuts everything of one principal, at once, and nothing of others', async () => {
    await using api = await serveSecured()
    using ann = await ConnectClient.open(api.wsUrl, { headers: bearer(caller('ann')) })
    using bob = await ConnectClient.open(api.wsUrl, { headers: bearer(caller('bob')) })
    await ann.subscribe('/users/ann')
    await bob.subscribe('/users/bob')
    using socket = await openSocket(`${api.wsUrl}/users/ann`, { headers: bearer(caller('ann')) })
    expect(api.hydrant.revoke('ann', 'the laptop was stolen')).toBe(2)
    const revoked = await ann.until(({ push }) => push === 'revoked')
    expect(revoked.error).toMatchObject({
      code: 'unauthenticated',
      detail: expect.stringContaining('stolen') as string,
    })
    expect([await ann.closed, (await socket.closed).code]).toEqual([3000, 3000])
    expect((await bob.ask('ping')).result).toBeDefined()
    expect(api.hydrant.revoke('ann', 'again')).toBe(0)
  })
})

/** Tells when a long poll is held back: it looks once when it comes, and once more when it is about to wait. */
class WatchedBroker extends MemoryBroker {
  readonly #second = Promise.withResolvers<void>()
  readonly pollWaits: Promise<void> = this.#second.promise
  #reads = 0

  override read(address: string, policy: LogPolicy, query: ReadQuery): LogPage {
    if (address === '/news' && ++this.#reads === 2) this.#second.resolve()
    return super.read(address, policy, query)
  }
}
