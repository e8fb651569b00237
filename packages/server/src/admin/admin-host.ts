import type { Contract, Diagnostic } from '@hydrant/contract'
import type { MaybePromise } from '../broker/broker.ts'
import type { DrainOptions } from '../hydrant.ts'
import type { Service } from '../service.ts'

/** A channel that somebody reads. */
export interface ShownFeed {
  readonly address: string
  readonly memberCount: number
  readonly epoch: string
  /** Offset of the newest entry. */
  readonly received: number
}

/** What the admin listener sees and moves of the server that it belongs to. */
export interface AdminHost {
  readonly service: Service
  readonly contract: Contract
  readonly diagnostics: readonly Diagnostic[]
  readonly state: 'ready' | 'starting' | 'draining' | 'closed'
  /** URLs of the public listeners. */
  readonly listeners: readonly string[]
  /** Milliseconds since the Unix epoch. */
  readonly startedMs: number
  /** The channels that somebody reads. */
  feeds(): Iterable<ShownFeed>
  /** The channel of this address, while somebody reads it. */
  feed(address: string): ShownFeed | undefined
  /** Asks the other processes that serve, before something is shown. Absent where there are none. */
  readonly refresh?: () => Promise<void>
  /** Memory of all processes that serve, in bytes. Absent where this one is all. */
  readonly memory?: () => { readonly rss: number; readonly heapUsed: number }
  drain(options: DrainOptions): Promise<void>
  /** Serves another contract from now on, without dropping who may stay. Throws when that cannot be. */
  reload(contract: Contract): MaybePromise<void>
  /** Cuts what is open for a principal; how many connections that were. */
  revoke(principalId: string, reason: string): MaybePromise<number>
}
