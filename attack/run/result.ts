import type { Honesty } from '../kit/honest.ts'
import type { Row } from '../rows/row.ts'
import type { KindName, ServerKind } from '../servers/kinds.ts'

/** One thing that was sent, and what came of it. */
export interface Case {
  readonly what: string
  readonly expected: string
  readonly got: string
  readonly good: boolean
  /** Not as it should, but refused all the same: the connection ended, or was answered with an error. */
  readonly refusedOtherwise: boolean
}

/** What a row found on one server. */
export interface RowResult {
  readonly row: Row
  readonly kind: KindName
  /** Undefined when it applies. */
  readonly notApplicable: string | undefined
  readonly cases: readonly Case[]
  readonly figures: readonly string[]
  /** How the process died; undefined when it lives. */
  readonly death: string | undefined
  /** Held memory that remained, and the peak of the resident memory, above what was there before; MiB. */
  readonly heldMiB: number
  readonly peakMiB: number
  readonly honest: Honesty | undefined
  /** p99 of the honest connections before the attack, in milliseconds. */
  readonly calmP99Ms: number
  readonly tookMs: number
  /** What broke in the row itself. */
  readonly fault: string | undefined
}

/** The result of a row that says nothing about this kind of server. */
export function notApplicable(row: Row, kind: ServerKind, reason: string): RowResult {
  return {
    row,
    kind: kind.name,
    notApplicable: reason,
    cases: [],
    figures: [],
    death: undefined,
    heldMiB: 0,
    peakMiB: 0,
    honest: undefined,
    calmP99Ms: 0,
    tookMs: 0,
    fault: undefined,
  }
}

/** Held memory that may remain; MiB. */
export const DEFAULT_HOLD_MIB = 4
const DEFAULT_PEAK_MIB = 96
/**
 * An honest ping may take this long, or four times what it took in the calm before, whichever is longer; milliseconds. Work that
 * is not linear takes seconds; a machine that others use takes tenths of one. The rows about load have bounds of their own.
 */
const STALL_MS = 1_000

/**
 * What went wrong, in the order of weight; empty when the row passed. Hydrant is held to the letter of each row; another server
 * that refuses in its own way has refused.
 */
export function missesOf(result: RowResult): string[] {
  if (result.notApplicable !== undefined) return []
  const { row, death, cases, honest, heldMiB, peakMiB, fault } = result
  const misses: string[] = []
  if (death !== undefined) misses.push(`crashes (${death})`)
  if (fault !== undefined) misses.push(fault)
  if (peakMiB > (row.mayPeakMiB ?? DEFAULT_PEAK_MIB)) misses.push(`grows by ${Math.round(peakMiB)} MiB`)
  if (heldMiB > (row.mayHoldMiB ?? DEFAULT_HOLD_MIB)) misses.push(`keeps ${heldMiB.toFixed(1)} MiB`)
  if (honest !== undefined && death === undefined) {
    if (honest.lost > 0) misses.push(`cuts ${honest.lost} honest connections`)
    if (honest.p99Ms > Math.max(STALL_MS, 4 * result.calmP99Ms))
      misses.push(`stalls others for ${Math.round(honest.p99Ms)} ms`)
  }
  for (const { what, expected, got, good, refusedOtherwise } of cases) {
    if (!good && (result.kind === 'hydrant' || !refusedOtherwise)) misses.push(`${what}: ${got}, not ${expected}`)
  }
  return misses
}

/** Where a server other than Hydrant refuses with another answer than the row names. */
export function otherwiseOf({ kind, cases }: RowResult): string[] {
  if (kind === 'hydrant') return []
  return cases.flatMap(({ what, expected, got, good, refusedOtherwise }) =>
    !good && refusedOtherwise ? [`${what}: ${got} for ${expected}`] : [],
  )
}
