/** One row of the table: HTTP status of the problem object, its title, and whether the same request may succeed later. */
export interface ProtocolErrorRow {
  readonly status: number
  readonly title: string
  readonly retryable: boolean
}

/** Stable names: match on these. */
export type ProtocolErrorCode =
  | 'malformed-message'
  | 'operation-unknown'
  | 'field-invalid'
  | 'channel-unknown'
  | 'parameter-invalid'
  | 'wrong-direction'
  | 'unauthenticated'
  | 'forbidden'
  | 'message-invalid'
  | 'message-too-large'
  | 'unsupported-media-type'
  | 'idempotency-key-reused'
  | 'too-many-channels'
  | 'too-many-members'
  | 'rate-limited'
  | 'too-many-connections'
  | 'request-unhandled'
  | 'request-timeout'
  | 'internal'
  | 'unavailable'

/** Every error of the socket protocol, one row each. PROTOCOL.md §10 is checked against it. */
export const PROTOCOL_ERRORS: Readonly<Record<ProtocolErrorCode, ProtocolErrorRow>> = {
  'malformed-message': { status: 400, title: 'The message is not a request', retryable: false },
  'operation-unknown': { status: 400, title: 'There is no such operation', retryable: false },
  'field-invalid': { status: 400, title: 'A field of the request cannot be used', retryable: false },
  'channel-unknown': { status: 404, title: 'No channel has this address', retryable: false },
  'parameter-invalid': { status: 404, title: 'No channel has this parameter value', retryable: false },
  'wrong-direction': { status: 403, title: 'The contract does not allow this here', retryable: false },
  unauthenticated: { status: 401, title: 'Nobody is recognized', retryable: false },
  forbidden: { status: 403, title: 'This caller may not do this here', retryable: false },
  'message-invalid': { status: 422, title: 'The message matches no schema of this channel', retryable: false },
  'message-too-large': { status: 413, title: 'The message is too large', retryable: false },
  'unsupported-media-type': {
    status: 415,
    title: 'No message of this channel has this content type',
    retryable: false,
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'The idempotency key was used for another message',
    retryable: false,
  },
  'too-many-channels': { status: 429, title: 'This connection has too many subscriptions', retryable: false },
  'too-many-members': { status: 429, title: 'Too many are present on this channel', retryable: true },
  'rate-limited': { status: 429, title: 'Too many messages in a short time', retryable: true },
  'too-many-connections': { status: 429, title: 'Too many connections at once', retryable: true },
  'request-unhandled': { status: 501, title: 'Nothing answers this request', retryable: false },
  'request-timeout': { status: 504, title: 'The answer did not come in time', retryable: true },
  internal: { status: 500, title: 'The server failed', retryable: true },
  unavailable: { status: 503, title: 'The server cannot take this now', retryable: true },
}

/** Where a value is not what was expected. */
export interface FieldError {
  /** JSON pointer into what the client sent. */
  readonly pointer: string
  readonly expected: string
  readonly got: string
}

/** RFC 9457 problem details, as a reply or push carries them. `code` may be one that this version does not know. */
export interface ProtocolProblem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: string
  readonly instance?: string
  readonly message?: string
  readonly errors?: readonly FieldError[]
  /** When to try again, in milliseconds. */
  readonly retryAfterMs?: number
}

/** The problem object of one of the table's errors. */
export function problem(
  code: ProtocolErrorCode,
  detail: string,
  more: Pick<ProtocolProblem, 'instance' | 'errors' | 'retryAfterMs'> = {},
): ProtocolProblem {
  const { status, title } = PROTOCOL_ERRORS[code]
  return { type: `urn:hydrant:${code}`, title, status, detail, code, ...more }
}
