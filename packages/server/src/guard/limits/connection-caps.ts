import { HydrantError } from '../../errors.ts'
import type { LimitLabel, Settings } from '../../settings/setting.ts'
import { addressGroup, type Client, isLoopback } from '../../transport/client-of.ts'
import type { Principal } from '../principal.ts'

/** When to try again, for who has too many. Connections come and go in seconds. */
const RETRY_AFTER_MS = 5_000

/** How many sockets and streams one address and one client may have open. */
export class ConnectionCaps {
  readonly #limits: Settings
  readonly #limitHit: (name: LimitLabel) => void
  readonly #open = new Map<string, number>()

  constructor(limits: Settings, limitHit: (name: LimitLabel) => void) {
    this.#limits = limits
    this.#limitHit = limitHit
  }

  /** Addresses and principals that are counted now. */
  get size(): number {
    return this.#open.size
  }

  /** Counts a transport of this address; the result uncounts it, once. Throws `too-many-connections`. Loopback has no limit. */
  takeAddress({ address }: Pick<Client, 'address'>): () => void {
    const { maxConnectionsPerAddress: max } = this.#limits
    if (max === 0 || address === undefined || isLoopback(address)) return () => {}
    return this.#take(`address ${addressGroup(address)}`, max, 'connections-per-address')
  }

  /** Counts a transport of this client; the result uncounts it, once. Throws `too-many-connections`. The application has no limit. */
  takePrincipal({ kind, id }: Principal): () => void {
    const { maxConnectionsPerPrincipal: max } = this.#limits
    if (max === 0 || kind !== 'client') return () => {}
    return this.#take(`id ${id}`, max, 'connections-per-principal')
  }

  #take(name: string, max: number, limit: LimitLabel): () => void {
    const open = this.#open.get(name) ?? 0
    if (open >= max) {
      this.#limitHit(limit)
      const detail = `expected at most ${max} connections at once`
      throw new HydrantError('too-many-connections', detail, { retryAfterMs: RETRY_AFTER_MS })
    }
    this.#open.set(name, open + 1)
    return once(() => {
      const left = this.#open.get(name)! - 1
      if (left === 0) this.#open.delete(name)
      else this.#open.set(name, left)
    })
  }
}

function once(run: () => void): () => void {
  let isDone = false
  return () => {
    if (isDone) return
    isDone = true
    run()
  }
}
