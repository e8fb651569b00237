import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { createHydrant } from '../../src/index.ts'

const CONTRACT = `
asyncapi: 3.1.0
info: { title: t, version: '1' }
servers: { a: { host: x, protocol: wss, security: [{ $ref: '#/components/securitySchemes/mtls' }] } }
channels: { news: { address: /news, messages: { item: { payload: {} } } } }
operations: { send: { action: send, channel: { $ref: '#/channels/news' } } }
components: { securitySchemes: { mtls: { type: X509 } } }
`

/** A certificate that signs itself, as PEM. */
async function certificate(subject: string): Promise<{ cert: string; key: string; fingerprint: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'hydrant-'))
  const [cert, key] = [path.join(folder, 'cert.pem'), path.join(folder, 'key.pem')]
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  await promisify(execFile)('openssl', ['req', '-x509', ...curve, '-subj', subject, '-out', cert, '-keyout', key])
  const made = { cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') }
  await rm(folder, { recursive: true })
  return { ...made, fingerprint: new X509Certificate(made.cert).fingerprint256 }
}

it('client certificates are known by fingerprint, or by subject when an accepted authority signed them', async () => {
  const [server, pinned, trusted, forged, stranger] = await Promise.all([
    certificate('/CN=localhost'),
    certificate('/CN=pinned'),
    certificate('/CN=gateway/O=Example'),
    certificate('/CN=gateway/O=Example'),
    certificate('/CN=stranger'),
  ])
  const certificates = [
    { id: 'one', fingerprint: pinned.fingerprint },
    { id: 'two', subject: 'CN=gateway,O=Example' },
  ]
  const hydrant = createHydrant({ contract: CONTRACT, auth: { mtls: { certificates } } })
  const tls = createServer({ ...server, requestCert: true, rejectUnauthorized: false, ca: [trusted.cert] })
  hydrant.attach(tls)
  await new Promise<void>((listening) => tls.listen(0, '127.0.0.1', listening))
  const { port } = tls.address() as AddressInfo
  const statusWith = (client: { cert?: string; key?: string }): Promise<number> =>
    new Promise((resolve, reject) => {
      const asked = request(
        {
          port,
          host: '127.0.0.1',
          path: '/news',
          agent: false,
          rejectUnauthorized: false,
          cert: client.cert,
          key: client.key,
        },
        (response) => resolve(response.resume().statusCode!),
      )
      asked.once('error', reject).end()
    })
  const statuses = [{}, pinned, trusted, forged, stranger].map((client) => statusWith(client))
  expect(await Promise.all(statuses)).toEqual([401, 200, 200, 401, 401])
  await hydrant.close()
  tls.closeAllConnections()
  await new Promise((closed) => tls.close(closed))
})
