import { createHash } from 'node:crypto'
import { HydrantError } from '../../errors.ts'
import type { Authenticator } from '../guard.ts'
import { type Principal, principalOf } from '../principal.ts'
import type { Carrier } from './carrier.ts'
import { isSame } from './secrets.ts'
import type { CallerSettings, KeySettings } from './settings.ts'

/** Keys that are known by their hashes. All are compared, each in constant time. */
export function keyAuthenticator(scheme: string, carrier: Carrier, settings: readonly KeySettings[]): Authenticator {
  const keys = settings.map((each) => ({
    hash: Buffer.from(each.hash.slice('sha256:'.length), 'hex'),
    principal: configured(scheme, each),
  }))
  return {
    scheme,
    carrier,
    authenticate(caller) {
      const key = carrier.credentialOf(caller)
      if (key === undefined) return undefined
      const hash = createHash('sha256').update(key).digest()
      let found: Principal | undefined
      for (const each of keys) if (isSame(each.hash, hash)) found = each.principal
      if (found === undefined) throw new HydrantError('unauthenticated', 'the key is not known')
      return found
    },
    renewed: ({ id }) => keys.find(({ principal }) => principal.id === id)?.principal,
  }
}

/** The principal of a caller that stands in the configuration. */
export function configured(scheme: string, { id, scopes, roles, claims }: CallerSettings): Principal {
  return principalOf({ id: `${scheme}:${id}`, scheme, scopes, roles, claims: { sub: id, ...claims } })
}
