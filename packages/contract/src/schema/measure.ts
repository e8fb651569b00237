/** Deepest nesting of a message (DESIGN §13). */
export const maxDepth = 64

/** How many values a JSON value holds, or -1 when it nests deeper than {@link maxDepth}. Not fooled by cycles: they are too deep. */
export function countValues(value: unknown, depth: number = maxDepth): number {
  if (typeof value !== 'object' || value === null) return 1
  if (depth <= 0) return -1
  let count = 1
  if (Array.isArray(value)) {
    for (const item of value) {
      const inner = countValues(item, depth - 1)
      if (inner < 0) return -1
      count += inner
    }
    return count
  }
  for (const key of Object.keys(value)) {
    const inner = countValues((value as Record<string, unknown>)[key], depth - 1)
    if (inner < 0) return -1
    count += inner
  }
  return count
}
