import { describe, expect, it } from 'vitest'
import { HydrantError } from '../../src/index.ts'
import { getJson, post } from '../api.ts'
import { ConnectClient } from '../connect/connect-client.ts'
import { openEventStream } from '../event-stream-client.ts'
import { handshake, RawClient } from '../raw-client.ts'
import { HandshakeRefused, openSocket } from '../socket-client.ts'
import { BACKEND, bearer, caller, HALF_OPEN, serveSecured } from './secured-api.ts'

const refusedWith = (status: number) => (error: unknown) => error instanceof HandshakeRefused && error.status === status
const statusOf = async (url: string, headers: Record<string, string> = {}): Promise<number> =>
  (await fetch(url, { headers: { accept: 'application/json', ...headers } })).status

describe('who is calling', () => {
  it('is asked before anything is looked up, on every door', async () => {
    await using api = await serveSecured()
    const answer = await fetch(`${api.url}/no/such/channel`)
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
    expect(await statusOf(`${api.url}/news`)).toBe(401)
    expect(await statusOf(`${api.url}/news`, { accept: 'text/event-stream' })).toBe(401)
    expect((await post(`${api.url}/news`, {})).status).toBe(401)
    await expect(openSocket(`${api.wsUrl}/news`)).rejects.toSatisfy(refusedWith(401))
    await expect(openSocket(`${api.wsUrl}/no/such/channel`)).rejects.toSatisfy(refusedWith(401))
  })

  it('has the same rights on every door', async () => {
    await using api = await serveSecured()
    const ann = bearer(caller('ann'))
    expect(await statusOf(`${api.url}/users/ann`, ann)).toBe(200)
    expect(await statusOf(`${api.url}/users/bob`, ann)).toBe(403)
    await expect(openEventStream(`${api.url}/users/bob`, ann)).rejects.toThrow('403')
    await expect(openSocket(`${api.wsUrl}/users/bob`, { headers: ann })).rejects.toSatisfy(refusedWith(403))
    expect((await post(`${api.url}/users/ann`, { text: 'hi' }, ann)).status).toBe(201)
    const refused = await post(`${api.url}/users/bob`, { text: 'hi' }, ann)
    expect(await refused.json()).toMatchObject({
      code: 'forbidden',
      detail: 'ann may not publish to /users/bob: missing: claim sub = "bob" ({id})',
    })
    using client = await ConnectClient.open(api.wsUrl, { headers: ann })
    expect(await client.subscribe('/users/ann')).not.toHaveProperty('error')
    expect(await client.subscribe('/users/bob')).toMatchObject({ error: { code: 'forbidden', status: 403 } })
    expect((await client.ask('presence', { channel: '/users/bob', data: 1 })).error?.code).toBe('forbidden')
    expect((await client.ask('publish', { channel: '/users/bob', data: {} })).error?.code).toBe('forbidden')
    expect((await client.ask('request', { channel: '/users/bob', data: {} })).error?.code).toBe('forbidden')
  })

  it('is told to the handlers, whatever door the message came through', async () => {
    await using api = await serveSecured()
    const heard: unknown[] = []
    api.hydrant.on('/orders', ({ principal }) => void heard.push([principal.id, principal.claims['sub']]))
    expect((await post(`${api.url}/orders?as=client`, {}, bearer(caller('ann')))).status).toBe(201)
    using client = await ConnectClient.open(api.wsUrl, { headers: bearer(caller('bob')) })
    expect((await client.ask('publish', { channel: '/orders', data: {} })).error).toBeUndefined()
    using socket = await openSocket(`${api.wsUrl}/orders`, { headers: bearer(caller('cyd')) })
    socket.socket.send('{}')
    await expect
      .poll(() => heard)
      .toEqual([
        ['ann', 'ann'],
        ['bob', 'bob'],
        ['cyd', 'cyd'],
      ])
    await api.hydrant.publish('/orders', {})
    expect(heard).toHaveLength(3)
  })

  it('of a client is not the application: neither by POST nor by ?as=application', async () => {
    await using api = await serveSecured()
    const ann = bearer(caller('ann'))
    expect(await (await post(`${api.url}/news`, {}, ann)).json()).toMatchObject({ code: 'wrong-direction' })
    expect(await statusOf(`${api.url}/inbox`, ann)).toBe(403)
    for (const path of ['/orders', '/inbox']) expect(await statusOf(`${api.url}${path}?as=application`, ann)).toBe(403)
    expect((await post(`${api.url}/orders?as=application`, {}, ann)).status).toBe(403)
    const socket = openSocket(`${api.wsUrl}/orders?as=application`, { headers: ann })
    await expect(socket).rejects.toSatisfy(refusedWith(403))
  })

  it('with the scope hydrant:publish is the application', async () => {
    await using api = await serveSecured()
    expect((await post(`${api.url}/news`, { n: 1 }, bearer(BACKEND))).status).toBe(201)
    expect(await statusOf(`${api.url}/inbox`, bearer(BACKEND))).toBe(200)
    expect(await statusOf(`${api.url}/users/ann?as=application`, bearer(BACKEND))).toBe(200)
  })

  it('may be nobody where the contract says anyone', async () => {
    await using api = await serveSecured({ contract: HALF_OPEN })
    expect(await statusOf(`${api.url}/news`)).toBe(200)
    expect((await post(`${api.url}/orders`, {})).status).toBe(401)
    expect(await statusOf(`${api.url}/users/ann`)).toBe(401)
    using client = await ConnectClient.open(api.wsUrl)
    expect(await client.subscribe('/news')).not.toHaveProperty('error')
    expect(await client.subscribe('/users/ann')).toMatchObject({ error: { code: 'unauthenticated' } })
    await client.ask('authenticate', { token: caller('ann') })
    expect(await client.subscribe('/users/ann')).not.toHaveProperty('error')
  })

  it('[D13] is never what our own headers say, however they are written', async () => {
    const seen: string[][] = []
    await using api = await serveSecured({
      authenticate: ({ headers }) => {
        seen.push(Object.keys(headers).filter((name) => name.startsWith('hydrant')))
        return null
      },
    })
    using client = await RawClient.open(api.port)
    const forged = { 'hYdRaNt-Principal': ['admin', 'root'], 'Hydrant-Scopes': 'hydrant:publish' }
    client.send(handshake('/users/ann', forged))
    expect(await client.untilClosed()).toMatch(/^HTTP\/1\.1 401 /)
    expect(seen).toEqual([[]])
  })

  it('[D13] is refused when the credentials come twice', async () => {
    await using api = await serveSecured()
    using client = await RawClient.open(api.port)
    const twice = [`Bearer ${caller('ann')}`, `Bearer ${caller('bob')}`]
    client.send(handshake('/users/ann', { Authorization: twice }))
    expect(await client.untilClosed()).toMatch(/^HTTP\/1\.1 400 /)
  })

  it('is not let in when authenticate fails, refuses, or gives nonsense', async () => {
    let answer: () => unknown = () => null
    await using api = await serveSecured({ authenticate: () => answer() as null })
    answer = () => {
      throw new Error('the database has the password hunter2')
    }
    const failed = await fetch(`${api.url}/news`)
    expect([failed.status, await failed.text()]).toEqual([500, expect.not.stringContaining('hunter2')])
    answer = () => {
      throw new HydrantError('unauthenticated', 'no')
    }
    expect(await statusOf(`${api.url}/news`)).toBe(401)
    answer = () => ({ id: '' })
    expect(await statusOf(`${api.url}/news`)).toBe(500)
    expect(api.faults).toHaveLength(2)
  })

  it('[A15] is told to whoever looks it up when the peer has gone, and nothing opens', async () => {
    const asked = Promise.withResolvers<AbortSignal>()
    const answer = Promise.withResolvers<{ id: string }>()
    await using api = await serveSecured({
      authenticate: ({ signal }) => {
        asked.resolve(signal)
        return answer.promise
      },
    })
    using client = await RawClient.open(api.port)
    client.send(handshake('/news'))
    const signal = await asked.promise
    const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    client.reset()
    await aborted
    answer.resolve({ id: 'ann' })
    expect(await getJson(`${api.url}/-/live`)).toEqual({ status: 'ok' })
    expect(api.faults).toEqual([])
  })
})

describe('an identity that comes as the first message', () => {
  it('[8.5] opens a connection that came without one; what follows is carried out with it', async () => {
    await using api = await serveSecured()
    using client = await ConnectClient.open(api.wsUrl)
    client.send('authenticate', { token: caller('ann') })
    expect(await client.subscribe('/users/ann')).not.toHaveProperty('error')
  })

  it('[8.5] [C16] is the only thing that is listened to before it', async () => {
    await using api = await serveSecured()
    for (const op of ['subscribe', 'ping', 'publish', 'nonsense']) {
      using client = await ConnectClient.open(api.wsUrl)
      const { error } = await client.ask(op, { channels: [{ channel: '/news' }], channel: '/news', data: 1 })
      expect([error?.code, await client.closed]).toEqual(['unauthenticated', 3000])
    }
    using client = await ConnectClient.open(api.wsUrl)
    client.socket.send('not JSON')
    expect(await client.closed).toBe(3000)
  })

  it('[8.5] has one try', async () => {
    await using api = await serveSecured()
    using client = await ConnectClient.open(api.wsUrl)
    client.send('authenticate', { token: 'nonsense' })
    client.send('authenticate', { token: caller('ann') })
    const first = await client.until(({ id }) => id === 1)
    expect([first.error?.code, await client.closed]).toEqual(['unauthenticated', 3000])
    expect(client.said.some(({ result }) => result !== undefined)).toBe(false)
  })

  it('[8.5] [C07] comes within 16 KiB, whole messages or not', async () => {
    await using api = await serveSecured()
    const token = caller('ann', { roles: ['x'.repeat(11_000)] })
    using fits = await ConnectClient.open(api.wsUrl)
    expect((await fits.ask('authenticate', { token })).error).toBeUndefined()
    using tooMuch = await RawClient.open(api.port)
    tooMuch.send(handshake('/-/connect', { 'Sec-WebSocket-Protocol': 'hydrant.v1' }))
    await tooMuch.until((received) => received.includes('hello'))
    // A frame of 60,000 bytes is announced, and not finished.
    tooMuch.send(Buffer.concat([Buffer.from([0x81, 0xfe, 0xea, 0x60, 0, 0, 0, 0]), Buffer.alloc(16 * 1024 - 8, 0x20)]))
    tooMuch.send(' ')
    const tooBig = '\u0003\u00f1too much before authenticate'
    expect(await tooMuch.until((received) => received.includes(tooBig))).toContain(tooBig)
  })

  it('[A03] may be waited for by so many sockets at once; those who are known are not counted', async () => {
    await using api = await serveSecured({ limits: { maxUnauthenticated: 2 } })
    using one = await ConnectClient.open(api.wsUrl)
    using two = await ConnectClient.open(api.wsUrl)
    await expect(ConnectClient.open(api.wsUrl)).rejects.toThrow('503')
    using known = await ConnectClient.open(api.wsUrl, { headers: bearer(caller('ann')) })
    await one.ask('authenticate', { token: caller('ann') })
    using three = await ConnectClient.open(api.wsUrl)
    await expect(ConnectClient.open(api.wsUrl)).rejects.toThrow('503')
    two.socket.close()
    await two.closed
    using four = await ConnectClient.open(api.wsUrl)
    expect([known, three, four].map(({ socket }) => socket.readyState)).toEqual([1, 1, 1])
  })

  it('[8.4] [D10] is renewed by a token of the same caller, and what that does not allow is revoked', async () => {
    await using api = await serveSecured()
    using client = await ConnectClient.open(api.wsUrl)
    await client.ask('authenticate', { token: caller('ann', { roles: ['admin'] }) })
    await client.subscribe('/users/ann')
    await client.subscribe('/users/bob', { presence: true })
    expect((await client.ask('authenticate', { token: caller('bob') })).error?.code).toBe('unauthenticated')
    expect((await client.ask('authenticate', { token: 'nonsense' })).error?.code).toBe('unauthenticated')
    client.send('authenticate', { token: caller('ann') })
    const revoked = await client.until(({ push }) => push === 'revoked')
    expect(revoked).toMatchObject({ channel: '/users/bob', error: { code: 'forbidden' } })
    await post(`${api.url}/users/bob`, { text: 'not for ann' }, bearer(BACKEND))
    await post(`${api.url}/users/ann`, { text: 'for ann' }, bearer(BACKEND))
    expect(await client.payloads(1)).toEqual([{ text: 'for ann' }])
  })
})
