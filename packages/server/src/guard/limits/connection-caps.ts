import type { EventEmitter } from 'node:events'
import type { MaybePromise } from '../../broker/broker.ts'
import { HydrantError } from '../../errors.ts'
import type { LimitLabel, Settings } from '../../settings/setting.ts'
import { addressGroup, type Client, isLoopback } from '../../transport/client-of.ts'
import { type EndsWithTransport, onceClosed } from '../../transport/once-closed.ts'
import type { Principal } from '../principal.ts'

/** When to try again, for who has too many. Connections come and go in seconds. */
const RETRY_AFTER_MS = 5_000

/** What is open by name in all processes that share it. */
export interface OpenCounts {
  /** Counts one more; false, and nothing is counted, when there are `max`. */
  take(name: string, max: number): MaybePromise<boolean>
  /** Uncounts one. */
  release(name: string): void
}

/** What the caps hang on. */
type Transport = EventEmitter & { readonly destroyed: boolean }

/** How many sockets and streams one address and one client may have open. */
export class ConnectionCaps {
  readonly #limits: Settings
  readonly #limitHit: (name: LimitLabel) => void
  readonly #open = new Map<string, Places>()
  readonly #shared: OpenCounts | undefined

  /** With `shared` it decides; without it, what this process has open. */
  constructor(limits: Settings, limitHit: (name: LimitLabel) => void, shared?: OpenCounts) {
    this.#limits = limits
    this.#limitHit = limitHit
    this.#shared = shared
  }

  /** Addresses and principals that are counted now. */
  get size(): number {
    return this.#open.size
  }

  /** Counts a transport of this address until it closes. Throws `too-many-connections`. Loopback has no limit. */
  takeAddress({ address }: Pick<Client, 'address'>, transport: Transport): MaybePromise<void> {
    const { maxConnectionsPerAddress: max } = this.#limits
    if (max === 0 || address === undefined || isLoopback(address)) return
    return this.#take(`address ${addressGroup(address)}`, max, 'connections-per-address', transport)
  }

  /** Counts a transport of this client until it closes. Throws `too-many-connections`. The application has no limit. */
  takePrincipal({ kind, id }: Principal, transport: Transport): MaybePromise<void> {
    const { maxConnectionsPerPrincipal: max } = this.#limits
    if (max === 0 || kind !== 'client') return
    return this.#take(`id ${id}`, max, 'connections-per-principal', transport)
  }

  #take(name: string, max: number, limit: LimitLabel, transport: Transport): MaybePromise<void> {
    const isFree = this.#shared === undefined ? this.#has(name, max) : this.#shared.take(name, max)
    if (!(isFree instanceof Promise)) return this.#count(isFree, name, max, limit, transport)
    return isFree.then((isIt) => this.#count(isIt, name, max, limit, transport))
  }

  #has(name: string, max: number): boolean {
    return (this.#open.get(name)?.taken ?? 0) < max
  }

  #count(isFree: boolean, name: string, max: number, limit: LimitLabel, transport: Transport): void {
    if (!isFree) {
      this.#limitHit(limit)
      const detail = `expected at most ${max} connections at once`
      throw new HydrantError('too-many-connections', detail, { retryAfterMs: RETRY_AFTER_MS })
    }
    const places = this.#open.get(name) ?? new Places(name, this.#open, this.#shared)
    places.taken++
    this.#open.set(name, places)
    // It may have gone while others were asked.
    if (transport.destroyed) places.transportClosed()
    else onceClosed(transport, places)
  }
}

/** What one address or client has open; all its transports share the object. */
class Places implements EndsWithTransport {
  taken = 0
  readonly #name: string
  readonly #open: Map<string, Places>
  readonly #shared: OpenCounts | undefined

  constructor(name: string, open: Map<string, Places>, shared: OpenCounts | undefined) {
    this.#name = name
    this.#open = open
    this.#shared = shared
  }

  transportClosed(): void {
    if (--this.taken === 0) this.#open.delete(this.#name)
    this.#shared?.release(this.#name)
  }
}
