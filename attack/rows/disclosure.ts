import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { startIssuer } from '../../packages/server/test/guard/issuer.ts'
import { ask } from '../kit/http.ts'
import { handshake, Peer } from '../kit/peer.ts'
import { onlyHydrant } from '../servers/kinds.ts'
import { BACKEND_KEY } from '../servers/secured-contract.ts'
import { serveSecurely } from '../servers/served-securely.ts'
import { replyTo, say } from './connect-protocol.ts'
import { bearer, securedRow } from './secured-row.ts'
import type { Row } from './row.ts'

/** What would tell strangers too much, or lend them a browser. */
export const DISCLOSURE_ROWS: readonly Row[] = [
  {
    id: 'D04',
    title:
      'tokens, keys and tickets in queries, headers and first messages, good and bad, on a served process whose log is at its loudest',
    right:
      'refused in a query unless the contract asks for them there; in no output of the process; a ticket is good once',
    long: true,
    notFor: onlyHydrant,
    async run(attack) {
      await using issuer = await startIssuer()
      await using served = await serveSecurely(issuer)
      const { server } = served
      const secrets: string[] = [BACKEND_KEY]
      const secret = (text: string): string => {
        // The signature tells one token from the next, and a part of it is as bad as the whole.
        secrets.push(text.slice(-24))
        return text
      }
      const open = async (path: string, headers: Record<string, string> = {}): Promise<string> => {
        using peer = await Peer.open(server.port)
        void peer.send(handshake(path, headers))
        return await peer.status()
      }
      const good = async (): Promise<string> => secret(await issuer.token({ jti: randomUUID() }))
      const bad = async (): Promise<string> =>
        secret(`${(await issuer.token({ jti: randomUUID() })).slice(0, -8)}${randomUUID().slice(0, 8)}`)
      attack.note(
        'a good token in the query',
        '401',
        await open(`/users/ann?access_token=${await good()}&token=${await good()}`),
      )
      attack.note('in a header', '101', await open('/users/ann', bearer(await good())))
      attack.note('a bad one in a header', '401', await open('/users/ann', bearer(await bad())))
      attack.note('as a subprotocol', '400', await open('/-/connect', { 'Sec-WebSocket-Protocol': await good() }))
      attack.note(
        'a key where the contract asks for it, in the query',
        '101',
        await open(`/users/ann?key=${BACKEND_KEY}`),
      )
      attack.note('a bad key there', '401', await open(`/users/ann?key=${secret(randomUUID())}`))
      const get = async (path: string, headers: Record<string, string> = {}): Promise<string> =>
        String((await ask(server.port, 'GET', path, undefined, headers)).status)
      attack.note('a bad token on a GET', '401', await get('/users/ann', bearer(await bad())))
      attack.note('a bad key on a GET', '401', await get(`/users/ann?key=${secret(randomUUID())}`))
      for (const [what, token, expected] of [
        ['a good first message', await good(), 'accepted'],
        ['a bad first message', await bad(), 'unauthenticated'],
      ] as const) {
        using peer = await Peer.open(server.port)
        void peer.send(handshake('/-/connect', { 'Sec-WebSocket-Protocol': 'hydrant.v1' }))
        await peer.status()
        void peer.send(say({ op: 'authenticate', id: 1, token }))
        const reply = await replyTo(peer, 1)
        attack.note(what, expected, (reply?.['error'] as { code: string } | undefined)?.code ?? 'accepted')
        void peer.send(say({ op: 'publish', id: 2, channel: '/users/ann', token, data: { token } }))
        await peer.until(() => peer.isClosed, 200)
      }
      const issued = await ask(server.port, 'POST', '/-/tickets', '', bearer(await good()))
      const { ticket } = JSON.parse(issued.body) as { ticket: string }
      secret(ticket)
      attack.note('a ticket', '101', await open(`/users/ann?ticket=${ticket}`))
      using second = await Peer.open(server.port)
      void second.send(handshake(`/users/ann?ticket=${ticket}`))
      attack.note('the same again', '401', await second.status())
      attack.note('the answer repeats it', 'no', second.text.includes(ticket) ? 'yes' : 'no')
      const { body: metrics } = await ask(served.adminPort, 'GET', '/metrics', undefined, bearer(served.adminToken))
      attack.note('metrics', 'some', metrics.includes('hydrant_') ? 'some' : 'none')
      attack.note('events in the log', 'some', /"event":"request-refused"/.test(server.output) ? 'some' : 'none')
      const shown = (text: string): string => {
        const found = secrets.filter((each) => text.includes(each)).length
        return found === 0 ? `none of ${secrets.length}` : `${found} of ${secrets.length}`
      }
      attack.note('secrets in stdout and stderr', `none of ${secrets.length}`, shown(server.output))
      attack.note('secrets in the metrics', `none of ${secrets.length}`, shown(metrics))
      attack.note(
        'secrets in the arguments',
        `none of ${secrets.length}`,
        shown(readFileSync(`/proc/${server.pid}/cmdline`, 'latin1')),
      )
    },
  },
  {
    id: 'D14',
    title: "script in the contract's texts and in payloads; requests that a page of another site sends to the console",
    right:
      'escaped; a CSP without inline script; a port of its own, where only its own pages are let in; SameSite=Strict',
    long: true,
    notFor: onlyHydrant,
    async run(attack) {
      await using issuer = await startIssuer()
      await using served = await serveSecurely(issuer)
      const { adminPort, adminToken } = served
      const pages = [
        ["the API's page", await ask(attack.port, 'GET', '/-/docs')],
        ['the console', await ask(adminPort, 'GET', '/')],
      ] as const
      for (const [what, { status, headers, body }] of pages) {
        const policy = String(headers['content-security-policy'] ?? 'none')
        attack.note(`${what}: there`, '200', String(status))
        attack.note(
          `${what}: CSP`,
          'no unsafe-inline, no unsafe-eval',
          policy,
          policy !== 'none' && !/unsafe/.test(policy),
        )
        attack.note(
          `${what}: inline script`,
          'none',
          /<script(?![^>]*\bsrc=)[^>]*>\s*[^\s<]/.test(body) ? 'some' : 'none',
        )
        attack.note(
          `${what}: script of the contract`,
          'escaped',
          /<script>alert|<img src=x/.test(body) ? 'as it is' : 'escaped',
        )
      }
      attack.note("the API's page: tells its texts", 'yes', /&lt;script&gt;alert/.test(pages[0][1].body) ? 'yes' : 'no')
      await ask(attack.port, 'POST', '/json/script', '"<script>alert(1)</script>"', {
        'Content-Type': 'application/json',
      })
      for (const [what, path, accept] of [
        ['a payload with a script', '/json/script', 'application/json'],
        ['an address with a script, in an error', '/%3Cscript%3Ealert(1)%3C/script%3E', 'text/html'],
      ] as const) {
        const { headers } = await ask(attack.port, 'GET', path, undefined, { Accept: accept })
        const type = `${headers['content-type'] as string}, ${headers['x-content-type-options'] as string}`
        attack.note(
          what,
          'JSON, nosniff',
          /^application\/(?:problem\+)?json.*, nosniff$/.test(type) ? 'JSON, nosniff' : type,
        )
      }
      const known = bearer(await issuer.token())
      const { status: onPublic } = await ask(served.server.port, 'GET', '/connections', undefined, known)
      attack.note('an address of the console on the public port', '404', String(onPublic))
      const signIn = await ask(adminPort, 'POST', '/session', JSON.stringify({ token: adminToken }), {
        'Content-Type': 'application/json',
      })
      const [cookie = ''] = [signIn.headers['set-cookie'] ?? []].flat()
      attack.note(
        'the cookie',
        'HttpOnly; SameSite=Strict',
        /HttpOnly; SameSite=Strict/.test(cookie) ? 'HttpOnly; SameSite=Strict' : cookie,
      )
      const signedIn = { Cookie: cookie.split(';')[0]! }
      attack.note(
        'with the cookie',
        '200',
        String((await ask(adminPort, 'GET', '/status', undefined, signedIn)).status),
      )
      for (const [what, headers] of [
        ['of another origin', { Origin: 'https://evil.test' }],
        ['of a null origin', { Origin: 'null' }],
        ['of another site, as browsers say', { 'Sec-Fetch-Site': 'cross-site' }],
        ['by a name that was pointed here', { Host: 'evil.test' }],
      ] as const) {
        for (const [method, path] of [
          ['GET', '/status'],
          ['DELETE', '/principals/login:ann/sessions'],
        ] as const) {
          const { status } = await ask(adminPort, method, path, undefined, { ...signedIn, ...headers })
          attack.note(`${method} ${what}, with the cookie`, '403', String(status))
        }
      }
      attack.note('without the cookie', '401', String((await ask(adminPort, 'GET', '/status')).status))
    },
  },
  securedRow(
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
]
