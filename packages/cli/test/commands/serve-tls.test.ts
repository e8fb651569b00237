import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { connect, type TLSSocket } from 'node:tls'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { run, start } from '../run-command.ts'

const CONTRACT = `asyncapi: 3.1.0
info: { title: t, version: '1' }
channels: { news: { address: /news, messages: { item: { payload: {} } } } }
operations: { send: { action: send, channel: { $ref: '#/channels/news' } } }
`

let folder = ''
const at = (name: string): string => path.join(folder, name)
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hydrant-'))
  await writeFile(at('api.yaml'), CONTRACT)
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
  for (const name of ['first', 'second']) {
    const files = ['-out', at(`${name}.cert`), '-keyout', at(`${name}.key`)]
    await promisify(execFile)('openssl', ['req', '-x509', ...curve, '-subj', `/CN=${name}`, ...files])
  }
})
afterAll(async () => rm(folder, { recursive: true }))

async function use(name: string): Promise<void> {
  await copyFile(at(`${name}.key`), at('key.pem'))
  await copyFile(at(`${name}.cert`), at('cert.pem'))
}

/** The name in the certificate that a new connection is shown. */
async function shown(port: number): Promise<string> {
  const socket: TLSSocket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const { subject } = socket.getPeerCertificate()
  socket.destroy()
  return String(subject.CN)
}

describe('hydrant serve with a certificate', () => {
  it('serves https and wss, and takes another one on SIGHUP without dropping anybody; a broken one is refused, and said', async () => {
    await use('first')
    await using running = start(
      'serve',
      at('api.yaml'),
      '--port=0',
      '--tls-cert',
      at('cert.pem'),
      '--tls-key',
      at('key.pem'),
    )
    const [, url] = await running.printed('stdout', /Listening on (https:\S+)\n/)
    const port = Number(new URL(url!).port)
    const client = new WebSocket(`${url!.replace('https', 'wss')}/news`, { rejectUnauthorized: false })
    await once(client, 'open')
    expect(await shown(port)).toBe('first')

    await writeFile(at('cert.pem'), 'no certificate')
    running.process.kill('SIGHUP')
    await running.printed('stderr', /the certificate stays as it was/)
    expect(await shown(port)).toBe('first')

    await use('second')
    running.process.kill('SIGHUP')
    await running.printed('stderr', /the certificate was read again/)
    expect(await shown(port)).toBe('second')
    const pong = once(client, 'pong')
    client.ping()
    await pong
    client.terminate()
  })

  it.each([
    ['without its key', ['--tls-cert', 'first.cert'], /--tls-key is missing/],
    ['with the key of another', ['--tls-cert', 'first.cert', '--tls-key', 'second.key'], /key/i],
    ['that is not there', ['--tls-cert', 'none.cert', '--tls-key', 'first.key'], /none\.cert cannot be read/],
  ])('does not start %s', async (_why, flags, said) => {
    const args = flags.map((flag) => (flag.startsWith('--') ? flag : at(flag)))
    const { code, stderr } = await run(['serve', at('api.yaml'), '--port=0', ...args])
    expect(code).not.toBe(0)
    expect(stderr).toMatch(said)
  })
})

describe('hydrant serve behind a proxy', () => {
  it('takes the address that a listed proxy was called by as its own origin, nobody else’s word for it, and a name only when it is listed', async () => {
    const statuses = async (...flags: string[]): Promise<number[]> => {
      await using running = start('serve', at('api.yaml'), '--port=0', ...flags)
      const [, url] = await running.printed('stdout', /Listening on (\S+)\n/)
      const asked = ['203.0.113.7', 'api.example.com'].map(async (host) => {
        const headers = { origin: `https://${host}`, 'x-forwarded-host': host, 'x-forwarded-proto': 'https' }
        return (await fetch(`${url}/news`, { headers })).status
      })
      return await Promise.all(asked)
    }
    expect(await statuses('--trust-proxy', '127.0.0.1')).toEqual([200, 403])
    expect(await statuses('--trust-proxy', '10.0.0.0/8')).toEqual([403, 403])
    expect(await statuses('--trust-proxy', '127.0.0.1', '--allow-origin', 'https://api.example.com')).toEqual([
      200, 200,
    ])
  })
})
