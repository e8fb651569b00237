import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { BENCH, type Workspace } from '../runner/workspace.ts'

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
      ...npmPeerVersions(versionOf),
      ...brokerVersions(),
    },
    pinning: cores.description,
    loadGenerator: 'path' in load ? 'C (epoll)' : load.missing,
    date: new Date().toISOString().slice(0, 10),
  }
}

/** Of the peers that are installed. */
function npmPeerVersions(versionOf: (path: string) => string): Record<string, string> {
  const paths = ['socket.io', 'bun'].map((name) => [name, join(BENCH, 'npm', 'node_modules', name, 'package.json')])
  return Object.fromEntries(
    paths.filter(([, path]) => existsSync(path!)).map(([name, path]) => [name, versionOf(path!)]),
  )
}

const BROKER_VERSIONS = {
  'nats-server': ['nats-server', '--version'],
  mosquitto: ['mosquitto', '-h'],
  nginx: ['nginx', '-v'],
} as const

function brokerVersions(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(BROKER_VERSIONS).flatMap(([name, [program, flag]]) => {
      const { stdout, stderr } = spawnSync(program, [flag], { encoding: 'utf8' })
      const version = /\d+\.\d+\.\d+/.exec(`${stdout ?? ''}${stderr ?? ''}`)?.[0]
      return version === undefined ? [] : [[name, version]]
    }),
  )
}
