import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'

export interface ChildOptions {
  /** Core to run on; undefined leaves it to the system. */
  readonly core: number | undefined
  readonly cwd?: string | undefined
}

/** A child that says nothing for this long has failed. */
const ANSWER_TIMEOUT_MS = 60_000

/** A server or a load generator in its own process, spoken to in lines: a command in, a JSON object out. */
export class Child implements AsyncDisposable {
  readonly name: string
  readonly #process: ChildProcessByStdio<Writable, Readable, Readable>
  readonly #answers: string[] = []
  readonly #exited: Promise<void>
  #waiting: { resolve: (line: string) => void; reject: (error: Error) => void } | undefined
  #errors = ''
  #ended = false

  constructor(name: string, command: readonly string[], options: ChildOptions) {
    this.name = name
    const pinned = options.core === undefined ? command : ['taskset', '-c', String(options.core), ...command]
    this.#process = spawn(pinned[0]!, pinned.slice(1), { stdio: ['pipe', 'pipe', 'pipe'], cwd: options.cwd })
    createInterface({ input: this.#process.stdout }).on('line', (line) => this.#answer(line))
    this.#process.stderr.on('data', (text: Buffer) => {
      this.#errors = (this.#errors + text.toString()).slice(-4000)
    })
    this.#process.stdin.on('error', () => {})
    this.#exited = new Promise((resolve) => {
      this.#process.once('error', (error) => this.#end(error.message, resolve))
      this.#process.once('close', (code, signal) => this.#end(`ended with ${code ?? signal}`, resolve))
    })
  }

  /** The next line it says. Rejects with its last words when it ends or stays silent. */
  async read<T>(): Promise<T> {
    const line = this.#answers.shift() ?? (await this.#nextLine())
    return JSON.parse(line) as T
  }

  send(command: string): void {
    this.#process.stdin.write(`${command}\n`)
  }

  ask<T>(command: string): Promise<T> {
    this.send(command)
    return this.read<T>()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended) return
    this.send('quit')
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), 5_000)
    await this.#exited
    clearTimeout(timer)
  }

  #nextLine(): Promise<string> {
    if (this.#ended) return Promise.reject(this.#failure('has ended'))
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(this.#failure('does not answer')), ANSWER_TIMEOUT_MS)
      this.#waiting = {
        resolve: (line) => {
          clearTimeout(timer)
          resolve(line)
        },
        reject: (error) => {
          clearTimeout(timer)
          reject(error)
        },
      }
    })
  }

  #answer(line: string): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    if (waiting === undefined) this.#answers.push(line)
    else waiting.resolve(line)
  }

  #end(how: string, done: () => void): void {
    this.#ended = true
    this.#waiting?.reject(this.#failure(how))
    done()
  }

  #failure(what: string): Error {
    return new Error(`${this.name} ${what}${this.#errors === '' ? '' : `: ${this.#errors.trim()}`}`)
  }
}
