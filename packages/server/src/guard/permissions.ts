import type {
  Action,
  AllowCondition,
  AllowRule,
  AllowValue,
  Channel,
  Contract,
  Operation,
  SecurityScheme,
} from '@hydrant/contract'
import { APPLICATION_SCOPE, type Principal } from './principal.ts'

/** The place that is asked for: a channel, and what its parameters are in the address. */
export interface Place {
  readonly channel: Channel
  readonly parameters: Readonly<Record<string, string>>
}

/** Whether a principal may do something, and which rule says so. */
export interface Decision {
  readonly allowed: boolean
  /** JSON pointer into the contract of the rule that decided; undefined when it was none of the contract's. */
  readonly rule?: string
  /** In words: why, or what is missing. */
  readonly because: string
}

/**
 * What the `security` of servers and operations asks for: one scheme of each list, with its scopes (AsyncAPI 3, Operation Object: where
 * the security of servers applies, it must be satisfied as well). A door carries the messages of all operations of its direction, so what
 * each of them asks for is asked for.
 */
interface Requirement {
  readonly pointer: string
  readonly schemes: readonly SecurityScheme[]
}

/**
 * Whether the contract lets a principal do this here. Hot where clients publish: it allocates nothing. It answers exactly what
 * {@link explain} explains.
 */
export function allows(contract: Contract, principal: Principal, action: Action, place: Place): boolean {
  if (principal.kind === 'application') return true
  for (const { schemes } of requirementsOf(contract, place.channel, action)) {
    if (!schemes.some((scheme) => satisfies(principal, scheme))) return false
  }
  const allow = place.channel.allow[action]
  if (allow === undefined) return principal.kind !== 'anonymous'
  for (const rule of allow.rules) if (fits(rule, principal, place)) return true
  return false
}

/** The same with its reasons. */
export function explain(contract: Contract, principal: Principal, action: Action, place: Place): Decision {
  if (principal.kind === 'application') {
    return { allowed: true, because: `the application may ${action} everywhere (scope ${APPLICATION_SCOPE})` }
  }
  for (const { pointer, schemes } of requirementsOf(contract, place.channel, action)) {
    if (schemes.some((scheme) => satisfies(principal, scheme))) continue
    return { allowed: false, rule: pointer, because: `missing: ${schemes.map(describeScheme).join(', or ')}` }
  }
  const allow = place.channel.allow[action]
  if (allow === undefined) {
    return principal.kind === 'anonymous'
      ? {
          allowed: false,
          because: 'missing: an identity (without a rule in x-hydrant.allow everybody who is authenticated may)',
        }
      : { allowed: true, because: 'everybody who is authenticated may: x-hydrant.allow says nothing of it' }
  }
  const rule = allow.rules.find((each) => fits(each, principal, place))
  if (rule !== undefined) return { allowed: true, rule: rule.pointer, because: describeRule(rule, place) }
  if (allow.rules.length === 0) {
    return { allowed: false, rule: allow.pointer, because: `only the application may ${action} here` }
  }
  const missing = allow.rules.map((each) => describeRule(each, place)).join('; or ')
  return { allowed: false, rule: allow.pointer, because: `missing: ${missing}` }
}

/** Whether somebody without an identity may do anything at all: otherwise they need not be listened to. */
export function admitsAnonymous(contract: Contract): boolean {
  return (['subscribe', 'publish'] as const).some((action) =>
    contract.channels.some(
      (channel) =>
        requirementsOf(contract, channel, action).length === 0 &&
        channel.allow[action]?.rules.some(({ conditions }) => conditions.every(({ kind }) => kind === 'anyone')),
    ),
  )
}

const requirements = new WeakMap<Channel, { readonly [action in Action]: readonly Requirement[] }>()

function requirementsOf(contract: Contract, channel: Channel, action: Action): readonly Requirement[] {
  let known = requirements.get(channel)
  if (known === undefined) {
    known = { subscribe: collect(contract, channel, 'subscribe'), publish: collect(contract, channel, 'publish') }
    requirements.set(channel, known)
  }
  return known[action]
}

function collect(contract: Contract, channel: Channel, action: Action): Requirement[] {
  const ofServers = contract.security.length === 0 ? [] : [{ pointer: '/servers', schemes: contract.security }]
  const ofOperations = channel.operations
    .filter((operation) => operation.security.length > 0 && actionOf(contract, operation) === action)
    .map(({ id, security }) => ({ pointer: `/operations/${id}/security`, schemes: security }))
  return [...ofServers, ...ofOperations]
}

/** What a client does to take part in an operation of the described application. */
function actionOf(contract: Contract, { action }: Operation): Action {
  return (action === 'send') === (contract.perspective === 'server') ? 'subscribe' : 'publish'
}

function satisfies(principal: Principal, scheme: SecurityScheme): boolean {
  if (shows(principal, scheme)) return true
  if (principal.also !== undefined) for (const each of principal.also) if (shows(each, scheme)) return true
  return false
}

/** The hook of an embedder names no scheme: it vouches for any of them, and the scopes decide. */
function shows(principal: Principal, { name, scopes }: SecurityScheme): boolean {
  if (principal.kind === 'anonymous') return false
  if (principal.scheme !== undefined && principal.scheme !== name) return false
  for (const scope of scopes) if (!principal.scopes.includes(scope)) return false
  return true
}

function fits(rule: AllowRule, principal: Principal, place: Place): boolean {
  for (const condition of rule.conditions) if (!holds(condition, principal, place)) return false
  return true
}

function holds(condition: AllowCondition, principal: Principal, { parameters }: Place): boolean {
  switch (condition.kind) {
    case 'anyone':
      return true
    case 'authenticated':
      return principal.kind !== 'anonymous'
    case 'never':
      return false
    case 'role':
    case 'scope': {
      if (principal.kind === 'anonymous') return false
      const wanted = valueOf(condition.value, parameters)
      return (
        typeof wanted === 'string' && (condition.kind === 'role' ? principal.roles : principal.scopes).includes(wanted)
      )
    }
    case 'claim':
      return principal.kind !== 'anonymous' && claimFits(principal.claims, condition.claim, condition.value, parameters)
  }
}

/** A claim that is a list fits when it contains the value. */
function claimFits(
  claims: Readonly<Record<string, unknown>>,
  name: string,
  value: AllowValue,
  parameters: Readonly<Record<string, string>>,
): boolean {
  const wanted = valueOf(value, parameters)
  if (wanted === undefined) return false
  const claim = claimAt(claims, name)
  const fromAddress = 'parameter' in value
  if (!Array.isArray(claim)) return isSame(claim, wanted, fromAddress)
  for (const each of claim) if (isSame(each, wanted, fromAddress)) return true
  return false
}

/** An address only has texts: there a whole number is its digits. Otherwise the type counts as well. */
function isSame(claim: unknown, wanted: string | number | boolean, fromAddress: boolean): boolean {
  if (claim === wanted) return true
  return fromAddress && typeof claim === 'number' && Number.isSafeInteger(claim) && String(claim) === wanted
}

function valueOf(
  value: AllowValue,
  parameters: Readonly<Record<string, string>>,
): string | number | boolean | undefined {
  if ('literal' in value) return value.literal
  return Object.hasOwn(parameters, value.parameter) ? parameters[value.parameter] : undefined
}

/** A claim by its name, or by a JSON pointer. Only own properties: tokens may name `__proto__`. */
export function claimAt(claims: Readonly<Record<string, unknown>>, name: string): unknown {
  if (!name.startsWith('/')) return Object.hasOwn(claims, name) ? claims[name] : undefined
  let current: unknown = claims
  for (const segment of name.slice(1).split('/')) {
    const key = segment.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return undefined
    current = (current as Record<string, unknown>)[key]
  }
  return current
}

function describeScheme({ name, scopes }: SecurityScheme): string {
  return `an identity of the scheme ${name}${scopes.length === 0 ? '' : ` with scope ${scopes.join(' and ')}`}`
}

function describeRule({ conditions }: AllowRule, place: Place): string {
  return conditions.map((condition) => describeCondition(condition, place)).join(' and ')
}

function describeCondition(condition: AllowCondition, { parameters }: Place): string {
  switch (condition.kind) {
    case 'anyone':
      return 'anyone may'
    case 'authenticated':
      return 'an identity'
    case 'never':
      return `a rule that can be read (${condition.why})`
    case 'role':
    case 'scope':
      return `${condition.kind} ${describeValue(condition.value, parameters)}`
    case 'claim':
      return `claim ${condition.claim} = ${describeValue(condition.value, parameters)}`
  }
}

function describeValue(value: AllowValue, parameters: Readonly<Record<string, string>>): string {
  if ('literal' in value) return JSON.stringify(value.literal)
  return `${JSON.stringify(valueOf(value, parameters) ?? null)} ({${value.parameter}})`
}
