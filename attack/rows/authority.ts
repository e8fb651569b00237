import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Issuer, startIssuer } from '../../packages/server/test/guard/issuer.ts'
import { ask } from '../kit/http.ts'
import { clientFrame, handshake, Peer } from '../kit/peer.ts'
import { ServerProcess } from '../kit/server-process.ts'
import { onlyHydrant } from '../servers/kinds.ts'
import { heard, say } from './connect-protocol.ts'
import type { Attack, Row } from './row.ts'

const BACKEND_KEY = 'backend-key-for-the-attack-suite'
const SECURED = fileURLToPath(new URL('../servers/secured.ts', import.meta.url))

type Headers = Record<string, string | string[] | undefined>

/** A server that asks who is calling, and who vouches for its callers. */
interface Secured {
  readonly server: ServerProcess
  readonly issuer: Issuer
  readonly open: (path: string, headers?: Headers) => Promise<Peer>
  readonly status: (path: string, headers?: Headers) => Promise<string>
}

function row(id: string, title: string, right: string, run: (attack: Attack, secured: Secured) => Promise<void>): Row {
  return {
    id,
    title,
    right,
    long: true,
    notFor: onlyHydrant,
    async run(attack) {
      await using issuer = await startIssuer()
      await using server = await ServerProcess.start([SECURED, issuer.url])
      const peers: Peer[] = []
      const open: Secured['open'] = async (path, headers = {}) => {
        const peer = await Peer.open(server.port)
        peers.push(peer)
        void peer.send(handshake(path, headers))
        await peer.status()
        return peer
      }
      try {
        await run(attack, {
          server,
          issuer,
          open,
          status: async (path, headers) => (await open(path, headers)).status(),
        })
        attack.note('the process', 'lives', server.death ?? 'lives')
      } finally {
        for (const peer of peers) peer[Symbol.dispose]()
      }
    },
  }
}

const bearer = (token: string): Record<string, string> => ({ Authorization: `Bearer ${token}` })
const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Within how many seconds a peer was cut, or told that it may not go on. */
async function cutWithin(peer: Peer, seconds: number): Promise<string> {
  const started = performance.now()
  const isCut = (): boolean => peer.isClosed || peer.frames().some((frame) => frame.startsWith('close'))
  const cut = await peer.until(isCut, seconds * 1_000)
  return cut ? `cut after ${((performance.now() - started) / 1_000).toFixed(1)} s` : `open after ${seconds} s`
}

/** Callers who are not who they say, or may not do what they try. */
export const AUTHORITY_ROWS: readonly Row[] = [
  row(
    'D01',
    'foreign origins: another host, null, a longer name, another scheme, another port',
    '403: exact match',
    async (attack, { issuer, status }) => {
      const known = bearer(await issuer.token())
      for (const origin of [
        'https://evil.test',
        'null',
        'https://app.example.com.evil',
        'http://app.example.com',
        'https://app.example.com:8443',
        'https://app.example.com/',
        'HTTPS://APP.EXAMPLE.COM',
        '',
      ]) {
        attack.note(JSON.stringify(origin), '403', await status('/users/ann', { ...known, Origin: origin }))
      }
      attack.note('the listed one', '101', await status('/users/ann', { ...known, Origin: 'https://app.example.com' }))
    },
  ),
  {
    id: 'D02',
    title: 'a start with identity from cookies and no list of origins',
    right: 'refuses to start',
    notFor: onlyHydrant,
    async run(attack) {
      attack.note('cookie', 'refuses', await startOf([SECURED, 'http://127.0.0.1:1', 'cookie']))
    },
  },
  {
    id: 'D03',
    title: 'a start without authentication on an address that others reach',
    right: 'refuses to start',
    notFor: onlyHydrant,
    async run(attack) {
      const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
      const serve = [file('../../packages/cli/src/main.ts'), 'serve', file('../contract.yaml'), '--port', '0', '--host']
      for (const host of ['0.0.0.0', '::']) attack.note(host, 'refuses', await startOf([...serve, host]))
    },
  },
  row(
    'D04',
    'a token in the query; a ticket used twice',
    'refused, and in no log; a ticket is good once',
    async (attack, { issuer, server, open, status }) => {
      const token = await issuer.token()
      attack.note('token in the query', '401', await status(`/users/ann?access_token=${token}&token=${token}`))
      const { status: issued, body } = await ask(server.port, 'POST', '/-/tickets', '', bearer(token))
      attack.note('ticket', '201', String(issued))
      const { ticket } = JSON.parse(body) as { ticket: string }
      attack.note('first use', '101', await status(`/users/ann?ticket=${ticket}`))
      const second = await open(`/users/ann?ticket=${ticket}`)
      attack.note('second use', '401', await second.status())
      attack.note('the answer repeats it', 'no', second.text.includes(ticket) ? 'yes' : 'no')
      const logged = server.output.includes(token) || server.output.includes(ticket)
      attack.note('in the log', 'no', logged ? 'yes' : 'no')
    },
  ),
  row(
    'D05',
    'tokens with alg none, a swapped algorithm, expired, of another audience, issuer or key',
    '401 before the 101',
    async (attack, { issuer, status }) => {
      await using stranger = await startIssuer()
      const nowSeconds = Math.floor(Date.now() / 1_000)
      const [head, payload, signature] = (await issuer.token()).split('.') as [string, string, string]
      const tokens: Record<string, string> = {
        'alg none': `${base64url({ alg: 'none' })}.${payload}.`,
        'alg none, signed': `${base64url({ alg: 'none' })}.${payload}.${signature}`,
        'alg NONE': `${base64url({ alg: 'NONE' })}.${payload}.`,
        'HS256 over the same bytes': `${base64url({ alg: 'HS256', kid: 'k1' })}.${payload}.${signature}`,
        'another payload': `${head}.${base64url({ iss: issuer.url, aud: 'api', sub: 'bob', exp: nowSeconds + 600 })}.${signature}`,
        expired: await issuer.token({ exp: nowSeconds - 60 }),
        'no end': await issuer.token({ exp: undefined }),
        'another audience': await issuer.token({ aud: 'other' }),
        'another issuer': await issuer.token({ iss: stranger.url }),
        "a stranger's signature": await stranger.token({ iss: issuer.url }),
        'unknown kid': await issuer.token({}, { kid: 'k2' }),
        'not a token': 'x'.repeat(8_000),
        empty: '',
      }
      for (const [what, token] of Object.entries(tokens))
        attack.note(what, '401', await status('/users/ann', bearer(token)))
      attack.note('a good one', '101', await status('/users/ann', bearer(await issuer.token())))
    },
  ),
  row(
    'D06',
    'a key address and an issuer from an unverified token',
    'no request leaves',
    async (attack, { issuer, status }) => {
      let asked = 0
      const trap = createServer((_request, response) => {
        asked++
        response.end('{"keys":[]}')
      })
      await new Promise<void>((listening) => trap.listen(0, '127.0.0.1', listening))
      const url = `http://127.0.0.1:${(trap.address() as AddressInfo).port}`
      await using stranger = await startIssuer()
      for (const token of [
        await stranger.token({ iss: issuer.url }, { jku: `${url}/jwks`, x5u: `${url}/x5u`, kid: 'evil' }),
        await stranger.token({ iss: url }, { kid: 'k1' }),
        await stranger.token({ iss: issuer.url }, { kid: `${url}/jwks` }),
      ]) {
        attack.note('a token that names an address', '401', await status('/users/ann', bearer(token)))
      }
      attack.note('requests to it', '0', String(asked))
      trap.close()
    },
  ),
  row(
    'D07',
    'claims and addresses that could be taken for each other',
    '403: nothing is put together from parts',
    async (attack, { issuer, status }) => {
      const subjects: [sub: unknown, path: string][] = [
        ['ann', '/users/bob'],
        ['ann', '/users/ANN'],
        ['ann', '/users/ann%20'],
        ['ann', '/users/ann%3Ax'],
        ['{id}', '/users/ann'],
        ['*', '/users/ann'],
        ['', '/users/ann'],
        ['ann/../bob', '/users/bob'],
        ['caf\u00e9', '/users/cafe'],
      ]
      for (const [sub, path] of subjects) {
        const got = await status(path, bearer(await issuer.token({ sub })))
        attack.note(`${JSON.stringify(sub)} at ${path}`, 'refused', got, /^40[0134]$/.test(got))
      }
    },
  ),
  row(
    'D08',
    'a reload with rules that are broken',
    'the old rules stay; nothing opens',
    async (attack, { issuer, server, status }) => {
      const known = bearer(await issuer.token())
      const reload = async (what: string): Promise<string> => {
        const before = server.output.length
        server.tell({ reload: what })
        for (let i = 0; i < 60 && !server.output.includes('reload', before); i++) await sleep(50)
        return server.output.includes('reload refused', before) ? 'refused' : 'taken'
      }
      attack.note('a broken document', 'refused', await reload('document'))
      attack.note('what was closed', '403', await status('/users/bob', known))
      attack.note('what was open', '101', await status('/users/ann', known))
      attack.note('a rule that does not exist', 'refused', await reload('rule'))
      attack.note('what was closed, still', '403', await status('/users/bob', known))
      attack.note('what was open, still', '101', await status('/users/ann', known))
    },
  ),
  row(
    'D09',
    'a token that expires; a principal that is withdrawn',
    'every connection is cut within 5 s',
    async (attack, { issuer, server, open, status }) => {
      const nowSeconds = Math.floor(Date.now() / 1_000)
      // The clock of the issuer may be off by five seconds: until then it is good.
      const shortLived = await open('/users/bob', bearer(await issuer.token({ sub: 'bob', exp: nowSeconds - 2 })))
      const token = await issuer.token({ iat: nowSeconds - 1 })
      const [socket, session] = [
        await open('/users/ann', bearer(token)),
        await open('/-/connect', { ...bearer(token), 'Sec-WebSocket-Protocol': 'hydrant.v1' }),
      ]
      await session.send(say({ op: 'subscribe', id: 1, channels: [{ channel: '/users/ann' }] }))
      await session.until(() => heard(session).some(({ id }) => id === 1))
      server.tell({ revoke: 'login:ann' })
      const [first, second, expired] = await Promise.all([
        cutWithin(socket, 5),
        cutWithin(session, 5),
        cutWithin(shortLived, 10),
      ])
      attack.note('withdrawn, on one channel', 'cut within 5 s', first, first.startsWith('cut'))
      attack.note('withdrawn, on a session', 'cut within 5 s', second, second.startsWith('cut'))
      attack.note('expired', 'cut within 10 s', expired, expired.startsWith('cut'))
      attack.note('again with the same token', '401', await status('/users/ann', bearer(token)))
    },
  ),
  row(
    'D10',
    'resuming after the withdrawal; resuming with the position of another',
    'full authorization again',
    async (attack, { issuer, server, status }) => {
      const published = await ask(server.port, 'POST', '/users/bob', '"secret of bob"', {
        'Content-Type': 'application/json',
        'X-Key': BACKEND_KEY,
      })
      const { position } = JSON.parse(published.body) as { position: string }
      const token = await issuer.token({ iat: Math.floor(Date.now() / 1_000) - 1 })
      attack.note("another's position", '403', await status(`/users/bob?since=${position}`, bearer(token)))
      server.tell({ revoke: 'login:ann' })
      for (let i = 0; i < 40 && (await status('/users/ann', bearer(token))) !== '401'; i++) await sleep(50)
      attack.note('resuming when withdrawn', '401', await status(`/users/ann?since=${position}`, bearer(token)))
    },
  ),
  row(
    'D11',
    'history, long-poll and replay of what the token does not allow',
    'refused as live is',
    async (attack, { issuer, server }) => {
      await ask(server.port, 'POST', '/users/bob', '"secret of bob"', {
        'Content-Type': 'application/json',
        'X-Key': BACKEND_KEY,
      })
      const known = bearer(await issuer.token())
      for (const path of [
        '/users/bob',
        '/users/bob?limit=1',
        '/users/bob?since=x:0&wait=1',
        '/users/bob?as=application',
      ]) {
        const { status, body } = await ask(server.port, 'GET', path, undefined, known)
        attack.note(path, '403', `${status}${body.includes('secret of bob') ? ' with the secret' : ''}`)
      }
      const { status } = await ask(server.port, 'GET', '/users/bob', undefined, {
        ...known,
        Accept: 'text/event-stream',
      })
      attack.note('SSE', '403', String(status))
    },
  ),
  row('D12', 'keys that share a beginning with the right one', '401, in the same time', async (attack, { server }) => {
    const median = async (key: string): Promise<number> => {
      const times: number[] = []
      for (let i = 0; i < 300; i++) {
        const started = performance.now()
        await ask(server.port, 'GET', '/users/ann', undefined, { 'X-Key': key })
        times.push(performance.now() - started)
      }
      return times.toSorted((a, b) => a - b)[150]!
    }
    await median('warm-up')
    const [far, near] = [await median('x'.repeat(BACKEND_KEY.length)), await median(`${BACKEND_KEY.slice(0, -1)}x`)]
    attack.figure(`medians ${far.toFixed(3)} and ${near.toFixed(3)} ms`)
    attack.note('difference', 'below 0.5 ms', `${Math.abs(far - near).toFixed(3)} ms`, Math.abs(far - near) < 0.5)
    const { status } = await ask(server.port, 'GET', '/users/ann', undefined, {
      'X-Key': `${BACKEND_KEY.slice(0, -1)}x`,
    })
    attack.note('nearly right', '401', String(status))
  }),
  row(
    'D13',
    "a client that sends the server's own headers, in odd case and twice",
    'they say nothing',
    async (attack, { issuer, status }) => {
      for (const headers of [
        { 'Hydrant-Principal': 'admin' },
        { 'hYDRANT-role': ['application', 'admin'] },
        { 'X-Hydrant-Principal': 'login:ann', 'Hydrant-Scopes': 'hydrant:publish' },
      ]) {
        attack.note(Object.keys(headers).join(', '), '401', await status('/users/ann', headers))
        attack.note(
          `${Object.keys(headers).join(', ')}, as ann`,
          '403',
          await status('/users/bob', { ...headers, ...bearer(await issuer.token()) }),
        )
      }
      attack.note(
        'Authorization twice',
        '400 or 401',
        await status('/users/ann', { Authorization: [`Bearer ${await issuer.token()}`, 'Bearer x'] }).then((got) =>
          got === '400' || got === '401' ? '400 or 401' : got,
        ),
      )
    },
  ),
  {
    id: 'D14',
    title: "script in the contract's texts and names, on the page that is made from it",
    right: 'escaped; a CSP without inline script',
    notFor: onlyHydrant,
    async run(attack) {
      const { headers, body } = await ask(attack.port, 'GET', '/-/docs')
      const policy = String(headers['content-security-policy'] ?? 'none')
      attack.note('CSP', 'no unsafe-inline, no unsafe-eval', policy, policy !== 'none' && !/unsafe/.test(policy))
      attack.note('inline script', 'none', /<script(?![^>]*\bsrc=)[^>]*>\s*[^\s<]/.test(body) ? 'some' : 'none')
      const { body: missing } = await ask(attack.port, 'GET', '/%3Cscript%3Ealert(1)%3C/script%3E', undefined, {
        Accept: 'text/html',
      })
      attack.note(
        'an address with a script, in an error',
        'not HTML',
        missing.trimStart().startsWith('{') ? 'not HTML' : missing.slice(0, 80),
      )
    },
  },
  row(
    'D15',
    '/metrics, /admin and error bodies of the public listener; arguments of the process',
    'no secrets, nothing internal',
    async (attack, { server }) => {
      for (const path of ['/metrics', '/-/metrics', '/admin', '/-/admin', '/-/connections', '/-/console']) {
        const { status } = await ask(server.port, 'GET', path)
        attack.note(path, 'refused', String(status), status === 401 || status === 404)
      }
      const { body } = await ask(server.port, 'POST', '/users/ann', '{"a":', {
        'Content-Type': 'application/json',
        'X-Key': BACKEND_KEY,
      })
      attack.note(
        'an error body',
        'no path or stack',
        /node_modules|\.ts:|\.js:|at \w+ \(/.test(body) ? body : 'no path or stack',
      )
      const cmdline = readFileSync(`/proc/${server.pid}/cmdline`, 'latin1')
      attack.note('arguments', 'no key', cmdline.includes(BACKEND_KEY) ? 'the key' : 'no key')
      attack.note('log', 'no key', server.output.includes(BACKEND_KEY) ? 'the key' : 'no key')
    },
  ),
  row('C07', '16 KiB and more before the identity is known', 'closed', async (attack, { open, server }) => {
    const before = await server.heldBytes()
    const peer = await open('/-/connect', { 'Sec-WebSocket-Protocol': 'hydrant.v1' })
    for (let i = 0; i < 40 && !peer.isClosed; i++)
      await Promise.race([peer.send(clientFrame(i === 0 ? 1 : 0, ' '.repeat(1_000), { fin: false })), sleep(100)])
    const got = await cutWithin(peer, 2)
    attack.note('40 KB in fragments', 'cut', got, got.startsWith('cut'))
    attack.figure(`held ${(((await server.heldBytes()) - before) / 2 ** 20).toFixed(2)} MiB`)
  }),
]

/** `refuses`, or that it started all the same. */
async function startOf(command: readonly string[]): Promise<string> {
  try {
    await using server = await ServerProcess.start(command)
    return `listens at ${server.port}`
  } catch {
    return 'refuses'
  }
}
