import type { Dice } from '../../packages/wire/fuzz/engine-fuzz.ts'

/** One thing that takes bytes or values of strangers. */
export interface FuzzTarget {
  readonly name: string
  /** What it does, and what has to hold after each step. */
  readonly about: string
  /** One execution. Throws, or rejects, when an invariant does not hold. */
  readonly run: (dice: Dice) => void | Promise<void>
}

/** Thrown when an invariant does not hold. */
class BrokenInvariant extends Error {
  override readonly name = 'BrokenInvariant'
}

export function insist(condition: boolean, what: () => string): asserts condition {
  if (!condition) throw new BrokenInvariant(what())
}

/** Processor time of this process so far, in milliseconds: unlike the clock it stands still while the machine does. */
export function processorMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}
