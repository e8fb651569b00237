import { request } from 'node:http'
import { WebSocket } from 'ws'
import { expect, it } from 'vitest'
import { createHydrant } from '../../src/index.ts'
import { CONTRACT, startAdmin } from './admin-server.ts'

const TOKEN = 'a-token-that-is-long-enough'

/** The status of a request whose headers are all our own: `fetch` sets Host itself. */
function statusOf(
  port: number,
  path: string,
  headers: Record<string, string>,
  method = 'GET',
  body = '',
): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      response.resume()
      resolve(response.statusCode!)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

it('[D14] requests that a page of another site causes are refused', async () => {
  await using server = await startAdmin()
  const own = `127.0.0.1:${server.adminPort}`
  const cases: [headers: Record<string, string>, status: number][] = [
    [{ Host: own }, 200],
    [{ Host: `localhost:${server.adminPort}` }, 200],
    [{ Host: `[::1]:${server.adminPort}` }, 200],
    [{ Host: own, Origin: `http://${own}`, 'Sec-Fetch-Site': 'same-origin' }, 200],
    // A name that an attacker's DNS points here.
    [{ Host: 'evil.example' }, 403],
    [{ Host: `evil.example:${server.adminPort}` }, 403],
    [{ Host: `127.0.0.1.evil.example` }, 403],
    [{ Host: `localhost.evil.example` }, 403],
    [{ Host: `127.0.0.1@evil.example` }, 400],
    [{ Host: own, Origin: 'http://evil.example' }, 403],
    [{ Host: own, Origin: 'null' }, 403],
    [{ Host: own, Origin: `http://127.0.0.1:${server.adminPort + 1}` }, 403],
    [{ Host: own, 'Sec-Fetch-Site': 'cross-site' }, 403],
    // Another port of this machine is the same site to a browser.
    [{ Host: own, 'Sec-Fetch-Site': 'same-site' }, 403],
  ]
  for (const [headers, status] of cases) {
    expect(await statusOf(server.adminPort, '/status', headers), JSON.stringify(headers)).toBe(status)
  }
})

it('[D14] a form of another page changes nothing: changes are JSON, and there is no CORS', async () => {
  await using server = await startAdmin()
  const Host = `127.0.0.1:${server.adminPort}`
  const body = JSON.stringify({ address: '/prices/AAPL', data: { price: 1 } })
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'application/jsonx',
    '',
  ]) {
    expect(await statusOf(server.adminPort, '/publish', { Host, 'Content-Type': type }, 'POST', body), type).toBe(415)
  }
  expect(await statusOf(server.adminPort, '/publish', { Host, 'Content-Type': 'application/json' }, 'POST', body)).toBe(
    201,
  )
  const preflight = await server.ask('OPTIONS', '/publish', undefined, { Origin: server.adminUrl })
  expect(preflight.headers.get('access-control-allow-origin')).toBeNull()
  expect(preflight.status).toBe(405)
})

it('[D14] everything goes out with headers that keep scripts and frames away', async () => {
  await using server = await startAdmin()
  for (const path of ['/status', '/nowhere', '/openapi.json']) {
    const { headers } = await server.ask('GET', path)
    expect(headers.get('content-security-policy'), path).toContain("default-src 'none'")
    expect(headers.get('content-security-policy')).not.toContain('unsafe-inline')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('access-control-allow-origin')).toBeNull()
  }
})

it('[D14] a socket of another page is refused before the 101', async () => {
  await using server = await startAdmin()
  const open = (origin: string): Promise<string> =>
    new Promise((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${server.adminPort}/-/connect`, 'hydrant.v1', { origin })
      socket.on('open', () => {
        socket.terminate()
        resolve('open')
      })
      socket.on('unexpected-response', (_request, { statusCode }) => {
        socket.terminate()
        resolve(String(statusCode))
      })
      socket.on('error', () => {})
    })
  expect(await open('http://evil.example')).toBe('403')
  expect(await open(`http://127.0.0.1:${server.adminPort}`)).toBe('open')
})

it('with a token everything but health, files and the session asks for it', async () => {
  await using server = await startAdmin({ token: TOKEN })
  for (const [path, status] of [
    ['/status', 401],
    ['/openapi.json', 401],
    ['/-/asyncapi.json', 401],
    ['/-/live', 200],
    ['/-/ready', 200],
    ['/session', 200],
  ] as const) {
    expect((await server.ask('GET', path)).status, path).toBe(status)
  }
  const refused = await server.ask('GET', '/status')
  expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer/)
  for (const [authorization, status] of [
    [`Bearer ${TOKEN}`, 200],
    [`bearer ${TOKEN}`, 200],
    [`Bearer ${TOKEN}x`, 401],
    [`Bearer ${TOKEN.slice(0, -1)}`, 401],
    [`Basic ${TOKEN}`, 401],
    ['Bearer ', 401],
  ] as const) {
    expect((await server.ask('GET', '/status', undefined, { Authorization: authorization })).status).toBe(status)
  }
})

it('[D14] a browser trades the token for a cookie that pages of other sites cannot use, and gives it back', async () => {
  await using server = await startAdmin({ token: TOKEN })
  expect((await server.ask('POST', '/session', { token: 'wrong' })).status).toBe(401)
  const opened = await server.ask('POST', '/session', { token: TOKEN })
  expect(opened.status).toBe(200)
  const cookie = opened.headers.get('set-cookie')!
  expect(cookie).toMatch(/; HttpOnly; SameSite=Strict$/)
  expect(cookie).not.toContain(TOKEN)
  const Cookie = cookie.split(';')[0]!
  expect((await server.ask('GET', '/status', undefined, { Cookie })).status).toBe(200)
  expect((await server.ask('GET', '/session', undefined, { Cookie })).json).toMatchObject({
    authenticated: true,
    actor: 'session',
  })
  expect((await server.ask('GET', '/status', undefined, { Cookie: `${Cookie}x` })).status).toBe(401)
  await server.ask('DELETE', '/session', undefined, { Cookie })
  expect((await server.ask('GET', '/status', undefined, { Cookie })).status).toBe(401)
})

it('a refused change is in the audit log too, without what was sent as a token', async () => {
  await using server = await startAdmin({ token: TOKEN })
  await server.ask('POST', '/session', { token: 'wrong-but-secret' })
  await server.ask('POST', '/drain', { reason: 'no' })
  const { json, text } = await server.ask('GET', '/audit', undefined, { Authorization: `Bearer ${TOKEN}` })
  expect(json.items).toMatchObject([
    { action: 'drain', actor: 'nobody', status: 401 },
    { action: 'openSession', actor: 'nobody', status: 401 },
  ])
  expect(text).not.toContain('wrong-but-secret')
})

it('does not open where strangers could use it: other addresses need a token, and tokens a length', async () => {
  await using hydrant = createHydrant({ contract: CONTRACT })
  await expect(hydrant.listenAdmin({ host: '0.0.0.0', port: 0 })).rejects.toThrow(/needs a token/)
  await expect(hydrant.listenAdmin({ port: 0, token: 'x'.repeat(15) })).rejects.toThrow(/at least 16/)
  await expect(hydrant.listenAdmin({ port: 0, token: 'x'.repeat(16) })).resolves.toMatchObject({ host: '127.0.0.1' })
})

it('names that the operator lists are taken', async () => {
  await using server = await startAdmin({ allowedHosts: ['Admin.Example'] })
  expect(await statusOf(server.adminPort, '/status', { Host: 'admin.example' })).toBe(200)
  expect(await statusOf(server.adminPort, '/status', { Host: 'admin.example.evil' })).toBe(403)
})
