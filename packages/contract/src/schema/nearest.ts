import { segmentsOf } from '../json.ts'
import type { SchemaError } from '../model.ts'
import { Report } from './report.ts'
import type { Validator } from './rule.ts'

/** How far a value is from being valid: the fewest signs of being meant for something else win. */
export interface Attempt {
  errors: readonly SchemaError[]
  /** Errors that say it is something else altogether: its own type, and constants at the top. */
  strangers: number
  depth: number
}

/** Reports the errors of the alternative the value most probably was meant to be; one joint error when only the type is wrong. */
export function reportNearest(
  branches: readonly Validator[],
  value: unknown,
  pointer: string,
  report: Report,
  keyword: string,
): void {
  const attempts = branches.map((branch) => attempt(branch, value, pointer))
  const joint = jointExpectation(attempts, pointer)
  if (joint !== undefined) report.add(pointer, joint, value, keyword)
  else report.addAll(nearestOf(attempts).errors)
}

/** Explains one alternative on its own. */
function attempt(branch: Validator, value: unknown, pointer: string): Attempt {
  const report = new Report()
  branch.explain(value, pointer, report)
  return attemptOf(report.errors, pointer)
}

/** Measures how far errors are from being none. `pointer` is the value they are about. */
export function attemptOf(errors: readonly SchemaError[], pointer: string): Attempt {
  const own = segmentsOf(pointer).length
  const depths = errors.map((error) => segmentsOf(error.pointer).length - own)
  const strangers = errors.filter(({ keyword }, index) => {
    const depth = depths[index]!
    return (depth <= 1 && (keyword === 'const' || keyword === 'enum')) || (depth === 0 && keyword === 'type')
  })
  return { errors, strangers: strangers.length, depth: Math.max(0, ...depths) }
}

/** The attempt with the fewest foreign constants, then the fewest errors, then the deepest error. */
export function nearestOf<T extends Attempt>(attempts: readonly T[]): T {
  let best = attempts[0]!
  for (const one of attempts) {
    const difference =
      one.strangers - best.strangers || one.errors.length - best.errors.length || best.depth - one.depth
    if (difference < 0) best = one
  }
  return best
}

/** When every alternative fails on the same value with nothing but its type or constant: `string or null`. */
function jointExpectation(attempts: readonly Attempt[], pointer: string): string | undefined {
  const places = new Set(attempts.map(({ errors }) => (errors.length === 1 ? errors[0]!.pointer : '*')))
  const [place] = places
  if (places.size !== 1 || place !== pointer) return undefined
  if (attempts.some(({ errors }) => !['type', 'const', 'enum', 'false'].includes(errors[0]!.keyword ?? '')))
    return undefined
  return [...new Set(attempts.map(({ errors }) => errors[0]!.expected))].join(' or ')
}
