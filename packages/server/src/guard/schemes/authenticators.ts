import type { Contract, SecurityScheme } from '@hydrant/contract'
import type { Clock } from '../../runtime/clock.ts'
import type { Authenticator } from '../guard.ts'
import { carrierOf, isHttp } from './carrier.ts'
import { certificateAuthenticator } from './certificates.ts'
import { keyAuthenticator } from './keys.ts'
import { passwordAuthenticator } from './passwords.ts'
import {
  type AuthSettings,
  AuthSettingsError,
  readAuthSettings,
  type SchemeSettings,
  type TokenSettings,
} from './settings.ts'
import { tokenAuthenticator } from './tokens.ts'

/**
 * The configured schemes of the contract, in the order of the settings. Throws {@link AuthSettingsError} for settings that are wrong, that the
 * contract has no scheme for, or that do not fit the scheme.
 */
export function authenticatorsOf(contract: Contract, settings: AuthSettings, clock: Clock): readonly Authenticator[] {
  const known = new Map([...contract.securitySchemes, ...required(contract)].map((scheme) => [scheme.name, scheme]))
  return Object.entries(readAuthSettings(settings)).map(([name, each]) => {
    const scheme = known.get(name)
    if (scheme === undefined) {
      const names = contract.securitySchemes.map((one) => one.name).join(', ') || 'none'
      throw new AuthSettingsError(`auth.${name}: expected a security scheme of the contract (${names})`)
    }
    return authenticatorOf(scheme, each, clock)
  })
}

/** The schemes that the contract asks for and that nothing enforces, by name. */
export function unenforced(contract: Contract, authenticators: readonly Authenticator[]): readonly string[] {
  const enforced = new Set(authenticators.map(({ scheme }) => scheme))
  return [...new Set(required(contract).map(({ name }) => name))].filter((name) => !enforced.has(name))
}

/** Whether rules of the contract need to know who is calling. */
export function needsIdentity(contract: Contract): boolean {
  if (required(contract).length > 0) return true
  return contract.channels.some(({ allow }) =>
    [allow.subscribe, allow.publish].some(
      (each) =>
        each !== undefined && !each.rules.some(({ conditions }) => conditions.every(({ kind }) => kind === 'anyone')),
    ),
  )
}

function required(contract: Contract): readonly SecurityScheme[] {
  return [...contract.security, ...contract.operations.flatMap(({ security }) => security)]
}

function authenticatorOf(scheme: SecurityScheme, settings: SchemeSettings, clock: Clock): Authenticator {
  const { name, type, definition } = scheme
  const { keys, users, certificates } = settings
  const kind = kindOf(settings)
  const fitting = fittingKinds(scheme)
  if (!fitting.includes(kind)) {
    const expected = fitting.length === 0 ? 'a scheme that can be enforced over HTTP' : fitting.join(' or ')
    throw new AuthSettingsError(`auth.${name}: expected ${expected} for a scheme of type ${type}, got ${kind}`)
  }
  if (certificates !== undefined) return certificateAuthenticator(name, certificates, clock)
  const carrier = carrierOf(scheme)!
  if (keys !== undefined) return keyAuthenticator(name, carrier, keys)
  if (users !== undefined) return passwordAuthenticator(name, carrier, users, clock)
  const url = type === 'openIdConnect' ? definition['openIdConnectUrl'] : undefined
  const openIdConnectUrl = typeof url === 'string' ? url : undefined
  return tokenAuthenticator(name, carrier, settings as TokenSettings, { openIdConnectUrl }, clock)
}

type Kind = 'issuer' | 'keys' | 'users' | 'certificates'

function kindOf(settings: SchemeSettings): Kind {
  if (settings.keys !== undefined) return 'keys'
  if (settings.users !== undefined) return 'users'
  return settings.certificates === undefined ? 'issuer' : 'certificates'
}

function fittingKinds(scheme: SecurityScheme): readonly Kind[] {
  if (scheme.type === 'X509') return ['certificates']
  if (carrierOf(scheme) === undefined) return []
  const isBasic = scheme.type === 'http' && isHttp(scheme.definition, 'basic')
  if (scheme.type === 'userPassword' || isBasic) return ['users']
  return scheme.type === 'apiKey' ? ['keys'] : ['issuer', 'keys']
}
