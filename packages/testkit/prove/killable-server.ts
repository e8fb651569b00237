import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('server-process.ts', import.meta.url))

type ServerProcess = ChildProcessByStdio<Writable, Readable, null>

/** The server as a process of its own, on one port for all its lives. */
export class KillableServer {
  #child: ServerProcess | undefined
  #port = 0
  lives = 0

  get port(): number {
    return this.#port
  }

  async start(): Promise<void> {
    const args = ['--conditions=@hydrant/source', '--disable-warning=ExperimentalWarning', PROGRAM, String(this.#port)]
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#child = child
    // A process that was killed does not hear any more.
    child.stdin.on('error', () => {})
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

  /** Sets the wall clock of this life so many milliseconds off. */
  setClock(offsetMs: number): void {
    this.#child?.stdin.write(`${offsetMs}\n`)
  }

  /** Stops the whole process for a while (SIGSTOP), as a machine does that is suspended. */
  freeze(ms: number): void {
    const child = this.#child
    if (child?.kill('SIGSTOP') === true) setTimeout(() => child.kill('SIGCONT'), ms)
  }

  async stop(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#child
    if (child === undefined) return
    this.#child = undefined
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    // What is frozen hears only SIGKILL.
    child.kill('SIGCONT')
    await ended
  }
}
