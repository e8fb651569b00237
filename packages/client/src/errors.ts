import type { FieldError, ProtocolErrorCode, ProtocolProblem } from '@hydrant/protocol'

/** Errors that the client itself makes: what happened, and whether the same call may succeed later. The server's are in PROTOCOL.md §10. */
export const CLIENT_ERRORS: Readonly<Record<ClientErrorCode, readonly [sentence: string, retryable: boolean]>> = {
  closed: ['The client is closed', false],
  'message-too-large': ['The message is over the limit that the server announced', false],
  'connection-lost': ['The connection ended before the reply: whether it was carried out is not known', true],
  'outcome-unknown': ['Sent, never answered, and too old to be repeated without risk of a duplicate', false],
  'queue-full': ['Too much is waiting for the connection; this was the newest and is not queued', true],
  timeout: ['Not answered in time', true],
  'socket-required': ['Not possible over the HTTP fallback, which is in use because WebSockets are blocked', true],
  'parameter-missing': ['The address has a parameter without a value', false],
  'protocol-violation': ['The server said what the protocol does not allow', true],
  'listener-failed': ['A listener threw; see cause', false],
  'token-failed': ['The token could not be had or was refused', true],
}

/** Codes of the client's own table. */
export type ClientErrorCode =
  | 'closed'
  | 'message-too-large'
  | 'connection-lost'
  | 'outcome-unknown'
  | 'queue-full'
  | 'timeout'
  | 'socket-required'
  | 'parameter-missing'
  | 'protocol-violation'
  | 'listener-failed'
  | 'token-failed'

/** Codes of the server's table, of the client's, and whatever a newer server or the application adds. */
export type ErrorCode = ProtocolErrorCode | ClientErrorCode

/** What every failed call rejects with. Match `code`. */
export class HydrantError<Code extends string = string> extends Error {
  override readonly name = 'HydrantError'
  readonly code: Code
  /** Whether the same call may succeed later. */
  readonly retryable: boolean
  /** The server's problem object (RFC 9457), when it was the server that refused. */
  readonly problem: ProtocolProblem | undefined

  constructor(
    code: Code,
    message: string,
    retryable: boolean,
    more: { cause?: unknown; problem?: ProtocolProblem } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause })
    this.code = code
    this.retryable = retryable
    this.problem = more.problem
  }

  /** Where the payload is not what the contract expects; empty for other errors. */
  get errors(): readonly FieldError[] {
    return this.problem?.errors ?? []
  }
}

/** An error of the client's own table. */
export function clientError<Code extends ClientErrorCode>(
  code: Code,
  detail?: string,
  cause?: unknown,
): HydrantError<Code> {
  const [sentence, retryable] = CLIENT_ERRORS[code]
  return new HydrantError(code, detail === undefined ? sentence : `${sentence}: ${detail}`, retryable, { cause })
}

/** The error of a problem object: retryable when the server failed, was busy, or said when to come back. */
export function serverError(problem: ProtocolProblem): HydrantError {
  const { code, detail, title, status, retryAfterMs } = problem
  const retryable = status >= 500 ? status !== 501 : retryAfterMs !== undefined
  return new HydrantError(code, detail ?? title, retryable, { problem })
}

/** Whether this is one of our errors and has one of these codes (any, when none is named). */
export function isHydrantError<Code extends string = string>(
  error: unknown,
  ...codes: readonly (Code | ErrorCode)[]
): error is HydrantError<Code> {
  return error instanceof HydrantError && (codes.length === 0 || (codes as readonly string[]).includes(error.code))
}
