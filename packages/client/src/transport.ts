import type { Down, HelloPush, Up } from '@hydrant/protocol'
import type { LostCause, Via } from './link.ts'

/** One attempt to reach the server, and the connection that comes of it. Speaks hydrant.v1, whatever is below. */
export interface Transport {
  readonly via: Via
  /** Only after `writable`. */
  send(request: Up): void
  /** Ends it; nothing is told afterwards. */
  close(): void
}

export interface TransportListener {
  /** Requests may be sent. */
  writable(): void
  /** The server is there. Without `hello` over the fallback. */
  opened(hello?: HelloPush): void
  received(down: Down): void
  lost(cause: LostCause): void
}
