import type { DeflateParameters } from './deflate/parameters.ts'
import { completeLimits, type WireLimits } from './limits.ts'
import type { Role } from './role.ts'

/** What many connections have in common: they share one object where they can. */
export interface WireTerms {
  readonly role: Role
  readonly limits: WireLimits
  readonly random: ((bytes: Uint8Array) => void) | undefined
  readonly deflate: DeflateParameters | undefined
}

/** The terms that were used last with these limits, which nearly always are those of the next connection. */
const lastOf = new WeakMap<WireLimits, WireTerms>()

/** Throws a TypeError for limits that are not numbers. */
export function wireTerms(given: {
  readonly role: Role
  readonly limits?: Partial<WireLimits> | undefined
  readonly random?: WireTerms['random']
  readonly deflate?: DeflateParameters | undefined
}): WireTerms {
  const limits = completeLimits(given.limits)
  const last = lastOf.get(limits)
  if (last?.role === given.role && last.random === given.random && isSame(last.deflate, given.deflate)) return last
  const { role, random, deflate } = given
  const terms = { role, limits, random, deflate }
  lastOf.set(limits, terms)
  return terms
}

function isSame(a: DeflateParameters | undefined, b: DeflateParameters | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return a.threshold === b.threshold && a.level === b.level && a.windowBits === b.windowBits
}
