import { type AuthenticateRequest, CLOSE_UNAUTHENTICATED } from '@hydrant/protocol'
import { isBackend } from '../../../guard/principal.ts'
import { recheckSession } from '../revocation.ts'
import type { Session } from '../session.ts'

/** PROTOCOL.md 8.4 and 8.5: a refused token changes nothing, but a stranger has only one try. */
export async function authenticate(session: Session, { id, token }: AuthenticateRequest): Promise<void> {
  const { identity, connection } = session
  try {
    await identity.authenticate(token)
  } catch (error) {
    session.fail(id, error)
    if (!identity.isKnown) connection.close(CLOSE_UNAUTHENTICATED, 'the token is refused')
    return
  }
  session.meter.principal = identity.principal.id
  if (isBackend(identity.principal)) connection.limitInbound(undefined)
  session.reply(id, {})
  recheckSession(session)
}
