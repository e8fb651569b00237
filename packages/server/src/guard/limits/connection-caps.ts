import type { EventEmitter } from 'node:events'
import { HydrantError } from '../../errors.ts'
import type { LimitLabel, Settings } from '../../settings/setting.ts'
import { addressGroup, type Client, isLoopback } from '../../transport/client-of.ts'
import { type EndsWithTransport, onceClosed } from '../../transport/once-closed.ts'
import type { Principal } from '../principal.ts'

/** When to try again, for who has too many. Connections come and go in seconds. */
const RETRY_AFTER_MS = 5_000

/** How many sockets and streams one address and one client may have open. */
export class ConnectionCaps {
  readonly #limits: Settings
  readonly #limitHit: (name: LimitLabel) => void
  readonly #open = new Map<string, Places>()

  constructor(limits: Settings, limitHit: (name: LimitLabel) => void) {
    this.#limits = limits
    this.#limitHit = limitHit
  }

  /** Addresses and principals that are counted now. */
  get size(): number {
    return this.#open.size
  }

  /** Counts a transport of this address until it closes. Throws `too-many-connections`. Loopback has no limit. */
  takeAddress({ address }: Pick<Client, 'address'>, transport: EventEmitter): void {
    const { maxConnectionsPerAddress: max } = this.#limits
    if (max === 0 || address === undefined || isLoopback(address)) return
    this.#take(`address ${addressGroup(address)}`, max, 'connections-per-address', transport)
  }

  /** Counts a transport of this client until it closes. Throws `too-many-connections`. The application has no limit. */
  takePrincipal({ kind, id }: Principal, transport: EventEmitter): void {
    const { maxConnectionsPerPrincipal: max } = this.#limits
    if (max === 0 || kind !== 'client') return
    this.#take(`id ${id}`, max, 'connections-per-principal', transport)
  }

  #take(name: string, max: number, limit: LimitLabel, transport: EventEmitter): void {
    const places = this.#open.get(name) ?? new Places(name, this.#open)
    if (places.taken >= max) {
      this.#limitHit(limit)
      const detail = `expected at most ${max} connections at once`
      throw new HydrantError('too-many-connections', detail, { retryAfterMs: RETRY_AFTER_MS })
    }
    places.taken++
    this.#open.set(name, places)
    onceClosed(transport, places)
  }
}

/** What one address or client has open; all its transports share the object. */
class Places implements EndsWithTransport {
  taken = 0
  readonly #name: string
  readonly #open: Map<string, Places>

  constructor(name: string, open: Map<string, Places>) {
    this.#name = name
    this.#open = open
  }

  transportClosed(): void {
    if (--this.taken === 0) this.#open.delete(this.#name)
  }
}
