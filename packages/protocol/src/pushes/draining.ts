/** Rule 9.2: the server is about to close with 1012. */
export interface DrainingPush {
  readonly push: 'draining'
  readonly retryAfterMs: number
}
