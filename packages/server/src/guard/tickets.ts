import { createHash, randomBytes } from 'node:crypto'
import type { MaybePromise } from '../broker/broker.ts'
import { HydrantError } from '../errors.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Principal } from './principal.ts'

/** How long a ticket waits to be used, in milliseconds. */
const TICKET_LIFE_MS = 30_000

/** Tickets that may wait at once, of all processes that share them. */
const MAX_TICKETS = 10_000

/** The query parameter that a ticket comes in. */
export const TICKET_PARAMETER = 'ticket'

export interface IssuedTicket {
  readonly ticket: string
  readonly expiresInMs: number
}

/** Where tickets wait: in this process, or in one that several share. */
export interface TicketRegister {
  /** Throws `unavailable` when too many wait. */
  issue(principal: Principal): MaybePromise<IssuedTicket>
  /** Whose it is; undefined when it is none, used, or too old. It is used up. */
  redeem(ticket: string): MaybePromise<Principal | undefined>
}

/**
 * What a browser opens a socket or an event stream with, since it cannot send a header there: 256 random bits in the query, good once and for
 * 30 seconds, so that a URL in somebody's log is worth nothing. Only hashes are kept.
 */
export class Tickets implements TicketRegister {
  readonly #clock: Clock
  readonly #byHash = new Map<string, { readonly principal: Principal; readonly endsMs: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  issue(principal: Principal): IssuedTicket {
    this.#forgetOld()
    if (this.#byHash.size >= MAX_TICKETS) {
      throw new HydrantError('unavailable', 'too many tickets wait to be used', { headers: { 'Retry-After': '30' } })
    }
    const ticket = randomBytes(32).toString('base64url')
    this.#byHash.set(hashOf(ticket), { principal, endsMs: this.#clock.monotonicMs() + TICKET_LIFE_MS })
    return { ticket, expiresInMs: TICKET_LIFE_MS }
  }

  redeem(ticket: string): Principal | undefined {
    const hash = hashOf(ticket)
    const found = this.#byHash.get(hash)
    this.#byHash.delete(hash)
    return found !== undefined && found.endsMs > this.#clock.monotonicMs() ? found.principal : undefined
  }

  /** The oldest come first: all live equally long. */
  #forgetOld(): void {
    const nowMs = this.#clock.monotonicMs()
    for (const [hash, { endsMs }] of this.#byHash) {
      if (endsMs > nowMs) return
      this.#byHash.delete(hash)
    }
  }
}

function hashOf(ticket: string): string {
  return createHash('sha256').update(ticket).digest('base64')
}
