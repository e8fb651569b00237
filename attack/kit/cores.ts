import { spawnSync } from 'node:child_process'
import { cpus } from 'node:os'

/**
 * Until it is disposed of, this server has the first core for itself, and this process with all its threads, and the others named, have
 * the second: what the attacker spends is not taken from the server. Undefined where there is no second core or no `taskset`.
 */
export function ownCore(serverPid: number, others: readonly number[]): Disposable | undefined {
  const count = cpus().length
  if (count < 2) return undefined
  const elsewhere = [process.pid, ...others]
  if (!pin(serverPid, '0') || !elsewhere.every((pid) => pin(pid, '1'))) return undefined
  return { [Symbol.dispose]: () => void pin(process.pid, `0-${count - 1}`) }
}

/** All threads of a process. */
function pin(pid: number, cores: string): boolean {
  return spawnSync('taskset', ['-a', '-p', '-c', cores, String(pid)], { stdio: 'ignore' }).status === 0
}
