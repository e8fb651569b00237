import { HydrantError } from '../errors.ts'
import type { Clock } from '../runtime/clock.ts'
import type { OpenTransports } from '../transport/open-transports.ts'
import type { Guard } from './guard.ts'
import type { Principal } from './principal.ts'

/** How often it is looked for identities that have ended, in milliseconds. A fifth of what is promised. */
const SCAN_EVERY_MS = 1_000

/** Cuts what is open when the identity behind it ends. One scan a second for all connections: no timer for each. */
export class Revocation {
  readonly #clock: Clock
  readonly #transports: OpenTransports
  readonly #guard: Guard
  #isScanning = false

  constructor(clock: Clock, transports: OpenTransports, guard: Guard) {
    this.#guard = guard
    this.#clock = clock
    this.#transports = transports
  }

  /** Something opened, or goes on, for this principal. */
  watch({ expiresAt }: Principal): void {
    if (expiresAt !== undefined && !this.#isScanning) this.#scanLater()
  }

  /** Cuts everything that is open for this principal, and refuses the tokens that it had; how many transports that were. */
  revoke(principalId: string, reason: string): number {
    this.#guard.withdraw(principalId)
    const error = new HydrantError('unauthenticated', `this identity was withdrawn: ${reason}`)
    const revoked = this.#transports.ofPrincipal(principalId)
    for (const transport of revoked) transport.revoke(error)
    return revoked.length
  }

  /** The rules have changed: ends what they no longer allow. */
  recheck(): void {
    for (const transport of this.#transports.all()) transport.recheck()
  }

  #scanLater(): void {
    this.#isScanning = true
    this.#clock.after(SCAN_EVERY_MS, () => this.#scan())
  }

  #scan(): void {
    this.#isScanning = false
    const nowMs = this.#clock.wallMs()
    let goesOn = false
    for (const transport of this.#transports.all()) {
      const { expiresAt } = transport.principal
      if (expiresAt === undefined) continue
      if (expiresAt > nowMs) goesOn = true
      else transport.revoke(new HydrantError('unauthenticated', 'this identity has expired'))
    }
    if (goesOn) this.#scanLater()
  }
}
