/** Rule 8.1. Exactly one of `data` and `base64`. */
export interface PublishRequest {
  readonly op: 'publish'
  readonly id: number
  readonly channel: string
  readonly data?: unknown
  /** Bytes of a binary message. */
  readonly base64?: string
  /** Name of the message; otherwise the payload decides. */
  readonly name?: string
  /** Idempotency key. */
  readonly key?: string
  /** Rule 4.6: W3C Trace Context. What is none is ignored, so it may be anything. */
  readonly traceparent?: unknown
  readonly tracestate?: unknown
}

export interface PublishResult {
  readonly position: string
  /** The key was known: this is the first publish's position. */
  readonly repeated?: true
}
