import type { SchemaError } from '@hydrant/contract'
import type { LimitLabel } from './settings/setting.ts'

/** Stable names: match on these. */
export type ErrorCode =
  | 'malformed-json'
  | 'bad-request'
  | 'handshake-refused'
  | 'unauthenticated'
  | 'forbidden-origin'
  | 'forbidden'
  | 'wrong-direction'
  | 'channel-unknown'
  | 'not-found'
  | 'parameter-invalid'
  | 'method-not-allowed'
  | 'message-too-large'
  | 'unsupported-media-type'
  | 'message-invalid'
  | 'idempotency-key-reused'
  | 'rate-limited'
  | 'too-many-connections'
  | 'headers-too-large'
  | 'internal'
  | 'request-unhandled'
  | 'unavailable'
  | 'request-timeout'
  | 'contract-invalid'
  | 'contract-breaks-clients'

export interface ErrorRow {
  /** HTTP status, also the `status` of the problem object on a socket. */
  readonly status: number
  readonly title: string
  /** Close code when the error ends a socket; absent when the connection stays open. */
  readonly closeCode?: number
  /** Whether the same request may succeed later. */
  readonly retryable: boolean
}

/** Every error that leaves the server, one row each. `docs/reference/doors.md` is checked against it. */
export const ERRORS: Readonly<Record<ErrorCode, ErrorRow>> = {
  'malformed-json': { status: 400, title: 'The payload is not JSON', retryable: false },
  'bad-request': { status: 400, title: 'The request cannot be understood', retryable: false },
  'handshake-refused': { status: 400, title: 'The WebSocket handshake is not valid', retryable: false },
  unauthenticated: { status: 401, title: 'Nobody is recognized', closeCode: 3000, retryable: false },
  'forbidden-origin': { status: 403, title: 'Pages of this origin may not use this API', retryable: false },
  forbidden: { status: 403, title: 'This caller may not do this here', closeCode: 3503, retryable: false },
  'wrong-direction': { status: 403, title: 'The contract does not allow this here', retryable: false },
  'channel-unknown': { status: 404, title: 'No channel has this address', retryable: false },
  'not-found': { status: 404, title: 'Nothing is here', retryable: false },
  'parameter-invalid': { status: 404, title: 'No channel has this parameter value', retryable: false },
  'method-not-allowed': { status: 405, title: 'This method is not allowed here', retryable: false },
  'message-too-large': { status: 413, title: 'The message is too large', closeCode: 1009, retryable: false },
  'unsupported-media-type': {
    status: 415,
    title: 'No message of this channel has this content type',
    retryable: false,
  },
  'message-invalid': { status: 422, title: 'The message matches no schema of this channel', retryable: false },
  'idempotency-key-reused': {
    status: 422,
    title: 'The idempotency key was used for another message',
    retryable: false,
  },
  'rate-limited': { status: 429, title: 'Too many messages in a short time', closeCode: 1008, retryable: true },
  'too-many-connections': { status: 429, title: 'Too many connections at once', retryable: true },
  'headers-too-large': { status: 431, title: 'The request headers are too large', retryable: false },
  internal: { status: 500, title: 'The server failed', closeCode: 1011, retryable: true },
  'request-unhandled': { status: 501, title: 'Nothing answers this request', retryable: false },
  unavailable: { status: 503, title: 'The server cannot take this now', closeCode: 1013, retryable: true },
  'request-timeout': { status: 504, title: 'The answer did not come in time', retryable: true },
  'contract-breaks-clients': { status: 409, title: 'The new contract breaks clients', retryable: false },
  'contract-invalid': { status: 500, title: 'The contract cannot be served', retryable: false },
}

/** RFC 9457 problem details: the body of an HTTP error, and the text frame that a socket gets for the same error. */
export interface Problem {
  readonly type: `urn:hydrant:${string}`
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly instance?: string
  readonly code: ErrorCode | DeclaredCode
  /** Name of the nearest message, for `message-invalid`. */
  readonly message?: string
  readonly errors?: readonly SchemaError[]
  /** When to try again, in milliseconds. */
  readonly retryAfterMs?: number
}

export interface ErrorDetails {
  readonly instance?: string
  readonly message?: string | undefined
  readonly errors?: readonly SchemaError[]
  /** A status other than the table's, for a handshake that has its own (405, 426, 431), and for what the contract declares. */
  readonly status?: number
  /** Of what the contract declares. */
  readonly title?: string
  /** Response headers that belong to the error, such as `Allow`. */
  readonly headers?: Readonly<Record<string, string>>
  /** When the same request may succeed, in milliseconds from now. Over HTTP also as `Retry-After`, in whole seconds. */
  readonly retryAfterMs?: number
  /** More members of the problem object, over HTTP (RFC 9457 §3.2). */
  readonly extensions?: Readonly<Record<string, unknown>>
  /** The limit that was hit; counted when the error is told to a peer. */
  readonly limit?: LimitLabel | undefined
  readonly cause?: unknown
}

declare const declared: unique symbol

/** A code that the contract declares for a channel (`x-hydrant.errors`), and the table does not have. */
export type DeclaredCode = string & { readonly [declared]: true }

/** What every door answers with. Match on `code`, never on the text. */
export class HydrantError extends Error {
  override readonly name = 'HydrantError'
  readonly code: ErrorCode | DeclaredCode
  readonly details: ErrorDetails

  constructor(code: ErrorCode | DeclaredCode, detail: string, details: ErrorDetails = {}) {
    super(detail, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.details = details
  }

  get status(): number {
    return this.details.status ?? rowOf(this.code).status
  }

  /** Response headers that belong to the error. */
  get headers(): Readonly<Record<string, string>> {
    const { headers, retryAfterMs } = this.details
    if (retryAfterMs === undefined) return headers ?? {}
    return { ...headers, 'Retry-After': String(Math.ceil(retryAfterMs / 1000)) }
  }

  toProblem(instance?: string): Problem {
    const at = this.details.instance ?? instance
    return {
      type: `urn:hydrant:${this.code}`,
      title: this.details.title ?? rowOf(this.code).title,
      status: this.status,
      detail: this.message,
      ...(at === undefined ? {} : { instance: at }),
      code: this.code,
      ...(this.details.message === undefined ? {} : { message: this.details.message }),
      ...(this.details.errors === undefined ? {} : { errors: this.details.errors }),
      ...(this.details.retryAfterMs === undefined ? {} : { retryAfterMs: this.details.retryAfterMs }),
    }
  }
}

/** The table's row of a code. What the contract declares brings its own status and title, and ends nothing. */
export function rowOf(code: ErrorCode | DeclaredCode): ErrorRow {
  return Object.hasOwn(ERRORS, code) ? ERRORS[code as ErrorCode] : { status: 422, title: code, retryable: false }
}

/** The error itself when it is ours; anything else becomes `internal` and keeps its cause for the log, not for the peer. */
export function toHydrantError(error: unknown): HydrantError {
  if (error instanceof HydrantError) return error
  return new HydrantError('internal', 'The server failed to handle this.', { cause: error })
}

/** One message too many in a short time. */
export function rateLimited(retryAfterMs: number): HydrantError {
  return new HydrantError('rate-limited', `expected fewer messages: the next is taken in ${retryAfterMs} ms`, {
    retryAfterMs,
  })
}
