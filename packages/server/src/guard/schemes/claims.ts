import { claimAt } from '../permissions.ts'
import { type Principal, principalOf } from '../principal.ts'

/** Which claims say what. */
export interface ClaimNames {
  /** Default `roles`; a name, or a JSON pointer. */
  readonly rolesClaim?: string | undefined
}

/** The principal of a token's claims; `id` names it. */
export function principalOfClaims(
  id: string,
  scheme: string | undefined,
  claims: Readonly<Record<string, unknown>>,
  { rolesClaim = 'roles' }: ClaimNames,
): Principal {
  const ends = claimAt(claims, 'exp')
  return principalOf({
    id,
    scheme,
    scopes: listOf(claimAt(claims, 'scope') ?? claimAt(claims, 'scp')),
    roles: listOf(claimAt(claims, rolesClaim)),
    claims,
    expiresAt: typeof ends === 'number' ? ends * 1000 : undefined,
  })
}

/** RFC 6749 §3.3: scopes are one text with spaces; others give a list. */
function listOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.split(' ').filter((each) => each !== '')
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : []
}
