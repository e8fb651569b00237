import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('server-process.ts', import.meta.url))

/** The server as a process of its own, on one port for all its lives. */
export class KillableServer {
  #child: ChildProcess | undefined
  #port = 0
  lives = 0

  get port(): number {
    return this.#port
  }

  async start(): Promise<void> {
    const args = ['--conditions=@hydrant/source', '--disable-warning=ExperimentalWarning', PROGRAM, String(this.#port)]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    this.#child = child
    this.#port = await new Promise<number>((resolve, reject) => {
      child.stdout.once('data', (line: Buffer) => resolve(Number(line.toString())))
      child.once('exit', (code) => reject(new Error(`the server ended with ${String(code)} before it listened`)))
    })
    this.lives++
  }

  /** Ends this life, with a goodbye or without, and begins the next one. */
  async restart(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    await this.stop(signal)
    await this.start()
  }

  async stop(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#child
    if (child === undefined) return
    this.#child = undefined
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    await ended
  }
}
