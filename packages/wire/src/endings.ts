import type { WireError } from './errors.ts'

/**
 * How a connection ended. The five are kept apart, because each asks for something else:
 * report the peer, reconnect, do nothing, look at the network.
 */
export type Ending =
  /** The peer broke the protocol or a limit; `code` and `reason` went out in our Close frame. */
  | { readonly kind: 'peer-violation'; readonly code: number; readonly reason: string; readonly error: WireError }
  /** The peer sent Close first and got its answer. `code` is 1005 when its Close carried none. */
  | { readonly kind: 'peer-closed'; readonly code: number; readonly reason: string }
  /** We sent Close first and the peer answered. `code` is 1005 when ours carried none. */
  | { readonly kind: 'closed-by-us'; readonly code: number; readonly reason: string }
  /** A deadline passed: `error.code` says which. `code` is 1006 when the peer could not be told. */
  | { readonly kind: 'timed-out'; readonly code: number; readonly reason: string; readonly error: WireError }
  /** The transport ended without a closing handshake. `error` is what the transport said, if anything. */
  | { readonly kind: 'transport-lost'; readonly code: 1006; readonly reason: ''; readonly error?: Error | undefined }
