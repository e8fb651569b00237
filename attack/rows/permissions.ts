import { setTimeout as sleep } from 'node:timers/promises'
import { ask } from '../kit/http.ts'
import { BACKEND_KEY } from '../servers/secured-contract.ts'
import type { Peer } from '../kit/peer.ts'
import { heard, replyTo, say } from './connect-protocol.ts'
import { bearer, cutWithin, securedRow } from './secured-row.ts'
import type { Row } from './row.ts'

/** Whether a session was told that a subscription of it was ended. */
function told(peer: Peer): string {
  return heard(peer).some(({ push }) => push === 'revoked') ? 'revoked' : 'nothing'
}

/** Callers who try what they may not, or may no longer. */
export const PERMISSION_ROWS: readonly Row[] = [
  securedRow(
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
  securedRow(
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
  securedRow(
    'D09',
    'a token that expires; a principal that is withdrawn; a permission that a reload takes away',
    'every connection and subscription is cut within 5 s, sessions with a push revoked',
    async (attack, { issuer, server, open, status }) => {
      const nowSeconds = Math.floor(Date.now() / 1_000)
      const shortLived = await open('/users/bob', bearer(await issuer.token({ sub: 'bob', exp: nowSeconds + 3 })))
      attack.note('expiring soon', '101', await shortLived.status())
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
        // Three seconds until it expires, and five to be cut.
        cutWithin(shortLived, 8),
      ])
      attack.note('withdrawn, the session is told', 'revoked', told(session))
      attack.note('withdrawn, on one channel', 'cut within 5 s', first, first.startsWith('cut'))
      attack.note('withdrawn, on a session', 'cut within 5 s', second, second.startsWith('cut'))
      attack.note('expired', 'cut within 8 s', expired, expired.startsWith('cut'))
      attack.note('again with the same token', '401', await status('/users/ann', bearer(token)))

      const eve = bearer(await issuer.token({ sub: 'eve' }))
      const [single, many] = [
        await open('/users/eve', eve),
        await open('/-/connect', { ...eve, 'Sec-WebSocket-Protocol': 'hydrant.v1' }),
      ]
      const stream = await open('/users/eve', {
        ...eve,
        Upgrade: undefined,
        Connection: undefined,
        Accept: 'text/event-stream',
      })
      attack.note('an event stream', '200', await stream.status())
      await many.send(say({ op: 'subscribe', id: 1, channels: [{ channel: '/users/eve' }] }))
      await many.until(() => heard(many).some(({ id }) => id === 1))
      attack.note('before the reload it is told', 'nothing', told(many))
      server.tell({ reload: 'admins' })
      const cut = await cutWithin(single, 5)
      await stream.until(() => stream.text.includes('hydrant.error'), 5_000)
      await many.until(() => told(many) === 'revoked', 5_000)
      attack.note('permission removed, on one channel', 'cut within 5 s', cut, cut.startsWith('cut'))
      attack.note(
        'permission removed, on an event stream',
        'told, and ended',
        /hydrant\.error[^]*\r\n0\r\n\r\n$/.test(stream.text) ? 'told, and ended' : 'goes on',
      )
      attack.note('permission removed, the session is told', 'revoked', told(many))
      attack.note('again', '403', await status('/users/eve', eve))
    },
  ),
  securedRow(
    'D10',
    'resuming after the withdrawal, after a permission was removed, and with the position of another',
    'full authorization again',
    async (attack, { issuer, server, open, status }) => {
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
      const bob = bearer(await issuer.token({ sub: 'bob' }))
      attack.note("bob's own position", '101', await status(`/users/bob?since=${position}`, bob))
      const session = await open('/-/connect', { ...bob, 'Sec-WebSocket-Protocol': 'hydrant.v1' })
      server.tell({ reload: 'admins' })
      for (let i = 0; i < 40 && (await status('/users/bob', bob)) !== '403'; i++) await sleep(50)
      attack.note('resuming without the permission', '403', await status(`/users/bob?since=${position}`, bob))
      await session.send(say({ op: 'subscribe', id: 1, channels: [{ channel: '/users/bob', since: position }] }))
      const result = (await replyTo(session, 1))?.['result'] as
        | { channels?: { error?: { code: string } }[] }
        | undefined
      attack.note('the same on a session that stayed', 'forbidden', result?.channels?.[0]?.error?.code ?? 'accepted')
    },
  ),
  securedRow(
    'D11',
    'history, long-poll, SSE and a replay of what the token does not allow, or no longer',
    'refused as live is',
    async (attack, { issuer, server, open }) => {
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
      const replay = async (address: string): Promise<string> => {
        const peer = await open('/-/connect', { ...known, 'Sec-WebSocket-Protocol': 'hydrant.v1' })
        await peer.send(say({ op: 'subscribe', id: 1, channels: [{ channel: address, last: 10 }] }))
        const result = (await replyTo(peer, 1))?.['result'] as { channels?: { error?: { code: string } }[] } | undefined
        const secret = peer.text.includes('secret of') ? ' with the secret' : ''
        return `${result?.channels?.[0]?.error?.code ?? 'accepted'}${secret}`
      }
      attack.note('a replay on a session', 'forbidden', await replay('/users/bob'))
      await ask(server.port, 'POST', '/users/ann', '"secret of ann"', {
        'Content-Type': 'application/json',
        'X-Key': BACKEND_KEY,
      })
      const own = await ask(server.port, 'GET', '/users/ann', undefined, known)
      attack.note(
        'its own history',
        '200 with the secret',
        `${own.status}${own.body.includes('secret of ann') ? ' with the secret' : ''}`,
      )
      server.tell({ reload: 'admins' })
      const read = async (): Promise<string> => {
        const { status: got, body } = await ask(server.port, 'GET', '/users/ann', undefined, known)
        return `${got}${body.includes('secret of ann') ? ' with the secret' : ''}`
      }
      for (let i = 0; i < 40 && (await read()).startsWith('200'); i++) await sleep(50)
      attack.note('its own history, no longer allowed', '403', await read())
      attack.note('a replay of it', 'forbidden', await replay('/users/ann'))
    },
  ),
]
