import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const PEERS = fileURLToPath(new URL('../peers', import.meta.url))

/** Installs the servers to compare with into a folder of their own, once, so that the project itself does not depend on them. */
export function ensurePeers(): void {
  if (existsSync(`${PEERS}/node_modules/socket.io`)) return
  process.stderr.write('installing the peers into attack/peers\n')
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: PEERS, stdio: 'inherit' })
}
