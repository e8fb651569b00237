import { type HydrantError, toHydrantError } from '../errors.ts'
import type { Principal } from '../guard/principal.ts'
import type { Addressed } from '../publish/publisher.ts'
import type { Service } from '../service.ts'
import { resolve } from './request.ts'

/** What a transport of one channel needs to say whose it is, and to go when it may stay no longer. */
export interface Standing {
  readonly principal: Principal
  /** The place as the contract has it now. */
  readonly at: Addressed
  revoke(error: HydrantError): void
  recheck(): void
}

/**
 * The caller behind a transport of one channel. `check` throws when the principal may not have it; it is asked again when the rules change,
 * with the place as the contract has it then. `end` is called at most once.
 */
export function standing(
  service: Service,
  principal: Principal,
  at: Addressed,
  check: (principal: Principal, at: Addressed) => void,
  end: (error: HydrantError) => void,
): Standing {
  let current = principal
  let place = at
  let isOver = false
  const revoke = (error: HydrantError): void => {
    if (isOver) return
    isOver = true
    end(error)
  }
  service.revocation.watch(principal)
  return {
    get principal() {
      return current
    },
    get at() {
      return place
    },
    revoke,
    recheck: () => {
      try {
        current = service.guard.renewed(current)
        service.revocation.watch(current)
        place = resolve(service, at.address)
        check(current, place)
      } catch (error) {
        revoke(toHydrantError(error))
      }
    },
  }
}
