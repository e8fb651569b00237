import type { ProtocolProblem } from '../errors.ts'

/** Rule 2.5: about something that had no usable `id`. */
export interface ErrorPush {
  readonly push: 'error'
  readonly error: ProtocolProblem
}
