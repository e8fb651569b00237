import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { type Fork, StreamLink } from '@hydrant/server/workers'

/** The hidden command that a worker runs. */
export const WORKER_COMMAND = 'worker'

/** File descriptor of the worker's end of the link: a socket pair, which nobody else can open. */
export const LINK_FD = 3

/** Starts this command once more, as a worker. */
export const forkWorker: Fork = () => {
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1]!, WORKER_COMMAND], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  })
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
