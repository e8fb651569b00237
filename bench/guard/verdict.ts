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

/** The medians of several processes, next to the committed ratios. What is committed must have been measured. */
export function verdicts(committed: Ratios, measured: readonly Ratios[]): Verdict[] {
  const names = new Set([...Object.keys(committed), ...Object.keys(measured[0]!)])
  return [...names].map((name) => {
    const median = medianOf(measured.map((ratios) => ratios[name] ?? Number.NaN))
    const before = committed[name]
    const loss = before === undefined ? 0 : median / before - 1
    return { name, committed: before, measured: median, loss, isTooSlow: !(loss <= MOST_LOSS) }
  })
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!
}
