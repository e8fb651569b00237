import { CLOSE_UNAUTHENTICATED, PROTOCOL_LIMITS } from '@hydrant/protocol'
import { HydrantError } from '../../errors.ts'
import type { Caller } from '../../guard/caller.ts'
import type { Principal } from '../../guard/principal.ts'
import type { Session } from './session.ts'

const KNOWN = -1

/** Who is behind a session: from the handshake, or from its first message, and then from any later token of the same caller. */
export class SessionIdentity {
  readonly #session: Session
  /** What a token that comes later is read with. */
  readonly #caller: Caller
  #principal: Principal
  /** Bytes that came before it was known; {@link KNOWN} from then on. */
  #bytesBefore: number

  constructor(session: Session, principal: Principal, caller: Caller) {
    const { service } = session
    this.#session = session
    this.#principal = principal
    this.#caller = service.guard.keptFor(caller)
    this.#bytesBefore = principal.kind !== 'anonymous' || service.guard.admitsAnonymous ? KNOWN : 0
    service.revocation.watch(principal)
    if (!this.isKnown) waitForToken(this, session)
  }

  get principal(): Principal {
    return this.#principal
  }

  /** False: only `authenticate` is listened to (PROTOCOL.md 8.5). */
  get isKnown(): boolean {
    return this.#bytesBefore === KNOWN
  }

  /** Bytes came. False when that is more than a stranger may send. */
  takes(bytes: number): boolean {
    if (this.isKnown) return true
    this.#bytesBefore += bytes
    return this.#bytesBefore <= PROTOCOL_LIMITS.bytesBeforeAuthentication
  }

  /** Rejects with `unauthenticated`, and changes nothing, when the token is refused or another caller's. */
  async authenticate(token: string): Promise<void> {
    const { service, ended, connection } = this.#session
    const { guard, revocation, caps, strangers } = service
    if (!guard.authenticates) return
    const principal = await guard.principalOf(this.#caller.withToken(token), ended)
    // What counts a transport of somebody is undone when it closes, and it may have.
    if (this.#session.isOver) throw new HydrantError('unavailable', 'the connection has ended')
    if (this.#principal.kind !== 'anonymous' && principal.id !== this.#principal.id) {
      throw guard.unauthenticated(`expected a token of ${this.#principal.id}: another caller needs another connection`)
    }
    if (this.#principal.kind === 'anonymous') await caps.takePrincipal(principal, connection.socket)
    this.#principal = principal
    this.#bytesBefore = KNOWN
    strangers.delete(this)
    revocation.watch(principal)
  }

  /** The same caller under the rules of now. Throws `unauthenticated` when there is none. */
  renew(): void {
    const { guard, revocation } = this.#session.service
    this.#principal = guard.renewed(this.#principal)
    revocation.watch(this.#principal)
  }

  /** What a request gets that comes before `authenticate`. */
  refusal(): HydrantError {
    return this.#session.service.guard.unauthenticated('authenticate comes first')
  }
}

/** A stranger: it has so long to say who it is, and only so many are waited for. */
function waitForToken(identity: SessionIdentity, { service, ended, connection }: Session): void {
  service.strangers.add(identity)
  ended.addEventListener('abort', () => service.strangers.delete(identity))
  const cancel = service.clock.after(service.guard.deadlineMs, () => {
    if (identity.isKnown) return
    service.observer.limitHit('authentication-timeout')
    connection.close(CLOSE_UNAUTHENTICATED, 'authenticate comes first, and in time')
  })
  ended.addEventListener('abort', cancel)
}
