import type { ProtocolProblem } from '../errors.ts'

/** Rule 9.1: the subscription has ended. */
export interface RevokedPush {
  readonly push: 'revoked'
  readonly channel: string
  readonly error: ProtocolProblem
}
