import { generateKeyPair, exportJWK, SignJWT } from 'jose'
import { createHydrant, type Hydrant } from '@hydrant/server'
import { describe, expect, it } from 'vitest'
import { connect } from '../src/index.ts'

const API = `
asyncapi: 3.1.0
info: { title: Test API, version: 1.0.0 }
channels:
  users:
    address: /users/{id}
    parameters: { id: {} }
    x-hydrant: { allow: { subscribe: [{ claim: { sub: '{id}' } }], publish: [{ claim: { sub: '{id}' } }] } }
    messages: { note: { payload: { type: object } } }
operations:
  send: { action: send, channel: { $ref: '#/channels/users' } }
  receive: { action: receive, channel: { $ref: '#/channels/users' } }
components: { securitySchemes: { jwt: { type: http, scheme: bearer } } }
`

const ISSUER = 'https://id.example.test'

interface Secured extends AsyncDisposable {
  readonly hydrant: Hydrant
  readonly url: string
  /** `issuedAfterSeconds`: how much later than now it says that it was issued. */
  token(lifeSeconds: number, issuedAfterSeconds?: number): Promise<string>
}

async function serve(): Promise<Secured> {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256' }] }
  const auth = { jwt: { issuer: ISSUER, audience: 'api', jwks, clockToleranceSeconds: 0 } }
  const hydrant = createHydrant({ contract: API, auth })
  const { url } = await hydrant.listen({ port: 0 })
  return {
    hydrant,
    url,
    token: (lifeSeconds, issuedAfterSeconds = 0) => {
      const nowSeconds = Math.floor(Date.now() / 1000)
      return new SignJWT({ sub: 'ann', exp: nowSeconds + lifeSeconds, iat: nowSeconds + issuedAfterSeconds })
        .setProtectedHeader({ alg: 'ES256', kid: 'k' })
        .setIssuer(ISSUER)
        .setAudience('api')
        .sign(privateKey)
    },
    [Symbol.asyncDispose]: () => hydrant.close(),
  }
}

const SOON = { policy: { firstDelayMs: 50 } }

describe('a server that asks who is calling', () => {
  it('[8.4] [8.5] gets a real token first, and the channels that it allows', async () => {
    await using server = await serve()
    const api = connect(server.url, { token: () => server.token(600), ...SOON })
    const heard = Promise.withResolvers<unknown>()
    const channel = api.channel('/users/{id}', { id: 'ann' })
    channel.subscribe((data) => heard.resolve(data))
    await channel.publish({ n: 1 })
    expect(await heard.promise).toEqual({ n: 1 })
    const other = api.channel('/users/{id}', { id: 'bob' })
    await expect(other.publish({})).rejects.toMatchObject({ code: 'forbidden' })
    api.close()
  })

  it('[9.1] [D10] that withdraws the identity is come back to with a new token, and nothing is missed', async () => {
    await using server = await serve()
    let asked = 0
    // A token that was issued before the revocation is refused, so the next ones say that they were issued later.
    const api = connect(server.url, { token: () => server.token(600, ++asked === 1 ? 0 : 5), ...SOON })
    const numbers: unknown[] = []
    const seen = new Map([1, 2, 3].map((n) => [n, Promise.withResolvers<void>()]))
    api.channel('/users/{id}', { id: 'ann' }).subscribe((data) => {
      const { n } = data as { n: number }
      numbers.push(n)
      seen.get(n)!.resolve()
    })
    await api.channel('/users/{id}', { id: 'ann' }).publish({ n: 1 })
    await seen.get(1)!.promise
    expect(server.hydrant.revoke('jwt:ann', 'the password was changed')).toBe(1)
    await server.hydrant.publish('/users/ann', { n: 2 })
    await seen.get(2)!.promise
    await server.hydrant.publish('/users/ann', { n: 3 })
    await seen.get(3)!.promise
    expect([numbers, asked]).toEqual([[1, 2, 3], 2])
    api.close()
  })

  it('is left for good when the only token there is is refused', async () => {
    await using server = await serve()
    const api = connect(server.url, { token: await server.token(-1), ...SOON })
    const errors: string[] = []
    api.on('error', ({ code }) => errors.push(code))
    expect(await api.closed).toMatchObject({ name: 'closed', code: 1008 })
    expect(errors).toEqual(['token-failed'])
  })
})
