import { CLOSE_UNAUTHENTICATED, PROTOCOL_LIMITS } from '@hydrant/protocol'
import type { HydrantError } from '../../errors.ts'
import type { Caller } from '../../guard/caller.ts'
import type { Principal } from '../../guard/principal.ts'
import type { Service } from '../../service.ts'

export interface SessionIdentityOptions {
  readonly service: Service
  readonly principal: Principal
  /** The handshake: what a token that comes later is read with. */
  readonly caller: Caller
  /** Aborted when the connection ends. */
  readonly ended: AbortSignal
  /** Ends the connection. */
  readonly close: (code: number, reason: string) => void
}

/** Who is behind a session: from the handshake, or from its first message, and then from any later token of the same caller. */
export class SessionIdentity {
  readonly #options: SessionIdentityOptions
  #principal: Principal
  #bytesBefore = 0
  #isKnown: boolean

  constructor(options: SessionIdentityOptions) {
    const { service, principal, ended, close } = options
    this.#options = options
    this.#principal = principal
    this.#isKnown = principal.kind !== 'anonymous' || service.guard.admitsAnonymous
    service.revocation.watch(principal)
    if (this.#isKnown) return
    service.strangers.add(this)
    ended.addEventListener('abort', () => service.strangers.delete(this))
    const cancel = service.clock.after(service.guard.deadlineMs, () => {
      if (this.#isKnown) return
      service.observer.limitHit('authentication-timeout')
      close(CLOSE_UNAUTHENTICATED, 'authenticate comes first, and in time')
    })
    ended.addEventListener('abort', cancel)
  }

  get principal(): Principal {
    return this.#principal
  }

  /** False: only `authenticate` is listened to (PROTOCOL.md 8.5). */
  get isKnown(): boolean {
    return this.#isKnown
  }

  /** Bytes came. False when that is more than a stranger may send. */
  takes(bytes: number): boolean {
    if (this.#isKnown) return true
    this.#bytesBefore += bytes
    return this.#bytesBefore <= PROTOCOL_LIMITS.bytesBeforeAuthentication
  }

  /** Rejects with `unauthenticated`, and changes nothing, when the token is refused or another caller's. */
  async authenticate(token: string): Promise<void> {
    const { service, caller, ended } = this.#options
    const { guard, revocation } = service
    if (!guard.authenticates) return
    const principal = await guard.principalOf(caller.withToken(token), ended)
    if (this.#principal.kind !== 'anonymous' && principal.id !== this.#principal.id) {
      throw guard.unauthenticated(`expected a token of ${this.#principal.id}: another caller needs another connection`)
    }
    if (this.#principal.kind === 'anonymous') ended.addEventListener('abort', service.caps.takePrincipal(principal))
    this.#principal = principal
    this.#isKnown = true
    this.#options.service.strangers.delete(this)
    revocation.watch(principal)
  }

  /** The same caller under the rules of now. Throws `unauthenticated` when there is none. */
  renew(): void {
    const { guard, revocation } = this.#options.service
    this.#principal = guard.renewed(this.#principal)
    revocation.watch(this.#principal)
  }

  /** What a request gets that comes before `authenticate`. */
  refusal(): HydrantError {
    return this.#options.service.guard.unauthenticated('authenticate comes first')
  }
}
