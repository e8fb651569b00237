import type { AuthenticateRequest } from '@hydrant/protocol'
import type { Session } from '../session.ts'

/** The server asks for no token, so any is good (PROTOCOL.md 8.4). */
export function authenticate(session: Session, { id }: AuthenticateRequest): void {
  session.reply(id, {})
}
