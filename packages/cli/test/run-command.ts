import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** From Node 24 on the sources run as they are; an older Node takes the built command, as its users do. */
const command =
  Number(process.versions.node.split('.')[0]) >= 24
    ? ['--conditions=@hydrant/source', fileURLToPath(new URL('../src/main.ts', import.meta.url))]
    : [fileURLToPath(new URL('../bin/hydrant.js', import.meta.url))]

/** Node keeps the stripped sources there: a command starts in a third of the time. */
const compileCache = path.join(tmpdir(), 'hydrant-compile-cache')

/** How a command ended. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A command that runs. Killed when the test ends. */
export interface Running extends AsyncDisposable {
  readonly process: ChildProcessWithoutNullStreams
  readonly ended: Promise<Ended>
  /** What it has printed so far. */
  readonly output: { stdout: string; stderr: string }
  /** Waits until it has printed something that matches. Fails when it ends before that. */
  printed(stream: 'stdout' | 'stderr', pattern: RegExp): Promise<RegExpExecArray>
}

/** What is run for `hydrant ARGS`, for who starts it in another way. */
export function commandLine(...args: string[]): { readonly file: string; readonly args: readonly string[] } {
  return { file: process.execPath, args: [...command, ...args] }
}

/** Starts the real command as a process of its own. */
export function start(...args: string[]): Running {
  const child = spawn(process.execPath, [...command, ...args], {
    env: { ...process.env, NODE_OPTIONS: '--disable-warning=ExperimentalWarning', NODE_COMPILE_CACHE: compileCache },
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  // A command that reads no input may be gone before it was all written.
  child.stdin.on('error', () => {})
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...output }))
  return {
    process: child,
    ended,
    output,
    async printed(stream, pattern) {
      while (true) {
        const found = pattern.exec(output[stream])
        if (found) return found
        const more = await Promise.race([once(child[stream], 'data'), ended])
        if ('code' in more && !pattern.test(output[stream])) {
          throw new Error(`ended with ${more.code} before it printed ${pattern}: ${output.stdout}${output.stderr}`)
        }
      }
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await ended
    },
  }
}

/** Runs a command to its end. */
export async function run(args: readonly string[], input = ''): Promise<Ended> {
  await using running = start(...args)
  running.process.stdin.end(input)
  return await running.ended
}
