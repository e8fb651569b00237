import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PROBE = fileURLToPath(new URL('../servers/probe.ts', import.meta.url))
const START_TIMEOUT_MS = 30_000
const ANSWER_TIMEOUT_MS = 30_000

/** A server under attack: a process of its own that tells how it is. */
export class ServerProcess implements AsyncDisposable {
  readonly port: number
  readonly pid: number
  readonly #child: ChildProcess
  readonly #output: string[]
  #exit: string | undefined

  private constructor(child: ChildProcess, port: number, output: string[]) {
    this.#child = child
    this.port = port
    this.pid = child.pid!
    this.#output = output
    child.once('close', (code, signal) => (this.#exit = `exit ${code ?? signal}`))
  }

  /** Runs a TypeScript file and waits for `Listening on http://…:PORT`. */
  static async start(
    command: readonly string[],
    { files }: { files?: number | undefined } = {},
  ): Promise<ServerProcess> {
    const node = [
      process.execPath,
      '--expose-gc',
      '--conditions=@hydrant/source',
      '--disable-warning=ExperimentalWarning',
      '--import',
      PROBE,
    ]
    const limited = files === undefined ? [] : ['/bin/sh', '-c', `ulimit -n ${files}; exec "$@"`, 'sh']
    const [program, ...args] = [...limited, ...node, ...command]
    const child = spawn(program!, args, {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'hydrant-compile-cache') },
    })
    const output: string[] = []
    let bytes = 0
    const port = await new Promise<number>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`no port from ${command.join(' ')}: ${output.join('')}`)),
        START_TIMEOUT_MS,
      )
      const read = (text: Buffer): void => {
        bytes += text.length
        // A log that floods is a finding, not a reason to run out of memory here.
        if (bytes < 1_000_000) output.push(text.toString())
        const found = /Listening on https?:\/\/[^\s]*:(\d+)/.exec(output.join('').slice(-20_000))
        if (found === null) return
        clearTimeout(timer)
        resolve(Number(found[1]))
      }
      child.stdout!.on('data', read)
      child.stderr!.on('data', read)
      child.once('close', (code) => reject(new Error(`${command.join(' ')} ended with ${code}: ${output.join('')}`)))
    })
    return new ServerProcess(child, port, output)
  }

  /** How it ended, while it should not have; undefined while it lives. */
  get death(): string | undefined {
    return this.#exit
  }

  get output(): string {
    return this.#output.join('')
  }

  /** Memory that is held after a collection, in bytes: heap and buffers. 0 when it is gone. */
  async heldBytes(): Promise<number> {
    return ((await this.#ask('memory')) as { heldBytes: number } | undefined)?.heldBytes ?? 0
  }

  /** `process.memoryUsage()` of the server, in bytes: garbage included. Zeros when it is gone. */
  async usage(): Promise<NodeJS.MemoryUsage> {
    const gone = { rss: 0, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 }
    return ((await this.#ask('usage')) as NodeJS.MemoryUsage | undefined) ?? gone
  }

  /** What the probe answers; undefined when the process is gone. Rejects when its event loop is blocked. One at a time. */
  async #ask(question: string): Promise<unknown> {
    if (this.#exit !== undefined || !this.#child.connected) return undefined
    return await new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error('the server does not answer: its event loop is blocked')),
        ANSWER_TIMEOUT_MS,
      )
      const done = (answer: unknown): void => {
        clearTimeout(timer)
        this.#child.off('close', ended)
        resolve(answer)
      }
      const ended = (): void => done(undefined)
      this.#child.once('close', ended)
      this.#child.once('message', done)
      this.#child.send(question, (error) => error && done(undefined))
    })
  }

  /** A command for a script of ours. */
  tell(command: object): void {
    this.#child.send(command)
  }

  /** Resident memory now, in bytes; 0 when it is gone. */
  get rssBytes(): number {
    return this.#status('VmRSS')
  }

  /** The highest resident memory since {@link forgetPeak}. */
  get peakRssBytes(): number {
    return this.#status('VmHWM')
  }

  /** Starts a new peak. Linux: writing 5 there resets the high-water mark. */
  forgetPeak(): void {
    try {
      writeFileSync(`/proc/${this.pid}/clear_refs`, '5')
    } catch {
      // It has died: the row will say so.
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#exit !== undefined) return
    const ended = new Promise((resolve) => this.#child.once('close', resolve))
    this.#child.kill('SIGKILL')
    await ended
  }

  #status(field: string): number {
    try {
      const status = readFileSync(`/proc/${this.pid}/status`, 'utf8')
      return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024
    } catch {
      return 0
    }
  }
}
