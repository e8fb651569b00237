/**
 * The work one check may do. Nested alternatives multiply: a recursive `oneOf` can take time exponential in the depth of a
 * small message. Validation is synchronous and not re-entrant, so one counter serves all.
 */
let left = Infinity

/** Thrown by {@link spend}; only {@link withBudget} catches it. */
class BudgetSpent extends Error {}

const spent = new BudgetSpent('validation budget spent')

/** Counts one schema applied to one value. */
export function spend(): void {
  left -= 1
  if (left < 0) throw spent
}

/** Runs `work` with a number of steps; returns `otherwise` when they do not suffice or the stack does not. */
export function withBudget<T>(steps: number, work: () => T, otherwise: T): T {
  const outer = left
  left = Math.min(steps, outer)
  try {
    return work()
  } catch (error) {
    if (error === spent || error instanceof RangeError) return otherwise
    throw error
  } finally {
    left = outer
  }
}

/** Enough for any schema people write: the measured files need fewer than 40 steps per value. */
export function stepsFor(valueCount: number): number {
  return 200_000 + 300 * valueCount
}
