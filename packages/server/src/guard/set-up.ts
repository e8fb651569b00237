import type { Contract } from '@hydrant/contract'
import type { Clock } from '../runtime/clock.ts'
import type { Authenticator } from './guard.ts'
import { authenticatorsOf, needsIdentity, unenforced } from './schemes/authenticators.ts'
import { type AuthSettings, AuthSettingsError } from './schemes/settings.ts'

/** What decides whether a server may start. */
export interface SetUpOptions {
  readonly contract: Contract
  readonly auth: AuthSettings
  readonly hasHook: boolean
  readonly allowedOrigins: readonly string[]
  /** Serve although the contract asks for identities that nothing checks. */
  readonly insecureNoAuthentication: boolean
  readonly clock: Clock
}

/**
 * The authenticators of a contract. Throws {@link AuthSettingsError} when something that the contract or the settings ask for would not be
 * enforced: such a server must not start, and such a contract must not be reloaded.
 */
export function setUpAuthentication(options: SetUpOptions): readonly Authenticator[] {
  const { contract, auth, hasHook, allowedOrigins, insecureNoAuthentication, clock } = options
  const authenticators = authenticatorsOf(contract, auth, clock)
  const cookie = authenticators.find(({ carrier }) => carrier.isCookie)
  if (cookie !== undefined && allowedOrigins.length === 0) {
    throw new AuthSettingsError(
      `auth.${cookie.scheme}: expected a list of allowed origins, since browsers send cookies for every page; got none`,
    )
  }
  if (insecureNoAuthentication) return authenticators
  const missing = unenforced(contract, authenticators)
  if (!hasHook && missing.length > 0) {
    throw new AuthSettingsError(
      `auth: expected settings for the security schemes that the contract asks for; got none for ${missing.join(', ')}`,
    )
  }
  if (!hasHook && authenticators.length === 0 && needsIdentity(contract)) {
    throw new AuthSettingsError(
      'auth: expected a scheme, since the contract says who may do what; nobody would be recognized',
    )
  }
  return authenticators
}
