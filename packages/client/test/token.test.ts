import { describe, expect, it } from 'vitest'
import { expiryOf } from '../src/token.ts'
import { openClient, SERVER_MS } from './support/open-client.ts'

/** A JWT as far as a client reads it. */
function jwt(expiresMs: number, mark = ''): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${encode({ alg: 'none' })}.${encode({ exp: expiresMs / 1000, mark })}.x`
}

describe('tokens', () => {
  it('[8.4] goes first, before any reply, on every connection', async () => {
    const { api, network } = openClient({ token: () => Promise.resolve('good') })
    api.channel('/a').subscribe(() => {})
    await network.flush()
    network.socket.end(1006)
    await network.pass(5_000)
    expect(network.sockets.map(({ sent }) => sent.slice(0, 2).map(({ op }) => op))).toEqual([
      ['authenticate', 'subscribe'],
      ['authenticate', 'subscribe'],
    ])
  })

  it("[8.4] is refreshed a minute before it expires, by the server's clock, on the same connection", async () => {
    let asked = 0
    const { api, network } = openClient({ token: () => jwt(SERVER_MS + ++asked * 600_000, String(asked)) })
    await network.pass(539_000)
    expect(asked).toBe(1)
    await network.pass(2_000)
    expect(asked).toBe(2)
    expect(network.sockets).toHaveLength(1)
    expect(api.state.name).toBe('open')
    await network.pass(600_000)
    expect(asked).toBe(3)
  })

  it('tries again when token() fails, and says so', async () => {
    let asked = 0
    const { api, network, errors } = openClient({
      token: () => (++asked < 3 ? Promise.reject(new Error('login')) : 'good'),
    })
    await network.pass(60_000)
    expect([asked, errors.map(({ code }) => code), api.state.name]).toEqual([
      3,
      ['token-failed', 'token-failed'],
      'open',
    ])
  })

  it('is closed when the only token there is is refused', async () => {
    const { api, network, errors } = openClient({ token: 'bad' })
    await network.flush()
    expect(await api.closed).toMatchObject({ name: 'closed', code: 1008 })
    expect(errors.map(({ code }) => code)).toEqual(['token-failed'])
  })

  it('keeps the connection when a refreshed token is refused, and tries again', async () => {
    const tokens = [jwt(SERVER_MS + 600_000), 'bad', jwt(SERVER_MS + 6_000_000)]
    const { api, network, errors } = openClient({ token: () => tokens.shift() ?? 'none left' })
    await network.pass(550_000)
    expect([tokens.length, network.sockets.length, api.state.name]).toEqual([0, 1, 'open'])
    expect(errors).toHaveLength(1)
  })

  it.each(['', 'a.b', 'a.b.c', 'a.bnVsbA.c', `a.${btoa('{"exp":"5"}')}.c`])(
    '%j has no time that it expires',
    (text) => {
      expect(expiryOf(text)).toBeUndefined()
    },
  )
})
