import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { NCHAN_MODULE } from '../peers/brokers/nchan-module.ts'
import type { Row } from '../rows/row.ts'
import type { Peer } from './peers.ts'
import { BENCH, type Workspace } from './workspace.ts'

/** Where `npm run bench` installs the peers that come from npm, apart from the project's own packages. */
const NPM_PEERS: string = join(BENCH, 'npm')

export const BUN: string = join(NPM_PEERS, 'node_modules', 'bun', 'bin', 'bun.exe')

/** Installs the peers from npm from their lockfile, once. What fails leaves them absent, and the report says so. */
export function installNpmPeers(): void {
  if (existsSync(join(NPM_PEERS, 'node_modules'))) return
  spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: NPM_PEERS, stdio: 'inherit' })
}

/** Why this machine cannot run a peer of a row; undefined when it can. */
export function reasonAgainst(workspace: Workspace, row: Row, peer: Peer): string | undefined {
  return reasonAgainstClients(workspace, row) ?? reasonAgainstServer(workspace, peer)
}

function reasonAgainstClients({ loadHasLibraries }: Workspace, { work }: Row): string | undefined {
  const needsLibraries = 'plan' in work && (work.plan.isTls === true || work.plan.deflate === true)
  return needsLibraries && !loadHasLibraries ? 'no OpenSSL and zlib to compile the load generator with' : undefined
}

function reasonAgainstServer(workspace: Workspace, { server }: Peer): string | undefined {
  if (server === 'control') return 'missing' in workspace.control ? workspace.control.missing : undefined
  if ('broker' in server) return brokerIsMissing(server)
  if (server.runtime === 'bun' && !bunRuns()) return 'not installed (bench/npm)'
  if (server.npm === true && !existsSync(join(NPM_PEERS, 'node_modules'))) return 'not installed (bench/npm)'
  return undefined
}

/** An installation without its scripts leaves a file that is no program. */
function bunRuns(): boolean {
  return existsSync(BUN) && spawnSync(BUN, ['--version']).status === 0
}

function brokerIsMissing({ broker, needs }: { broker: string; needs: string }): string | undefined {
  if (spawnSync('which', [needs]).status !== 0) return `no ${needs} on this machine`
  if (broker === 'nchan' && !existsSync(NCHAN_MODULE)) return 'no libnginx-mod-nchan on this machine'
  return undefined
}
