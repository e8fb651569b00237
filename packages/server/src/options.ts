import type { Perspective } from '@hydrant/contract'
import type { WireLimits } from '@hydrant/wire'
import type { Broker } from './broker/broker.ts'
import type { Authenticate } from './guard/guard.ts'
import type { ContractSource } from './load-contract.ts'
import type { Clock } from './runtime/clock.ts'

export interface HydrantOptions {
  readonly contract: ContractSource
  /** Whose side the document is written from. Default `server`: what it says `send` goes to clients. */
  readonly perspective?: Perspective | undefined
  /** One message, in bytes, on every door. Default 65,536. */
  readonly maxMessageBytes?: number | undefined
  /** Bytes that may wait for one reader before it is taken off the live feed. Default 1 MiB. */
  readonly maxQueuedBytes?: number | undefined
  /** Origins whose pages may use the API, besides its own. Exact: `https://app.example.com`. Default none. */
  readonly allowedOrigins?: readonly string[] | undefined
  /**
   * Says who is calling, on every door, before anything else is looked at. Without it, and without security schemes that are configured,
   * everybody who reaches the server is its application.
   */
  readonly authenticate?: Authenticate | undefined
  /** Negotiate permessage-deflate. Default false. */
  readonly deflate?: boolean | undefined
  /** The protocol engine's other limits. */
  readonly wireLimits?: Partial<Omit<WireLimits, 'maxMessageBytes'>> | undefined
  /** Where logs live. Default in this process's memory. */
  readonly broker?: Broker | undefined
  /** Hears faults of the server and of handlers; peers are told nothing of them. Default: `console.error`. */
  readonly onFault?: ((error: unknown) => void) | undefined
  /** For tests. Default the machine's clock. */
  readonly clock?: Clock | undefined
}
