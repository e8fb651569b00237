/** Rule 8.2: asks the application. */
export interface CallRequest {
  readonly op: 'request'
  readonly id: number
  readonly channel: string
  readonly data: unknown
  readonly name?: string
  /** 1 to 60,000. Default 10,000. */
  readonly timeoutMs?: number
  /** As in `publish`. */
  readonly traceparent?: unknown
  readonly tracestate?: unknown
}

export interface CallResult {
  /** Name of the reply's message. */
  readonly name: string
  readonly data: unknown
}
