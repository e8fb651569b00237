/** Rule 1.5: the first thing the server says. */
export interface HelloPush {
  readonly push: 'hello'
  /** Names this connection in presence lists and logs. */
  readonly session: string
  /** The server's clock, milliseconds since the Unix epoch. */
  readonly time: number
  readonly limits: { readonly channels: number; readonly messageBytes: number }
}
