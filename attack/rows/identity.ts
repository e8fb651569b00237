import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { startIssuer } from '../../packages/server/test/guard/issuer.ts'
import { ask } from '../kit/http.ts'
import { clientFrame, handshake, Peer } from '../kit/peer.ts'
import { ServerProcess } from '../kit/server-process.ts'
import { onlyHydrant } from '../servers/kinds.ts'
import { BACKEND_KEY } from '../servers/secured-contract.ts'
import { bearer, cutWithin, SECURED, securedRow } from './secured-row.ts'
import type { Row } from './row.ts'

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Callers who are not who they say. */
export const IDENTITY_ROWS: readonly Row[] = [
  securedRow(
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
  securedRow(
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
  securedRow(
    'D12',
    'keys that share a beginning with the right one',
    '401, in the same time',
    async (attack, { server }) => {
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
    },
  ),
  securedRow(
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
    id: 'A15b',
    title: '200 connections cut while it is found out who they are, because the keys of the issuer are slow to come',
    right: 'what was asked is given up; nothing leaks or is used after its end',
    long: true,
    notFor: onlyHydrant,
    async run(attack) {
      await using issuer = await startIssuer()
      const waiting: ServerResponse[] = []
      const slow = createServer((_request, response) => void waiting.push(response))
      await new Promise<void>((listening) => slow.listen(0, '127.0.0.1', listening))
      const url = `http://127.0.0.1:${(slow.address() as AddressInfo).port}`
      await using server = await ServerProcess.start([SECURED, url])
      const token = await issuer.token({ iss: url })
      const before = await server.heldBytes()
      for (let batch = 0; batch < 4; batch++) {
        const peers = await Promise.all(Array.from({ length: 50 }, () => Peer.open(server.port)))
        await Promise.all(peers.map((peer) => peer.send(handshake('/users/ann', bearer(token)))))
        await sleep(100)
        attack.note(
          'answered before the keys came',
          '0',
          String(peers.filter(({ receivedBytes }) => receivedBytes > 0).length),
        )
        for (const peer of peers) peer.reset()
      }
      const keys = await (await fetch(`${issuer.url}/jwks`)).text()
      for (const response of waiting) response.setHeader('Content-Type', 'application/json').end(keys)
      slow.on('request', (_request, response: ServerResponse) =>
        response.setHeader('Content-Type', 'application/json').end(keys),
      )
      const { status } = await ask(server.port, 'GET', '/users/ann', undefined, bearer(token))
      attack.note('then a good one', '200', String(status))
      await sleep(500)
      const heldMiB = ((await server.heldBytes()) - before) / 2 ** 20
      attack.note('held afterwards', 'at most 4 MiB', `${heldMiB.toFixed(1)} MiB`, heldMiB <= 4)
      attack.note('the process', 'lives', server.death ?? 'lives')
      attack.note('faults', 'none', /fault|unhandled/i.test(server.output) ? 'some' : 'none')
      slow.closeAllConnections()
      slow.close()
    },
  },
  securedRow('C07', '16 KiB and more before the identity is known', 'closed', async (attack, { open, server }) => {
    const before = await server.heldBytes()
    const peer = await open('/-/connect', { 'Sec-WebSocket-Protocol': 'hydrant.v1' })
    for (let i = 0; i < 40 && !peer.isClosed; i++)
      await Promise.race([peer.send(clientFrame(i === 0 ? 1 : 0, ' '.repeat(1_000), { fin: false })), sleep(100)])
    const got = await cutWithin(peer, 2)
    attack.note('40 KB in fragments', 'cut', got, got.startsWith('cut'))
    attack.figure(`held ${(((await server.heldBytes()) - before) / 2 ** 20).toFixed(2)} MiB`)
  }),
]
