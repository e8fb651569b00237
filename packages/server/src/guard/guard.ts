import type { Action, Contract } from '@hydrant/contract'
import { HydrantError } from '../errors.ts'
import type { Addressed } from '../publish/publisher.ts'
import type { PublisherRole } from '../publish/accept-message.ts'
import type { Clock } from '../runtime/clock.ts'
import { type Caller, type CallerRequest, TOKENS_ONLY } from './caller.ts'
import type { Carrier } from './schemes/carrier.ts'
import { TICKET_PARAMETER, type TicketRegister } from './tickets.ts'
import { Withdrawn } from './withdrawn.ts'
import { admitsAnonymous, allows, type Decision, explain } from './permissions.ts'
import { ANONYMOUS, EVERYBODY, type Principal, type PrincipalFacts, principalOf, together } from './principal.ts'

/**
 * Says who is calling. Null or undefined: not recognized here, so the contract's schemes are tried, and then it is nobody. Throw a
 * {@link HydrantError} (`unauthenticated`) to refuse; anything else that it throws is a fault, and refuses as well.
 */
export type Authenticate = (
  request: CallerRequest,
) => PrincipalFacts | null | undefined | Promise<PrincipalFacts | null | undefined>

/** One of the contract's security schemes, as it is configured. */
export interface Authenticator {
  /** Its name in the contract. */
  readonly scheme: string
  readonly carrier: Carrier
  /** Undefined when the request has no credentials of this scheme. Throws `unauthenticated` when it has, and they are not good. */
  authenticate(caller: Caller): Principal | undefined | Promise<Principal | undefined>
  /** The same principal as it is configured now; undefined when it is no longer. */
  renewed(principal: Principal): Principal | undefined
}

export interface GuardOptions {
  readonly clock: Clock
  /** How long it may take to find out who is calling. Source: the setting `authentication-timeout`. */
  readonly deadlineMs: number
  readonly contract: Contract
  readonly authenticate: Authenticate | undefined
  readonly authenticators: readonly Authenticator[]
  readonly tickets: TicketRegister
}

/** What a reload replaces, all at once. */
export interface Rules {
  readonly contract: Contract
  readonly authenticators: readonly Authenticator[]
}

/** Who is calling, and what they may do. The one place where both are decided, for every door. */
export class Guard {
  readonly tickets: TicketRegister
  readonly deadlineMs: number
  readonly #options: GuardOptions
  readonly #withdrawn = new Withdrawn()
  #rules: Rules
  #admitsAnonymous: boolean

  constructor(options: GuardOptions) {
    this.#options = options
    this.deadlineMs = options.deadlineMs
    this.tickets = options.tickets
    this.#rules = options
    this.#admitsAnonymous = admitsAnonymous(options.contract)
  }

  /** False: nobody is authenticated, and who reaches the server is its application. */
  get authenticates(): boolean {
    return this.#options.authenticate !== undefined || this.#rules.authenticators.length > 0
  }

  /** Whether somebody without an identity may do anything at all. */
  get admitsAnonymous(): boolean {
    return !this.authenticates || this.#admitsAnonymous
  }

  /** Query parameters whose values are nobody's business: they appear in no answer, log or trace. */
  get secretParameters(): readonly string[] {
    return [TICKET_PARAMETER, ...this.#carriers.flatMap(({ queryParameter }) => queryParameter ?? [])]
  }

  /** Headers that pages of allowed origins have to be let send. */
  get credentialHeaders(): readonly string[] {
    return [...new Set(['Authorization', ...this.#carriers.flatMap(({ header }) => header ?? [])])]
  }

  /** Whether browsers send credentials by themselves. */
  get usesCookies(): boolean {
    return this.#carriers.some(({ isCookie }) => isCookie)
  }

  get #carriers(): readonly Carrier[] {
    return this.#rules.authenticators.map(({ carrier }) => carrier)
  }

  /** From now on these decide. */
  replace(rules: Rules): void {
    this.#rules = rules
    this.#admitsAnonymous = admitsAnonymous(rules.contract)
  }

  /**
   * Who is calling: before anything of the request is looked up, and before a `101`. Rejects with `unauthenticated` for credentials that are
   * not good, and `unavailable` when it cannot be found out in time. Nobody is `anonymous`.
   */
  async principalOf(caller: Caller, gone: AbortSignal): Promise<Principal> {
    if (!this.authenticates) return EVERYBODY
    const { clock, deadlineMs } = this.#options
    const deadline = new AbortController()
    const tooLate = Promise.withResolvers<never>()
    const cancel = clock.after(deadlineMs, () => {
      deadline.abort()
      tooLate.reject(new HydrantError('unavailable', 'it could not be found out in time who is calling', TOO_LATE))
    })
    try {
      const principal = await Promise.race([
        this.#recognize(caller, AbortSignal.any([gone, deadline.signal])),
        tooLate.promise,
      ])
      this.#refuseEnded(principal)
      return principal
    } finally {
      cancel()
    }
  }

  /** The caller of a connection that stays open, as far as later tokens are read with it: only the `authenticate` hook sees more than the token. */
  keptFor(caller: Caller): Caller {
    return this.#options.authenticate === undefined ? TOKENS_ONLY : caller.detached()
  }

  /** Throws `unauthenticated` for nobody, when nobody may do nothing. */
  requireIdentity(principal: Principal): void {
    if (principal.kind === 'anonymous' && !this.admitsAnonymous) throw this.unauthenticated('credentials are required')
  }

  /** Throws `forbidden`, or `unauthenticated` for nobody, with what is missing. Hot where clients publish. */
  check(principal: Principal, action: Action, at: Addressed): void {
    if (principal === EVERYBODY || allows(this.#rules.contract, principal, action, at)) return
    const { because } = this.explain(principal, action, at)
    const detail = `${principal.id} may not ${action} to ${at.address}: ${because}`
    throw principal.kind === 'anonymous' ? this.unauthenticated(detail) : new HydrantError('forbidden', detail)
  }

  /** Whether {@link Guard.check} would throw. */
  allows(principal: Principal, action: Action, at: Addressed): boolean {
    return allows(this.#rules.contract, principal, action, at)
  }

  /** What {@link Guard.check} decides, and why. */
  explain(principal: Principal, action: Action, at: Addressed): Decision {
    return explain(this.#rules.contract, principal, action, at)
  }

  /** On whose behalf a principal acts that asks for a role, or for none. Throws `forbidden`. */
  roleOf(principal: Principal, asked: PublisherRole): PublisherRole {
    if (asked === 'application' && principal.kind !== 'application') {
      throw new HydrantError('forbidden', `as=application: missing: scope hydrant:publish`)
    }
    return asked
  }

  /** The same principal under the rules of now. Throws `unauthenticated` when it is no longer recognized. */
  renewed(principal: Principal): Principal {
    if (principal.kind === 'anonymous' || principal === EVERYBODY) return principal
    this.#refuseEnded(principal)
    const renewed = this.#renewedAlone(principal)
    if (renewed === undefined) throw this.unauthenticated('this identity is no longer recognized')
    if (principal.also === undefined) return renewed
    // Who has lost one of several credentials may do what the others allow.
    const others = principal.also.filter((each) => !this.#withdrawn.includes(each))
    return together([{ ...renewed, also: [] }, ...others.flatMap((each) => this.#renewedAlone(each) ?? [])])
  }

  #renewedAlone(principal: Principal): Principal | undefined {
    if (principal.scheme === undefined) return principal
    return this.#rules.authenticators.find(({ scheme }) => scheme === principal.scheme)?.renewed(principal)
  }

  /** Tokens of this principal that were issued until now, or until `sinceMs`, are refused from now on. */
  withdraw(principalId: string, sinceMs: number = this.#options.clock.wallMs()): void {
    this.#withdrawn.add(principalId, sinceMs)
  }

  /** Who was withdrawn, and when, in milliseconds since the Unix epoch. */
  get withdrawals(): readonly (readonly [principalId: string, sinceMs: number])[] {
    return this.#withdrawn.entries
  }

  unauthenticated(detail: string): HydrantError {
    const challenges = new Set(this.#carriers.flatMap(({ challenge }) => challenge ?? []))
    if (challenges.size === 0) challenges.add('Bearer')
    return new HydrantError('unauthenticated', detail, { headers: { 'WWW-Authenticate': [...challenges].join(', ') } })
  }

  async #redeem(ticket: string): Promise<Principal> {
    const principal = await this.tickets.redeem(ticket)
    if (principal === undefined) throw this.unauthenticated('the ticket is not known, used or too old')
    return this.renewed(principal)
  }

  #refuseEnded(principal: Principal): void {
    if (isOver(principal, this.#options.clock)) throw this.unauthenticated('this identity has expired')
    if (this.#withdrawn.includes(principal) || principal.also?.some((each) => this.#withdrawn.includes(each)))
      throw this.unauthenticated('this identity was withdrawn')
  }

  async #recognize(caller: Caller, signal: AbortSignal): Promise<Principal> {
    const { authenticate } = this.#options
    const ticket = caller.messageToken === undefined ? caller.parameter(TICKET_PARAMETER) : undefined
    if (ticket !== undefined) return this.#redeem(ticket)
    if (authenticate !== undefined) {
      const facts = await this.#ask(authenticate, caller.view(signal))
      if (facts !== null && facts !== undefined) {
        return principalOf(facts)
      }
    }
    const found: Principal[] = []
    let refusal: unknown
    for (const authenticator of this.#rules.authenticators) {
      try {
        const principal = await authenticator.authenticate(caller)
        if (principal !== undefined) found.push(principal)
      } catch (error) {
        // Another scheme may read the same header.
        refusal ??= error
      }
    }
    const [first, ...others] = found
    if (first !== undefined) return together([first, ...others])
    if (refusal !== undefined) {
      throw refusal instanceof HydrantError && refusal.code === 'unauthenticated'
        ? this.unauthenticated(refusal.message)
        : refusal
    }
    if (caller.messageToken !== undefined) throw this.unauthenticated('the token is refused')
    return ANONYMOUS
  }

  async #ask(authenticate: Authenticate, request: CallerRequest): Promise<PrincipalFacts | null | undefined> {
    const facts = await authenticate(request)
    if (facts === null || facts === undefined) return facts
    if (typeof facts.id !== 'string' || facts.id === '' || facts.id.length > MAX_ID_LENGTH) {
      throw new TypeError(`authenticate: expected an id of 1 to ${MAX_ID_LENGTH} characters`)
    }
    return facts
  }
}

const MAX_ID_LENGTH = 255
const TOO_LATE = { headers: { 'Retry-After': '5' }, limit: 'authentication-timeout' } as const

function isOver({ expiresAt }: Principal, clock: Clock): boolean {
  return expiresAt !== undefined && expiresAt <= clock.wallMs()
}
