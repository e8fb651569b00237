import type { Contract, Diagnostic } from '@hydrant/contract'
import type { MaybePromise } from '../broker/broker.ts'
import type { DrainOptions } from '../hydrant.ts'
import type { Service } from '../service.ts'

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
  drain(options: DrainOptions): Promise<void>
  /** Serves another contract from now on, without dropping who may stay. Throws when that cannot be. */
  reload(contract: Contract): MaybePromise<void>
  /** Cuts what is open for a principal; how many connections that were. */
  revoke(principalId: string, reason: string): MaybePromise<number>
}
