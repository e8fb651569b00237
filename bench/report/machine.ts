import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus, release, totalmem, type } from 'node:os'
import type { Workspace } from '../runner/workspace.ts'

/** What the numbers depend on. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  readonly system: string
  readonly versions: Readonly<Record<string, string>>
  readonly pinning: string
  readonly loadGenerator: string
  readonly date: string
}

export function describeMachine({ cores, load }: Workspace): Machine {
  const require = createRequire(import.meta.url)
  const versionOf = (path: string): string => (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    versions: {
      node: process.versions.node,
      '@hydrant/server': versionOf(new URL('../../packages/server/package.json', import.meta.url).pathname),
      ws: versionOf(require.resolve('ws/package.json')),
    },
    pinning: cores.description,
    loadGenerator: 'path' in load ? 'C (epoll)' : `Node (${load.missing})`,
    date: new Date().toISOString().slice(0, 10),
  }
}
