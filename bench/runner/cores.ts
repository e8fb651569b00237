import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

export interface Cores {
  readonly server: number | undefined
  readonly load: number | undefined
  /** What was done, for the report. */
  readonly description: string
}

/** A core for the servers and another one for the load generator, where the machine has `taskset` and two cores. */
export function chooseCores(): Cores {
  const allowed = allowedCores()
  if (allowed.length < 2) return unpinned('not pinned: fewer than two cores may be used')
  const [server, load] = allowed
  if (spawnSync('taskset', ['-c', String(server), 'true']).status !== 0) return unpinned('not pinned: no taskset here')
  return { server, load, description: `servers pinned to core ${server}, load generator to core ${load} (taskset)` }
}

function unpinned(description: string): Cores {
  return { server: undefined, load: undefined, description }
}

/** The cores this process may run on, from Linux's /proc; none elsewhere. */
function allowedCores(): number[] {
  try {
    const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? ''
    return list.split(',').flatMap((range) => {
      const [first, last = first] = range.split('-').map(Number)
      return Array.from({ length: last! - first! + 1 }, (_, i) => first! + i)
    })
  } catch {
    return []
  }
}
