import { webcrypto } from 'node:crypto'
import type { TlsFiles } from '../../src/index.ts'
import { provideReflectMetadata } from '../reflect-metadata.ts'

/** A certificate for localhost that signs itself, good for a day. */
export async function certificate(serialNumber: string): Promise<TlsFiles> {
  // After the polyfill that it asks for.
  provideReflectMetadata()
  const x509 = await import('@peculiar/x509')
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const made = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber,
      name: 'CN=localhost',
      keys,
      signingAlgorithm: algorithm,
      notAfter: new Date(Date.now() + 86_400_000),
    },
    webcrypto,
  )
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
  return { cert: made.toString('pem'), key: `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n` }
}
