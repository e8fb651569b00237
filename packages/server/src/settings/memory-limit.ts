import { totalmem } from 'node:os'

/** The memory that this process may use, in bytes: the limit of its container (cgroup), or the machine's. */
export function memoryLimitBytes(): number {
  // 0 or a huge number where there is no limit.
  const constrained = process.constrainedMemory()
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem()
}
