import { test } from 'vitest'
import type { Workspace } from '../runner/workspace.ts'

/** `test` where there is a C compiler for the load generator. In CI its absence is a failure; elsewhere the reason is printed. */
export function measurable({ load, loadHasLibraries }: Workspace): typeof test {
  const missing = 'missing' in load ? load.missing : loadHasLibraries ? undefined : 'no OpenSSL and zlib for load.c'
  if (missing === undefined || process.env['CI'] === 'true') return test
  console.warn(`skipped: ${missing}`)
  return test.skip as typeof test
}
