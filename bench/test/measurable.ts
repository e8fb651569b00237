import { test } from 'vitest'
import type { Workspace } from '../runner/workspace.ts'

/** `test` where there is a C compiler for the load generator. In CI its absence is a failure; elsewhere the reason is printed. */
export function measurable({ load }: Workspace): typeof test {
  if (!('missing' in load) || process.env['CI'] === 'true') return test
  console.warn(`skipped: ${load.missing}`)
  return test.skip as typeof test
}
