/**
 * The transports through which channels are reached. `websocket` is one channel on one socket, `socket` is many channels on
 * one (`hydrant.v1`), `embedded` is the application that runs the server in its own process, `admin` is an operator.
 */
export const DOORS = ['http', 'sse', 'websocket', 'socket', 'embedded', 'admin'] as const

/** One of {@link DOORS}. */
export type Door = (typeof DOORS)[number]

/** Who hands a message in, as far as it is known: made once for each connection or request. */
export interface Sender {
  readonly door: Door
  /** The connection's id, as logs and the admin API name it. */
  readonly connection?: string | undefined
  /** The peer's IP address. */
  readonly remote?: string | undefined
  /** Whom the peer has proved to be. */
  readonly principal?: string | undefined
}

/** The process that embeds the server. */
export const EMBEDDED: Sender = { door: 'embedded' }
