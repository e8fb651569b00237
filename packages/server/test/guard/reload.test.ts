import { describe, expect, it } from 'vitest'
import { createHydrant, hashKey } from '../../src/index.ts'
import { API, post, serve } from '../api.ts'
import { ConnectClient } from '../connect/connect-client.ts'
import { openSocket } from '../socket-client.ts'
import { BACKEND, bearer, caller, SECURED, serveSecured } from './secured-api.ts'

const CLOSED = SECURED.replace('[{ role: admin }, ', '[{ role: root }, ')
const ADMIN = bearer(caller('adm', { roles: ['admin'] }))

describe('reload', () => {
  it('[D09] cuts what the new rules do not allow, and nothing else; logs and subscribers stay', async () => {
    await using api = await serveSecured()
    using client = await ConnectClient.open(api.wsUrl, { headers: ADMIN })
    using socket = await openSocket(`${api.wsUrl}/users/ann`, { headers: ADMIN })
    for (const channel of ['/users/ann', '/news']) await client.subscribe(channel)
    await post(`${api.url}/news`, 1, bearer(BACKEND))
    api.hydrant.reload(CLOSED)
    const revoked = await client.until(({ push }) => push === 'revoked')
    expect(revoked).toMatchObject({ channel: '/users/ann', error: { code: 'forbidden' } })
    expect(await socket.nextJson()).toMatchObject({ code: 'forbidden' })
    expect((await socket.closed).code).toBe(3503)
    expect(await client.subscribe('/users/ann')).toMatchObject({ error: { code: 'forbidden' } })
    await post(`${api.url}/news`, 2, bearer(BACKEND))
    expect(await client.payloads(1)).toEqual([2])
    const page = (await (await fetch(`${api.url}/news`, { headers: ADMIN })).json()) as { messages: unknown[] }
    expect(page.messages).toHaveLength(2)
  })

  it.each([
    ['is no document', 'asyncapi: 3.0.0\nchannels: [', 'cannot be served'],
    ['has nothing to serve', 'asyncapi: 3.0.0\ninfo: { title: t, version: "1" }\n', 'at least one channel'],
    [
      'asks for a scheme that is not configured',
      `${SECURED}
servers: { a: { host: x, protocol: ws, security: [{ $ref: '#/components/securitySchemes/k' }] } }
components: { securitySchemes: { k: { type: userPassword }, key: { type: httpApiKey, name: k, in: header } } }
`,
      'got none for k',
    ],
    [
      'has a rule that does not exist',
      SECURED.replace('[{ role: admin }, ', '[everybody-please, '),
      'The rules of before stay',
    ],
    [
      'makes a stream a state',
      SECURED.replace('address: /news', 'address: /news\n    x-hydrant: { kind: state }'),
      'needs a restart',
    ],
  ])('[D08] keeps the old rules when the new contract %s', async (name, contract, message) => {
    // A hook vouches for any scheme, so this one is served by a key.
    const key = name.includes('scheme')
    const withKey = `${SECURED}\ncomponents: { securitySchemes: { key: { type: httpApiKey, name: k, in: header } } }\n`
    const auth = { key: { keys: [{ id: 'ann', hash: hashKey('secret'), roles: ['admin'] }] } }
    await using api = key ? await serve({ contract: withKey, auth }) : await serveSecured()
    const headers = key ? { k: 'secret' } : ADMIN
    using client = await ConnectClient.open(api.wsUrl, { headers })
    await client.subscribe('/users/ann')
    const before = api.hydrant.contract
    expect(() => api.hydrant.reload(contract)).toThrow(message)
    expect(api.hydrant.contract).toBe(before)
    expect(await client.subscribe('/users/ann')).not.toHaveProperty('error')
    expect(client.said.some(({ push }) => push === 'revoked')).toBe(false)
    const other = key ? {} : bearer(caller('bob'))
    expect([401, 403]).toContain((await fetch(`${api.url}/users/ann`, { headers: other })).status)
  })

  it.each([
    ['another', 'key: bid'],
    ['none', ''],
  ])('[D08] keeps the contract of before when the new one has %s as the key of a state', async (_which, key) => {
    await using api = await serve()
    const before = api.hydrant.contract
    const changed = API.replace('{ kind: state, key: symbol }', `{ kind: state, ${key} }`)
    expect(() => api.hydrant.reload(changed)).toThrow('/quotes: expected key symbol as before')
    expect(api.hydrant.contract).toBe(before)
    expect(() => api.hydrant.reload(API)).not.toThrow()
  })

  it('[D08] a rule that cannot be read at the start closes what it stood for', async () => {
    await using api = await serveSecured({ contract: SECURED.replace('[{ role: admin }, {', '[{ roles: admin }, {') })
    expect((await fetch(`${api.url}/users/ann`, { headers: ADMIN })).status).toBe(403)
    expect((await fetch(`${api.url}/users/adm`, { headers: ADMIN })).status).toBe(200)
  })

  it('[D09] cuts who is no longer in the settings, and changes what others may', async () => {
    const contract = `${SECURED}\ncomponents: { securitySchemes: { key: { type: httpApiKey, name: k, in: header } } }\n`
    const keys = (roles: string[], ...ids: string[]): object[] => ids.map((id) => ({ id, hash: hashKey(id), roles }))
    const auth = (roles: string[], ...ids: string[]): never => ({ key: { keys: keys(roles, ...ids) } }) as never
    await using api = await serve({ contract, auth: auth(['admin'], 'one', 'two') })
    using one = await ConnectClient.open(api.wsUrl, { headers: { k: 'one' } })
    using two = await ConnectClient.open(api.wsUrl, { headers: { k: 'two' } })
    for (const client of [one, two]) await client.subscribe('/users/ann')
    api.hydrant.reload(contract, auth([], 'two'))
    expect(await one.closed).toBe(3000)
    expect(await two.until(({ push }) => push === 'revoked')).toMatchObject({ error: { code: 'forbidden' } })
    expect((await two.ask('ping')).result).toBeDefined()
  })

  it('tells the numbers of messages that the new contract adds, and keeps handlers', async () => {
    await using api = await serveSecured()
    const heard: unknown[] = []
    api.hydrant.on('/orders', ({ data }) => void heard.push(data))
    using client = await ConnectClient.open(api.wsUrl, { headers: ADMIN })
    await client.subscribe('/news')
    api.hydrant.reload(
      SECURED.replace(
        'item: { payload: {} }',
        'item: { payload: { type: string } }, extra: { payload: { type: number } }',
      ),
    )
    await post(`${api.url}/news`, 7, bearer(BACKEND))
    const announced = await client.until(({ push }) => push === 'channel')
    expect(Object.values(announced['aliases'] as object)).toEqual(['item', 'extra'])
    const { c } = await client.message()
    expect((announced['aliases'] as Record<string, string>)[String(c)]).toBe('extra')
    await client.ask('publish', { channel: '/orders', data: 1 })
    expect(heard).toEqual([1])
  })

  it('shows the new contract', async () => {
    const hydrant = createHydrant({ contract: SECURED, authenticate: () => null })
    const { url } = await hydrant.listen({ port: 0 })
    expect(await (await fetch(`${url}/-/asyncapi.json`)).text()).not.toContain('root')
    hydrant.reload(CLOSED)
    expect(await (await fetch(`${url}/-/asyncapi.json`)).text()).toContain('root')
    await hydrant.close()
  })
})
