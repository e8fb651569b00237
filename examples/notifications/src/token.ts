import { HydrantError, type PrincipalFacts } from '@hydrant/server'
import { jwtVerify, SignJWT } from 'jose'

/** Made anew by each process: its tokens end with it, and pages get new ones when they come back. */
const key = crypto.getRandomValues(new Uint8Array(32))

/** A JWT that says who its bearer is, for so many seconds. */
export function tokenFor(user: string, seconds: number): Promise<string> {
  const expiresAt = new Date(Date.now() + seconds * 1000)
  return new SignJWT().setProtectedHeader({ alg: 'HS256' }).setSubject(user).setExpirationTime(expiresAt).sign(key)
}

/** Who bears it. Rejects with `unauthenticated` for a token that is not ours or has expired. */
export async function callerOf(token: string): Promise<PrincipalFacts> {
  try {
    const { payload } = await jwtVerify(token, key, { algorithms: ['HS256'], requiredClaims: ['sub', 'exp'] })
    return { id: payload.sub!, claims: payload, expiresAt: payload.exp! * 1000 }
  } catch (cause) {
    throw new HydrantError('unauthenticated', 'the token is not valid', { cause })
  }
}
