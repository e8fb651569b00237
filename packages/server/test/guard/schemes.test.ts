import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { type AuthSettings, createHydrant, hashKey, hashPassword, newKey, readAuthSettings } from '../../src/index.ts'
import { post, type Running, serve } from '../api.ts'
import { ConnectClient } from '../connect/connect-client.ts'
import { HandshakeRefused, openSocket } from '../socket-client.ts'
import { type Issuer, startIssuer } from './issuer.ts'
import { bearer } from './secured-api.ts'

/** A contract whose servers ask for one of these schemes. */
const contractWith = (schemes: Record<string, object>, more: object = {}): object => ({
  asyncapi: '3.1.0',
  info: { title: 'Schemes', version: '1.0.0' },
  servers: {
    main: {
      host: 'x.test',
      protocol: 'wss',
      security: Object.keys(schemes).map((name) => ({ $ref: `#/components/securitySchemes/${name}` })),
    },
  },
  channels: {
    news: { address: '/news', messages: { item: { payload: {} } } },
    orders: { address: '/orders', messages: { order: { payload: {} } } },
  },
  operations: {
    sendNews: { action: 'send', channel: { $ref: '#/channels/news' } },
    receiveOrder: { action: 'receive', channel: { $ref: '#/channels/orders' } },
  },
  components: { securitySchemes: schemes },
  ...more,
})

const BEARER = { jwt: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } }

const serveWith = (schemes: Record<string, object>, auth: AuthSettings, more: object = {}): Promise<Running> =>
  serve({ contract: contractWith(schemes), auth, ...more })

const settingsOf = (issuer: Issuer, more: object = {}): AuthSettings[string] => ({
  issuer: issuer.url,
  audience: 'api',
  jwksUri: `${issuer.url}/jwks`,
  ...more,
})

/** The status of a socket's handshake: 101, or what refused it. */
async function handshakeWith(api: Running, headers: Record<string, string> = {}, query = ''): Promise<number> {
  try {
    using socket = await openSocket(`${api.wsUrl}/news${query}`, { headers })
    return socket.socket.readyState === 1 ? 101 : 0
  } catch (error) {
    if (error instanceof HandshakeRefused) return error.status
    throw error
  }
}

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

describe('the security of a server and of an operation', () => {
  const SCHEMES = { jwt: { type: 'http', scheme: 'bearer' }, key: { type: 'httpApiKey', in: 'header', name: 'X-Key' } }
  const ref = (name: string): object => ({ $ref: `#/components/securitySchemes/${name}` })
  const contract = (): object => {
    const base = contractWith(SCHEMES) as { servers: { main: object }; operations: { sendNews: object } }
    const main = { ...base.servers.main, security: [ref('jwt')] }
    return {
      ...base,
      servers: { main },
      operations: { ...base.operations, sendNews: { ...base.operations.sendNews, security: [ref('key')] } },
    }
  }
  const auth = (issuer: Issuer, key: string, id = 'partner'): AuthSettings => ({
    jwt: settingsOf(issuer),
    key: { keys: [{ id, hash: hashKey(key) }] },
  })

  it('are both asked for where they differ, and a caller may show one credential for each', async () => {
    await using issuer = await startIssuer()
    const key = newKey()
    await using api = await serve({ contract: contract(), auth: auth(issuer, key) })
    const token = await issuer.token()
    expect(await handshakeWith(api, bearer(token))).toBe(403)
    expect(await handshakeWith(api, { 'X-Key': key })).toBe(403)
    expect(await handshakeWith(api, { ...bearer(token), 'X-Key': newKey() })).toBe(403)
    expect(await handshakeWith(api, { ...bearer(await issuer.token({ aud: 'other' })), 'X-Key': key })).toBe(403)
    expect(await handshakeWith(api, { ...bearer(token), 'X-Key': key })).toBe(101)
    // Where the operation asks for nothing more, that of the server is enough, and no other is.
    expect((await post(`${api.url}/orders`, 1, bearer(token))).status).toBe(201)
    expect((await post(`${api.url}/orders`, 1, { 'x-key': key })).status).toBe(403)
  })

  it('[D09] what is open ends with the first of the two that ends', async () => {
    await using issuer = await startIssuer()
    const key = newKey()
    await using api = await serve({ contract: contract(), auth: auth(issuer, key) })
    const headers = { ...bearer(await issuer.token()), 'X-Key': key }
    using withdrawn = await openSocket(`${api.wsUrl}/news`, { headers })
    expect(api.hydrant.revoke('key:partner', 'it leaked')).toBe(1)
    expect((await withdrawn.closed).code).toBe(3000)
    using removed = await openSocket(`${api.wsUrl}/news`, { headers })
    api.hydrant.reload(contract(), auth(issuer, newKey(), 'another'))
    expect((await removed.closed).code).toBe(3503)
    const seconds = Math.floor(Date.now() / 1000)
    api.hydrant.reload(contract(), auth(issuer, key))
    const short = { ...bearer(await issuer.token({ exp: seconds + 2 })), 'X-Key': key }
    using expired = await openSocket(`${api.wsUrl}/news`, { headers: short })
    expect((await expired.closed).code).toBe(3000)
  })
})

describe('JSON Web Tokens', () => {
  it('[D05] are taken only when issuer, audience, time, algorithm and key are right: 401 before the 101', async () => {
    await using issuer = await startIssuer()
    await using stranger = await startIssuer()
    await using api = await serveWith(BEARER, { jwt: settingsOf(issuer) })
    const nowSeconds = Math.floor(Date.now() / 1000)
    const good = await issuer.token()
    const [header, payload, signature] = good.split('.') as [string, string, string]
    const hmac = await new SignJWT({ iss: issuer.url, aud: 'api', sub: 'ann', exp: nowSeconds + 600 })
      .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
      .sign(Buffer.from(issuer.publicKeyPem))
    const refused: Record<string, string> = {
      'alg none': `${base64url({ alg: 'none' })}.${payload}.`,
      'alg none, with its signature': `${base64url({ alg: 'none' })}.${payload}.${signature}`,
      'the public key as a secret': hmac,
      expired: await issuer.token({ exp: nowSeconds - 6 }),
      'without an end': await issuer.token({ exp: undefined }),
      'not yet': await issuer.token({ nbf: nowSeconds + 60 }),
      'another audience': await issuer.token({ aud: 'other' }),
      'no audience': await issuer.token({ aud: undefined }),
      'another issuer': await issuer.token({ iss: stranger.url }),
      'signed by another': await stranger.token({ iss: issuer.url }),
      'an unknown kid': await issuer.token({}, { kid: 'k2' }),
      'nobody in particular': await issuer.token({ sub: undefined }),
      'changed on the way': `${header}.${base64url({ ...(JSON.parse(atob(payload)) as object), sub: 'admin' })}.${signature}`,
      nonsense: 'nonsense',
      empty: '',
    }
    for (const [why, token] of Object.entries(refused)) {
      expect([why, await handshakeWith(api, bearer(token))]).toEqual([why, 401])
    }
    expect(await handshakeWith(api)).toBe(401)
    expect(await handshakeWith(api, bearer(good))).toBe(101)
    await using pinned = await serveWith(BEARER, { jwt: settingsOf(issuer, { algorithms: ['ES256', 'PS256'] }) })
    expect(await handshakeWith(pinned, bearer(good))).toBe(401)
    expect(api.faults).toEqual([])
  })

  it('[D06] of another issuer with the same kid are another key, and no address from a token is asked', async () => {
    await using one = await startIssuer('same')
    await using other = await startIssuer('same')
    const asked: string[] = []
    const trap = createServer((request, response) => {
      asked.push(request.url!)
      response.end('{}')
    })
    await new Promise<void>((listening) => trap.listen(0, '127.0.0.1', listening))
    const trapUrl = `http://127.0.0.1:${(trap.address() as AddressInfo).port}`
    await using api = await serveWith(
      { one: { type: 'http', scheme: 'bearer' }, other: { type: 'http', scheme: 'bearer' } },
      { one: settingsOf(one), other: settingsOf(other) },
    )
    expect(await handshakeWith(api, bearer(await one.token({ iss: trapUrl }, { kid: 'unknown' })))).toBe(401)
    expect([one.asked, other.asked]).toEqual([[], []])
    expect(await handshakeWith(api, bearer(await one.token()))).toBe(101)
    expect(await handshakeWith(api, bearer(await other.token()))).toBe(101)
    expect(await handshakeWith(api, bearer(await one.token({ iss: other.url })))).toBe(401)
    const before = [...one.asked, ...other.asked].length
    for (const address of [{ jku: `${trapUrl}/jku` }, { x5u: `${trapUrl}/x5u` }]) {
      await handshakeWith(api, bearer(await one.token({}, { kid: 'same', ...address })))
    }
    expect(await handshakeWith(api, bearer(await one.token({ iss: trapUrl })))).toBe(401)
    expect([asked, [...one.asked, ...other.asked].length]).toEqual([[], before])
    await new Promise((closed) => trap.close(closed))
  })

  it('finds the keys by discovery, and lets nobody in while the issuer cannot be asked', async () => {
    const issuer = await startIssuer()
    await using api = await serveWith(BEARER, { jwt: { issuer: issuer.url, audience: ['api', 'other'] } })
    const token = await issuer.token()
    await issuer[Symbol.asyncDispose]()
    expect(await handshakeWith(api, bearer(token))).toBe(503)
    await using again = await startIssuer()
    await using second = await serveWith(BEARER, { jwt: { issuer: again.url, audience: 'api' } })
    expect(await handshakeWith(second, bearer(await again.token()))).toBe(101)
    expect(again.asked).toEqual(['/.well-known/openid-configuration', '/jwks'])
  })

  it('carry scopes and roles, as a text or a list', async () => {
    await using issuer = await startIssuer()
    await using api = await serveWith(BEARER, { jwt: settingsOf(issuer, { rolesClaim: '/realm_access/roles' }) })
    const backends = [{ scope: 'read hydrant:publish' }, { scp: ['hydrant:publish'] }]
    for (const claims of backends) {
      expect((await post(`${api.url}/news`, 1, bearer(await issuer.token(claims)))).status).toBe(201)
    }
    expect((await post(`${api.url}/news`, 1, bearer(await issuer.token({ scope: 'hydrant:publisher' })))).status).toBe(
      403,
    )
  })

  it('[8.4] authenticate a socket by its first message', async () => {
    await using issuer = await startIssuer()
    await using api = await serveWith(BEARER, { jwt: settingsOf(issuer) })
    using client = await ConnectClient.open(api.wsUrl)
    expect((await client.ask('authenticate', { token: await issuer.token() })).error).toBeUndefined()
    expect(await client.subscribe('/news')).not.toHaveProperty('error')
  })

  it('[D09] that were issued before a revocation open nothing any more', async () => {
    await using issuer = await startIssuer()
    await using api = await serveWith(BEARER, { jwt: settingsOf(issuer) })
    const old = bearer(await issuer.token())
    using socket = await openSocket(`${api.wsUrl}/news`, { headers: old })
    expect(api.hydrant.revoke('jwt:ann', 'left')).toBe(1)
    expect((await socket.closed).code).toBe(3000)
    expect(await handshakeWith(api, old)).toBe(401)
    expect(await handshakeWith(api, bearer(await issuer.token({ sub: 'bob' })))).toBe(101)
    const later = Math.floor(Date.now() / 1000) + 2
    expect(await handshakeWith(api, bearer(await issuer.token({ iat: later })))).toBe(101)
  })
})

describe('keys', () => {
  const key = newKey()
  const keys = [{ id: 'backend', hash: hashKey(key), scopes: ['hydrant:publish'] }]

  it('[D12] are known by their hashes, wherever the contract has them', async () => {
    for (const place of ['header', 'query', 'cookie']) {
      const allowedOrigins = place === 'cookie' ? { allowedOrigins: ['https://app.test'] } : {}
      await using api = await serveWith(
        { key: { type: 'httpApiKey', name: 'x-key', in: place } },
        { key: { keys } },
        allowedOrigins,
      )
      const sent = (text: string): [Record<string, string>, string] => [
        place === 'header' ? { 'X-Key': text } : place === 'cookie' ? { cookie: `a=b; x-key=${text}` } : {},
        place === 'query' ? `?x-key=${text}` : '',
      ]
      expect([place, await handshakeWith(api, ...sent(key))]).toEqual([place, 101])
      for (const wrong of [key.slice(1), `${key}x`, '', hashKey(key)]) {
        expect(await handshakeWith(api, ...sent(wrong))).toBe(401)
      }
      expect(await handshakeWith(api, { authorization: `Bearer ${key}` })).toBe(401)
      using client = await ConnectClient.open(api.wsUrl)
      expect((await client.ask('authenticate', { token: key })).error).toBeUndefined()
    }
  })

  it('[D04] in a query are in no link, no error, and only where the contract asks for them', async () => {
    await using api = await serveWith({ key: { type: 'httpApiKey', name: 'k', in: 'query' } }, { key: { keys } })
    for (let n = 0; n < 3; n++) await post(`${api.url}/news?k=${key}`, n)
    const page = await fetch(`${api.url}/news?k=${key}&limit=1&since=x:0`, { headers: { accept: 'application/json' } })
    const answers = [
      [...page.headers].join() + (await page.text()),
      await (await fetch(`${api.url}/nothing?k=${key}`)).text(),
      await (await fetch(`${api.url}/news?k=${key}&since=!`)).text(),
    ]
    expect(page.headers.get('link')).not.toBeNull()
    for (const answer of answers) expect(answer).not.toContain(key)
    await using bare = await serveWith({ key: { type: 'httpApiKey', name: 'k', in: 'header' } }, { key: { keys } })
    expect(await handshakeWith(bare, {}, `?k=${key}&access_token=${key}&token=${key}`)).toBe(401)
  })

  it('may be the user or the password of Basic, or a bearer token', async () => {
    const basic = (text: string): Record<string, string> => ({ authorization: `Basic ${btoa(text)}` })
    await using asUser = await serveWith({ key: { type: 'apiKey', in: 'user' } }, { key: { keys } })
    expect(await handshakeWith(asUser, basic(`${key}:`))).toBe(101)
    expect(await handshakeWith(asUser, basic(`x:${key}`))).toBe(401)
    await using asPassword = await serveWith({ key: { type: 'apiKey', in: 'password' } }, { key: { keys } })
    expect(await handshakeWith(asPassword, basic(`x:${key}`))).toBe(101)
    await using asToken = await serveWith({ key: { type: 'http', scheme: 'bearer' } }, { key: { keys } })
    expect(await handshakeWith(asToken, bearer(key))).toBe(101)
  })
})

describe('names and passwords', () => {
  it('are checked against scrypt hashes, and a name that is not known is refused like a wrong password', async () => {
    const users = [{ id: 'ann', hash: await hashPassword('correct: horse'), roles: ['admin'] }]
    await using api = await serveWith({ login: { type: 'userPassword' } }, { login: { users } })
    const basic = (text: string): Record<string, string> => ({
      authorization: `Basic ${Buffer.from(text).toString('base64')}`,
    })
    expect(await handshakeWith(api, basic('ann:correct: horse'))).toBe(101)
    expect(await handshakeWith(api, basic('ann:correct: horse'))).toBe(101)
    for (const wrong of ['ann:wrong', 'bob:correct: horse', 'ann']) {
      expect([wrong, await handshakeWith(api, basic(wrong))]).toEqual([wrong, 401])
    }
    const refused = await fetch(`${api.url}/news`)
    expect(refused.headers.get('www-authenticate')).toBe('Basic charset="UTF-8"')
  })
})

describe('what would not be enforced', () => {
  const keys = [{ id: 'a', hash: hashKey('x') }]
  const start = (contract: object, options: object = {}): (() => unknown) => {
    return () => createHydrant({ contract, ...options })
  }

  it('[D02] cookies without a list of origins', () => {
    const contract = contractWith({ key: { type: 'httpApiKey', name: 'session', in: 'cookie' } })
    expect(start(contract, { auth: { key: { keys } } })).toThrow('expected a list of allowed origins')
    expect(start(contract, { auth: { key: { keys } }, allowedOrigins: ['https://app.test'] })).not.toThrow()
  })

  it('[D03] a scheme that the contract asks for, or rules, and nothing is configured', () => {
    expect(start(contractWith(BEARER))).toThrow('got none for jwt')
    expect(start(contractWith(BEARER), { insecureNoAuthentication: true })).not.toThrow()
    expect(start(contractWith(BEARER), { authenticate: () => null })).not.toThrow()
    const withRules = (allow: object): object => contractWith({}, { 'x-hydrant': { allow } })
    expect(start(withRules({ subscribe: { role: 'a' } }))).toThrow('nobody would be recognized')
    expect(start(withRules({ subscribe: 'anyone' }))).not.toThrow()
    const missing = contractWith(
      {},
      { servers: { a: { host: 'x', protocol: 'ws', security: [{ $ref: '#/nothing' }] } } },
    )
    expect(start(missing)).toThrow('got none for /servers/a/security/0')
  })

  it.each([
    ['a scheme that is not there', { other: { keys } }, 'expected a security scheme of the contract (jwt)'],
    [
      'users for a bearer token',
      { jwt: { users: [{ id: 'a', hash: 'scrypt:1:1:1:a:a' }] } },
      'expected issuer or keys',
    ],
    ['nothing', { jwt: {} }, 'exactly one of'],
    ['a misspelled setting', { jwt: { issuer: 'i', audiance: 'a' } }, 'auth.jwt.audiance'],
    ['no audience', { jwt: { issuer: 'https://i.test' } }, 'auth.jwt.audience'],
    ['no algorithm at all', { jwt: { issuer: 'https://i.test', audience: 'a', algorithms: ['none'] } }, 'algorithms'],
    ['keys from an unprotected address', { jwt: { issuer: 'http://i.test', audience: 'a' } }, 'expected an https: URL'],
    ['a key in place of its hash', { jwt: { keys: [{ id: 'a', hash: 'hunter2' }] } }, 'hydrant hash-key'],
    ['the same id twice', { jwt: { keys: [...keys, ...keys] } }, 'keys[1].id'],
  ])('%s', (_name, auth, message) => {
    expect(start(contractWith(BEARER), { auth })).toThrow(message)
    expect(start(contractWith(BEARER), { auth })).not.toThrow('hunter2')
  })

  it('settings that are no object', () => {
    expect(() => readAuthSettings([])).toThrow('auth: expected an object')
  })
})
