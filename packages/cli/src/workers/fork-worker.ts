import cluster from 'node:cluster'
import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { type Fork, StreamLink } from '@hydrant/server/workers'

/** The hidden command that a worker runs. */
export const WORKER_COMMAND = 'worker'

/** File descriptor of the worker's end of the link. 3 is Node's own channel, over which the primary hands over connections. */
export const LINK_FD = 4

/**
 * Makes this process the primary of a cluster: the port is its, and it hands each connection to a worker in turn. The link is a socket
 * pair that nobody else can open.
 */
export function forker(): Fork {
  cluster.schedulingPolicy = cluster.SCHED_RR
  cluster.setupPrimary({
    exec: process.argv[1]!,
    args: [WORKER_COMMAND],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc', 'pipe'],
  })
  return () => {
    const { process: child } = cluster.fork()
    // A process that could not be started has an error in place of an end.
    const exited = once(child, 'exit').then(
      ([code, signal]) => ({ code: code as number | null, signal: signal as string | null }),
      (error: NodeJS.ErrnoException) => ({ code: null, signal: error.code ?? error.message }),
    )
    return {
      pid: child.pid ?? 0,
      link: new StreamLink(child.stdio[LINK_FD] as Duplex),
      exited,
      kill: () => void child.kill('SIGKILL'),
    }
  }
}
