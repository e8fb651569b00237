import {
  createLocalJWKSet,
  createRemoteJWKSet,
  decodeJwt,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose'
import { HydrantError } from '../../errors.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { Authenticator } from '../guard.ts'
import { claimAt } from '../permissions.ts'
import type { Principal } from '../principal.ts'
import type { Carrier } from './carrier.ts'
import { principalOfClaims } from './claims.ts'
import { AuthSettingsError, type TokenSettings } from './settings.ts'

/** Asymmetric only: with a public key, nobody can make a token that we take (RFC 8725 §3.1). */
const DEFAULT_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519']
const DEFAULT_TOLERANCE_SECONDS = 5
/** Longer tokens are not looked at. */
const MAX_TOKEN_LENGTH = 16 * 1024
const FETCH_TIMEOUT_MS = 5_000
const MAX_ID_LENGTH = 200

/** Where a scheme finds its keys. */
export interface TokenSources {
  /** Of an `openIdConnect` scheme. */
  readonly openIdConnectUrl: string | undefined
}

/**
 * JSON Web Tokens of one issuer. Nothing that a token says before its signature is checked decides where keys come from: they belong to the
 * scheme, so that the same `kid` of another issuer is another key.
 */
export function tokenAuthenticator(
  scheme: string,
  carrier: Carrier,
  settings: TokenSettings,
  sources: TokenSources,
  clock: Clock,
): Authenticator {
  const keys = keysOf(scheme, settings, sources)
  const options = {
    issuer: settings.issuer,
    audience: typeof settings.audience === 'string' ? settings.audience : [...settings.audience],
    algorithms: [...(settings.algorithms ?? DEFAULT_ALGORITHMS)],
    clockTolerance: settings.clockToleranceSeconds ?? DEFAULT_TOLERANCE_SECONDS,
    requiredClaims: ['exp'],
  }
  return {
    scheme,
    carrier,
    async authenticate(caller) {
      const token = carrier.credentialOf(caller)
      if (token === undefined) return undefined
      // Only compared: another issuer's token must not make us ask this one for keys.
      if (issuerOf(token) !== settings.issuer) throw refused('it is not a token of the issuer that is expected')
      try {
        const { payload } = await jwtVerify(token, keys, { ...options, currentDate: new Date(clock.wallMs()) })
        return principalFrom(scheme, payload, settings)
      } catch (error) {
        throw translated(error)
      }
    },
    renewed: (principal) => (principal.claims['iss'] === settings.issuer ? principal : undefined),
  }
}

function issuerOf(token: string): string | undefined {
  if (token.length > MAX_TOKEN_LENGTH) return undefined
  try {
    return decodeJwt(token).iss
  } catch {
    return undefined
  }
}

function principalFrom(scheme: string, payload: JWTPayload, settings: TokenSettings): Principal {
  const name = claimAt(payload, settings.idClaim ?? 'sub')
  if (typeof name !== 'string' || name === '' || name.length > MAX_ID_LENGTH) {
    throw refused(`the claim ${settings.idClaim ?? 'sub'} does not name the caller`)
  }
  return principalOfClaims(`${scheme}:${name}`, scheme, payload, settings)
}

function keysOf(scheme: string, settings: TokenSettings, { openIdConnectUrl }: TokenSources): JWTVerifyGetKey {
  if (settings.jwks !== undefined) return createLocalJWKSet(settings.jwks)
  if (settings.jwksUri !== undefined) return remoteKeys(trusted(settings.jwksUri, `auth.${scheme}.jwksUri`))
  const wellKnown = `${settings.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  return discoveredKeys(
    trusted(openIdConnectUrl ?? wellKnown, `auth.${scheme}: the discovery document`),
    settings.issuer,
  )
}

function remoteKeys(url: URL): JWTVerifyGetKey {
  return createRemoteJWKSet(url, { timeoutDuration: FETCH_TIMEOUT_MS })
}

/** OpenID Connect Discovery 1.0 §4: the keys of the issuer that the document says it is of. Asked once, and again when that failed. */
function discoveredKeys(url: URL, issuer: string): JWTVerifyGetKey {
  let found: Promise<JWTVerifyGetKey> | undefined
  return async (header, token) => {
    found ??= discover(url, issuer)
    let keys: JWTVerifyGetKey
    try {
      keys = await found
    } catch (error) {
      found = undefined
      throw error
    }
    return keys(header, token)
  }
}

async function discover(url: URL, issuer: string): Promise<JWTVerifyGetKey> {
  const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) })
  if (!answer.ok) throw new Error(`${url.href} answered ${answer.status}`)
  const document = (await answer.json()) as { issuer?: unknown; jwks_uri?: unknown }
  if (document.issuer !== issuer || typeof document.jwks_uri !== 'string') {
    throw new Error(`${url.href} is not the discovery document of ${issuer}`)
  }
  return remoteKeys(trusted(document.jwks_uri, `jwks_uri of ${url.href}`))
}

/** Keys that come over the network unprotected are anybody's keys. */
function trusted(text: string, where: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isLocal = url?.protocol === 'http:' && /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname)
  if (url === undefined || (url.protocol !== 'https:' && !isLocal)) {
    throw new AuthSettingsError(
      `${where}: expected an https: URL (http: only on this machine), got ${JSON.stringify(text)}`,
    )
  }
  return url
}

/** What a token was refused for is told; that its issuer could not be asked is our problem, and nobody is let in meanwhile. */
function translated(error: unknown): HydrantError {
  if (error instanceof HydrantError) return error
  if (error instanceof errors.JWTExpired) return refused('it has expired')
  if (error instanceof errors.JWTClaimValidationFailed)
    return refused(`its claim ${error.claim} is not what is expected`)
  if (error instanceof errors.JOSEAlgNotAllowed) return refused('its algorithm is not allowed')
  if (error instanceof errors.JWKSNoMatchingKey) return refused('its key is not known')
  if (error instanceof errors.JOSEError && REFUSALS.has(error.code)) return refused('it is not valid')
  return new HydrantError('unavailable', 'the issuer of the token could not be asked', {
    cause: error,
    headers: { 'Retry-After': '5' },
  })
}

const REFUSALS: ReadonlySet<string> = new Set([
  'ERR_JWS_INVALID',
  'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
  'ERR_JWT_INVALID',
  'ERR_JOSE_NOT_SUPPORTED',
  'ERR_JWKS_MULTIPLE_MATCHING_KEYS',
])

function refused(why: string): HydrantError {
  return new HydrantError('unauthenticated', `the token is refused: ${why}`)
}
