/** Who is calling, and what is known of them: decided before a request is looked at any further. */
export interface Principal {
  /** Names it in logs, limits and revocations: `SCHEME:NAME` from the contract's schemes, whatever the `authenticate` hook says otherwise. */
  readonly id: string
  /** `application` is the backend behind the API: it may read and publish everything. */
  readonly kind: 'anonymous' | 'client' | 'application'
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
  /** What its token says, or what its configuration does. Read own properties only. */
  readonly claims: Readonly<Record<string, unknown>>
  /** When it ends, in milliseconds since the Unix epoch: everything it has open is cut then. */
  readonly expiresAt?: number
  /** The security scheme of the contract by which it was recognized; undefined from the `authenticate` hook. */
  readonly scheme?: string
  /** What it showed besides, of other schemes: the `security` of a server and of an operation may ask for one each. */
  readonly also?: readonly Principal[]
}

/** One caller of all the credentials that a request has; the first names it, and it ends with the first that ends. */
export function together([first, ...others]: readonly [Principal, ...Principal[]]): Principal {
  if (others.length === 0) return first
  const expiresAt = Math.min(...[first, ...others].map((each) => each.expiresAt ?? Infinity))
  return { ...first, also: others, ...(expiresAt === Infinity ? {} : { expiresAt }) }
}

/** What makes a caller the application: a token or key that carries this scope. */
export const APPLICATION_SCOPE = 'hydrant:publish'

/** Nobody in particular, where somebody is asked for. */
export const ANONYMOUS: Principal = named('anonymous', 'anonymous')

/** Everybody, where nobody is authenticated: who reaches the server is its application. */
export const EVERYBODY: Principal = named('everybody', 'application')

/** Whoever works on the admin listener, where the application's handlers ask who publishes. */
export const OPERATOR: Principal = named('operator', 'application')

/** Whether this is the backend behind the API, recognized as such: it has no limits on what it sends. */
export function isBackend(principal: Principal): boolean {
  return principal.kind === 'application' && principal !== EVERYBODY
}

function named(id: string, kind: Principal['kind']): Principal {
  return Object.freeze({ id, kind, scopes: [], roles: [], claims: {} })
}

/** What is known of a caller who was recognized. */
export interface PrincipalFacts {
  readonly id: string
  readonly scopes?: readonly string[] | undefined
  readonly roles?: readonly string[] | undefined
  readonly claims?: Readonly<Record<string, unknown>> | undefined
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt?: number | undefined
  readonly scheme?: string | undefined
  /** By default decided by the scope {@link APPLICATION_SCOPE}. */
  readonly kind?: 'client' | 'application' | undefined
}

/** A principal of its facts; the scope {@link APPLICATION_SCOPE} makes it the application. */
export function principalOf(facts: PrincipalFacts): Principal {
  const { id, scopes = [], roles = [], claims = {}, expiresAt, scheme } = facts
  const kind = facts.kind ?? (scopes.includes(APPLICATION_SCOPE) ? 'application' : 'client')
  return {
    id,
    kind,
    scopes,
    roles,
    claims,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(scheme === undefined ? {} : { scheme }),
  }
}
