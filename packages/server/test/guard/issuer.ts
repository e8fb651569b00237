import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

/** An identity provider on this machine: a discovery document, its keys, and tokens. */
export interface Issuer extends AsyncDisposable {
  readonly url: string
  /** Every path that it was asked for. */
  readonly asked: string[]
  /** A good token; `claims` and `header` replace what it says, `undefined` leaves it out. */
  token(claims?: Record<string, unknown>, header?: object): Promise<string>
  readonly publicKeyPem: string
}

export async function startIssuer(kid = 'k1'): Promise<Issuer> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true })
  const asked: string[] = []
  const jwk = await exportJWK(publicKey)
  const server = createServer((request, response) => {
    asked.push(request.url!)
    const documents: Record<string, object> = {
      '/.well-known/openid-configuration': { issuer: url, jwks_uri: `${url}/jwks` },
      '/jwks': { keys: [{ ...jwk, kid, alg: 'RS256', use: 'sig' }] },
    }
    response.setHeader('content-type', 'application/json').end(JSON.stringify(documents[request.url!] ?? {}))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    asked,
    publicKeyPem: JSON.stringify(jwk),
    token: (claims = {}, header = {}) => {
      const nowSeconds = Math.floor(Date.now() / 1000)
      const payload = { iss: url, aud: 'api', sub: 'ann', iat: nowSeconds, exp: nowSeconds + 600, ...claims }
      return new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid, ...header }).sign(privateKey)
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}
