import { CLOSE_UNAUTHENTICATED } from '@hydrant/protocol'
import { type HydrantError, toHydrantError } from '../../errors.ts'
import { resolve } from '../request.ts'
import { toProtocolProblem } from './problems.ts'
import type { Session } from './session.ts'

/** The identity behind a session has ended: every subscription is told, and then the connection ends (PROTOCOL.md 9.1). */
export function revokeSession(session: Session, error: HydrantError): void {
  for (const address of session.subscriptions.addresses()) revokeSubscription(session, address, error)
  session.service.presence.leaveAll(session.id)
  session.connection.close(CLOSE_UNAUTHENTICATED, error.message.slice(0, MAX_REASON_CHARACTERS))
}

/** The rules or the identity have changed: ends the subscriptions that they no longer allow. */
export function recheckSession(session: Session): void {
  try {
    session.identity.renew()
  } catch (error) {
    revokeSession(session, toHydrantError(error))
    return
  }
  const { service, identity, subscriptions } = session
  for (const address of [...subscriptions.addresses(), ...service.presence.addressesOf(session.id)]) {
    try {
      const at = resolve(service, address)
      service.guard.check(identity.principal, 'subscribe', at)
      subscriptions.rename(address, at.channel)
    } catch (error) {
      revokeSubscription(session, address, toHydrantError(error))
    }
  }
}

function revokeSubscription(session: Session, address: string, error: HydrantError): void {
  const { presence } = session.service
  presence.unwatch(address, session.id)
  presence.leave(address, session.id)
  if (session.subscriptions.end(address) === undefined) return
  session.push({ push: 'revoked', channel: address, error: toProtocolProblem(error, session.service) })
}

/** RFC 6455 §5.5: a close reason has at most 123 bytes. */
const MAX_REASON_CHARACTERS = 40
