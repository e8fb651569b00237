import type { Principal } from './principal.ts'

/** As many principals are remembered; the one withdrawn first goes first. */
const MAX_REMEMBERED = 10_000

/**
 * Identities that were withdrawn: a token that was issued before is still signed, and must not open anything any more. Kept in each process. Keys, passwords
 * and certificates are not tokens: they are taken out of the configuration.
 */
export class Withdrawn {
  readonly #sinceMs = new Map<string, number>()

  add(principalId: string, nowMs: number): void {
    this.#sinceMs.delete(principalId)
    this.#sinceMs.set(principalId, nowMs)
    const [oldest] = this.#sinceMs.keys()
    if (this.#sinceMs.size > MAX_REMEMBERED && oldest !== undefined) this.#sinceMs.delete(oldest)
  }

  get entries(): readonly (readonly [principalId: string, sinceMs: number])[] {
    return [...this.#sinceMs]
  }

  /** A token that does not say when it was issued (RFC 7519 §4.1.6) counts as issued before. */
  includes({ id, expiresAt, claims }: Principal): boolean {
    const sinceMs = this.#sinceMs.get(id)
    if (sinceMs === undefined || expiresAt === undefined) return false
    const issued = Object.hasOwn(claims, 'iat') ? claims['iat'] : undefined
    return typeof issued !== 'number' || issued * 1000 <= sinceMs
  }
}
