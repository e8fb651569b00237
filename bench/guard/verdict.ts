import type { Ratios } from './rounds.ts'

/** What may be lost before the guard fails. */
export const MOST_LOSS = 0.15

export interface Verdict {
  readonly name: string
  readonly committed: number | undefined
  readonly measured: number
  /** Share by which it has become slower; negative for faster. 0 for what is new. */
  readonly loss: number
  readonly isTooSlow: boolean
}

/** The share of the processes that are thought to be undisturbed: the slowest of them counts. */
const QUIET = 0.25

/** What several processes measured, next to the committed ratios. What is committed must have been measured. */
export function verdicts(committed: Ratios, measured: readonly Ratios[]): Verdict[] {
  const names = new Set([...Object.keys(committed), ...Object.keys(measured[0]!)])
  return [...names].map((name) => {
    const now = quiet(measured.map((ratios) => ratios[name] ?? Number.NaN))
    const before = committed[name]
    const loss = before === undefined ? 0 : now / before - 1
    return { name, committed: before, measured: now, loss, isTooSlow: !(loss <= MOST_LOSS) }
  })
}

function quiet(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * QUIET)]!
}
