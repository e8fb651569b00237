/** Rule 8.3. */
export interface PingRequest {
  readonly op: 'ping'
  readonly id: number
}

export interface PingResult {
  /** The server's clock, milliseconds since the Unix epoch. */
  readonly time: number
}
