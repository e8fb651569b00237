/** Kept for what is no connection: files, the admin listener, keys that are fetched. */
const RESERVE = 32

/**
 * How many connections the system lets this process have: its limit of open files (`ulimit -n`), less a reserve. Without the reserve
 * the system cuts new peers without a word, and nothing else can be opened either. Infinity where there is no such limit.
 */
export function connectionsWithinOpenFiles(): number {
  const report: NodeJS.ProcessReport & { excludeNetwork?: boolean } = process.report
  const excludesNetwork = report.excludeNetwork ?? false
  // Looking up the network's names takes long, and nobody asked.
  report.excludeNetwork = true
  const { userLimits } = report.getReport() as { userLimits?: { open_files?: { soft: number | 'unlimited' } } }
  report.excludeNetwork = excludesNetwork
  const soft = userLimits?.open_files?.soft
  return typeof soft === 'number' ? Math.max(1, soft - RESERVE) : Infinity
}
