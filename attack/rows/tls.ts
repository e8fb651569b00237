import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type ConnectionOptions } from 'node:tls'
import { Peer } from '../kit/peer.ts'
import { onlyHydrant } from '../servers/kinds.ts'
import type { Row } from './row.ts'

/** `secured`, or the error of a handshake. */
function secure(port: number, options: ConnectionOptions): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options })
    socket.once('secureConnect', () => {
      resolve('secured')
      socket.destroy()
    })
    socket.once('error', () => resolve('refused'))
    socket.once('close', () => resolve('refused'))
  })
}

/** TLS, where Hydrant speaks it itself. */
export const TLS_ROWS: readonly Row[] = [
  {
    id: 'A18',
    title:
      'TLS: a handshake that stalls, bytes that are none, names and protocols nobody has, an old version, renegotiation',
    right: 'cut after 5 s; refused or ignored; renegotiation off; the process lives',
    slow: true,
    notFor: onlyHydrant,
    async run(attack) {
      const folder = mkdtempSync(join(tmpdir(), 'hydrant-attack-'))
      const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
      const make = [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-days',
        '2',
        '-subj',
        '/CN=localhost',
        '-keyout',
        key,
        '-out',
        cert,
      ]
      execFileSync('openssl', make, { stdio: 'ignore' })
      await using server = await attack.kind.start({ args: ['--tls-cert', cert, '--tls-key', key] })
      using stalled = await Peer.open(server.port)
      void stalled.send(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00]))
      using silent = await Peer.open(server.port)
      const started = performance.now()
      using nonsense = await Peer.open(server.port)
      void nonsense.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
      attack.note('plain HTTP', 'closed', (await nonsense.untilClosed()) ? 'closed' : 'open')
      for (const servername of ['evil.test', '__proto__', 'x'.repeat(255), '.'.repeat(200), 'a\tb'])
        attack.note(
          `the name ${JSON.stringify(servername).slice(0, 20)}`,
          'secured',
          await secure(server.port, { servername }),
        )
      for (const name of ['evil', '__proto__', 'h2', 'x'.repeat(255)])
        attack.note(
          `the protocol ${name.slice(0, 20)} alone`,
          'refused',
          await secure(server.port, { ALPNProtocols: [name] }),
        )
      attack.note(
        'TLS 1.1',
        'refused',
        await secure(server.port, { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' }),
      )
      attack.note('renegotiation', 'refused', await renegotiate(server.port))
      for (const [what, peer] of [
        ['a stalled handshake', stalled],
        ['silence', silent],
      ] as const) {
        const closed = await peer.untilClosed(12_000)
        const seconds = (performance.now() - started) / 1_000
        attack.note(
          what,
          'closed within 7 s',
          closed ? `closed after ${seconds.toFixed(1)} s` : 'open',
          closed && seconds < 7,
        )
      }
      attack.note('afterwards', 'secured', await secure(server.port, {}))
      attack.note('the process', 'lives', server.death ?? 'lives')
      rmSync(folder, { recursive: true })
    },
  },
]

function renegotiate(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, maxVersion: 'TLSv1.2' })
    socket.once('error', () => resolve('refused'))
    socket.once('close', () => resolve('refused'))
    socket.once('secureConnect', () => {
      const timer = setTimeout(() => resolve('refused'), 2_000)
      socket.renegotiate({}, (error) => {
        clearTimeout(timer)
        resolve(error === null ? 'done' : 'refused')
        socket.destroy()
      })
    })
  })
}
