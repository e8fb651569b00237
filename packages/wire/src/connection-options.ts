import type { DeflateParameters } from './deflate/parameters.ts'
import type { Ending } from './endings.ts'
import type { WireLimits } from './limits.ts'
import type { Role } from './role.ts'

/**
 * What a connection reports, synchronously, from inside `receive`, `receiveEof` and `handleTimeout`.
 *
 * Every payload is valid **until the callback returns**: it may be a view into the bytes given to `receive`, which
 * their owner may use again. Copy what you keep. It may be sent on from inside the callback (sending copies).
 *
 * An exception thrown by a callback closes the connection with 1011 and then leaves `receive`.
 */
export interface WireEvents {
  /** A complete message: unmasked, inflated, and valid UTF-8 unless `binary`. */
  onMessage(payload: Buffer, binary: boolean): void
  /** A ping came; its pong is queued already. */
  onPing?(payload: Buffer): void
  /** A pong came, asked for or not. */
  onPong?(payload: Buffer): void
  /** How the connection ended. Called exactly once; nothing is reported after it. */
  onEnd(ending: Ending): void
}

export interface WireConnectionOptions {
  readonly role: Role
  readonly events: WireEvents
  /** The caller's monotonic clock, in milliseconds. */
  readonly now: number
  readonly limits?: Partial<WireLimits> | undefined
  /** What the handshake agreed on. Absent: no compression. */
  readonly deflate?: DeflateParameters | undefined
  /**
   * Fills the array with unpredictable bytes, for mask keys and for the jitter of pings. Required in the client role;
   * without it a server's pings have no jitter.
   */
  readonly random?: ((bytes: Uint8Array) => void) | undefined
}

export interface FragmentOptions {
  /** The kind of the message; counts for its first fragment. Default false: text. */
  readonly binary?: boolean | undefined
  /** True for the last fragment. */
  readonly final: boolean
}

/** `open`: messages flow. `closing`: we sent Close and wait for the answer. `closed`: the ending has been reported. */
export type WireState = 'open' | 'closing' | 'closed'
