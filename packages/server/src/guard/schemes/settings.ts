import type { JSONWebKeySet } from 'jose'

/** How the security schemes of the contract are enforced, by the name of the scheme. */
export type AuthSettings = Readonly<Record<string, SchemeSettings>>

/** Exactly one of `issuer`, `keys`, `users` and `certificates`: what the scheme's type allows. */
export interface SchemeSettings extends Partial<TokenSettings> {
  /** For bearer tokens, `httpApiKey` and `apiKey`: secrets that stand for a caller. */
  readonly keys?: readonly KeySettings[] | undefined
  /** For `userPassword` and HTTP Basic. */
  readonly users?: readonly UserSettings[] | undefined
  /** For `X509`. */
  readonly certificates?: readonly CertificateSettings[] | undefined
}

/** For bearer tokens, `oauth2`, `openIdConnect` and `httpApiKey`: JSON Web Tokens. Keys come from one of `jwks`, `jwksUri`, or the issuer's discovery document. */
export interface TokenSettings {
  /** The `iss` of every token, exactly. */
  readonly issuer: string
  /** One of these is in the `aud` of every token. */
  readonly audience: string | readonly string[]
  /** Default the asymmetric ones: RS256, PS256, ES256, EdDSA. Never `none`. */
  readonly algorithms?: readonly string[] | undefined
  /** The keys themselves (RFC 7517 §5). */
  readonly jwks?: JSONWebKeySet | undefined
  /** Where the keys are: `https:`, or `http:` on this machine. */
  readonly jwksUri?: string | undefined
  /** The claim with the roles: its name, or a JSON pointer. Default `roles`. */
  readonly rolesClaim?: string | undefined
  /** The claim that names the caller. Default `sub`. */
  readonly idClaim?: string | undefined
  /** How far the issuer's clock may be off. Default 5, at most 300. */
  readonly clockToleranceSeconds?: number | undefined
}

/** What a caller is that is recognized by something configured. */
export interface CallerSettings {
  /** Names the caller: its principal is `SCHEME:ID`. */
  readonly id: string
  /** `hydrant:publish` makes it the application. */
  readonly scopes?: readonly string[] | undefined
  readonly roles?: readonly string[] | undefined
  readonly claims?: Readonly<Record<string, unknown>> | undefined
}

export interface KeySettings extends CallerSettings {
  /** `sha256:` and 64 hexadecimal digits, from `hydrant hash-key`. */
  readonly hash: string
}

export interface UserSettings extends CallerSettings {
  /** `scrypt:…`, from `hydrant hash-key --password`. The name that is typed is the `id`. */
  readonly hash: string
}

/** One of both: */
export interface CertificateSettings extends CallerSettings {
  /** SHA-256 of the certificate, hexadecimal with or without colons. */
  readonly fingerprint?: string | undefined
  /** The whole subject of a certificate that an accepted authority signed, such as `CN=gateway,O=Example`. */
  readonly subject?: string | undefined
}

/** The settings or the contract cannot be enforced: the server must not start. The message says where and what was expected. */
export class AuthSettingsError extends TypeError {
  override readonly name = 'AuthSettingsError'
}

const callerMembers = ['id', 'scopes', 'roles', 'claims']
const tokenMembers = [
  'issuer',
  'audience',
  'algorithms',
  'jwks',
  'jwksUri',
  'rolesClaim',
  'idClaim',
  'clockToleranceSeconds',
]

/**
 * Reads the settings of a configuration file, under the name `auth`. Throws {@link AuthSettingsError} for what is not exactly right: a setting
 * that is misspelled must not be a setting that is ignored.
 */
export function readAuthSettings(value: unknown, where = 'auth'): AuthSettings {
  const schemes = objectAt(value, where)
  for (const [name, scheme] of Object.entries(schemes)) readScheme(scheme, `${where}.${name}`)
  return schemes as AuthSettings
}

function readScheme(value: unknown, where: string): void {
  const scheme = objectAt(value, where)
  membersAt(scheme, where, [...tokenMembers, 'keys', 'users', 'certificates'])
  const kinds = ['issuer', 'keys', 'users', 'certificates'].filter((name) => scheme[name] !== undefined)
  if (kinds.length !== 1) fail(where, 'exactly one of issuer, keys, users and certificates', kinds)
  if (scheme['issuer'] !== undefined) return readTokens(scheme, where)
  membersAt(scheme, where, ['keys', 'users', 'certificates'])
  const [kind] = kinds as ['keys' | 'users' | 'certificates']
  const ids = new Set<string>()
  const entries = scheme[kind]
  if (!Array.isArray(entries) || entries.length === 0)
    fail(`${where}.${kind}`, 'a list with at least one entry', entries)
  for (const [index, entry] of (entries as unknown[]).entries()) {
    const id = readCaller(entry, kind, `${where}.${kind}[${index}]`)
    if (ids.has(id)) fail(`${where}.${kind}[${index}].id`, 'an id that is not there already', id)
    ids.add(id)
  }
}

function readTokens(scheme: Readonly<Record<string, unknown>>, where: string): void {
  membersAt(scheme, where, tokenMembers)
  textAt(scheme, 'issuer', where)
  const { audience, algorithms, jwks, jwksUri, clockToleranceSeconds: tolerance } = scheme
  if (Array.isArray(audience)) textsAt(scheme, 'audience', where)
  else textAt(scheme, 'audience', where)
  if (Array.isArray(audience) && audience.length === 0) fail(`${where}.audience`, 'at least one', audience)
  if (algorithms !== undefined) textsAt(scheme, 'algorithms', where)
  if (
    Array.isArray(algorithms) &&
    (algorithms.length === 0 || algorithms.some((name) => !knownAlgorithms.includes(String(name))))
  ) {
    fail(`${where}.algorithms`, `some of ${knownAlgorithms.join(', ')}`, algorithms)
  }
  if (jwks !== undefined && jwksUri !== undefined) fail(where, 'one of jwks and jwksUri', 'both')
  if (jwks !== undefined && !Array.isArray(objectAt(jwks, `${where}.jwks`)['keys']))
    fail(`${where}.jwks`, 'an object with keys', jwks)
  if (jwksUri !== undefined) textAt(scheme, 'jwksUri', where)
  for (const name of ['rolesClaim', 'idClaim']) if (scheme[name] !== undefined) textAt(scheme, name, where)
  if (tolerance !== undefined && !(typeof tolerance === 'number' && tolerance >= 0 && tolerance <= 300)) {
    fail(`${where}.clockToleranceSeconds`, 'a number from 0 to 300', tolerance)
  }
}

/** RFC 7518 §3.1 and RFC 8037, without `none`. */
const knownAlgorithms: readonly string[] =
  'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519 HS256 HS384 HS512'.split(' ')

function readCaller(value: unknown, kind: 'keys' | 'users' | 'certificates', where: string): string {
  const entry = objectAt(value, where)
  const proofs = kind === 'certificates' ? ['fingerprint', 'subject'] : ['hash']
  membersAt(entry, where, [...callerMembers, ...proofs])
  const id = textAt(entry, 'id', where)
  for (const name of ['scopes', 'roles']) if (entry[name] !== undefined) textsAt(entry, name, where)
  if (entry['claims'] !== undefined) objectAt(entry['claims'], `${where}.claims`)
  const given = proofs.filter((name) => entry[name] !== undefined)
  if (given.length !== 1) fail(where, `exactly one of ${proofs.join(' and ')}`, given)
  const [proof] = given as [string]
  const text = textAt(entry, proof, where)
  const [pattern, expected] = proofForms[kind === 'certificates' ? proof : kind]!
  // The text is not told: it might be the secret itself.
  if (!pattern.test(text)) fail(`${where}.${proof}`, expected)
  return id
}

const proofForms: Readonly<Record<string, readonly [RegExp, string]>> = {
  keys: [/^sha256:[0-9a-f]{64}$/, '"sha256:" and 64 hexadecimal digits, from: hydrant hash-key'],
  users: [/^scrypt:\d+:\d+:\d+:[\w-]+:[\w-]+$/, '"scrypt:…", from: hydrant hash-key --password'],
  fingerprint: [/^(?:[0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}$/, 'the SHA-256 fingerprint, 64 hexadecimal digits'],
  subject: [/=/, 'a subject such as CN=gateway,O=Example'],
}

function objectAt(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) fail(where, 'an object', value)
  return value as Readonly<Record<string, unknown>>
}

function membersAt(object: Readonly<Record<string, unknown>>, where: string, known: readonly string[]): void {
  for (const name of Object.keys(object))
    if (!known.includes(name)) fail(`${where}.${name}`, `one of ${known.join(', ')}`, name)
}

function textAt(object: Readonly<Record<string, unknown>>, name: string, where: string): string {
  const value = object[name]
  if (typeof value !== 'string' || value === '') fail(`${where}.${name}`, 'a text', value)
  return value
}

function textsAt(object: Readonly<Record<string, unknown>>, name: string, where: string): void {
  const value = object[name]
  const fits = Array.isArray(value) && value.every((each) => typeof each === 'string' && each !== '')
  if (!fits) fail(`${where}.${name}`, 'a list of texts', value)
}

function fail(where: string, expected: string, got?: unknown): never {
  const told = got === undefined ? '' : `, got ${(JSON.stringify(got) ?? 'nothing').slice(0, 60)}`
  throw new AuthSettingsError(`${where}: expected ${expected}${told}`)
}
