import type { Writable } from 'node:stream'

/** Results go to stdout, everything said about them to stderr: so that a pipe carries only results. */
export interface Terminal {
  /** Writes a line of results. Waits when the reader of the pipe is slower than we are. */
  result(line: string): Promise<void>
  /** Writes a line for the person who watches. */
  note(line: string): void
  /** Shows a line that the next one replaces, at most ten times a second, and only when stderr is a terminal. */
  progress(line: () => string): void
  /** Takes the progress line away. */
  endProgress(): void
  /** Fires when whoever read our results is gone (`hydrant subscribe … | head -1`). */
  readonly readerGone: AbortSignal
}

const progressIntervalMs = 100
const clearLine = '\r\u001B[K'

/** The terminal of this process; tests give their own streams. */
export function createTerminal(
  stdout: Writable = process.stdout,
  stderr: Writable & { isTTY?: boolean | undefined } = process.stderr,
): Terminal {
  const readerGone = new AbortController()
  let progressShown = false
  let lastProgressAt = -Infinity
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED') readerGone.abort()
    else throw error
  })
  // Nobody is left to be told anything; the exit code still counts.
  stderr.on('error', () => {})

  function endProgress(): void {
    if (progressShown) stderr.write(clearLine)
    progressShown = false
  }

  return {
    readerGone: readerGone.signal,
    async result(line) {
      if (readerGone.signal.aborted || stdout.write(`${line}\n`)) return
      await new Promise<void>((resolve) => {
        const done = (): void => {
          stdout.off('drain', done)
          readerGone.signal.removeEventListener('abort', done)
          resolve()
        }
        stdout.once('drain', done)
        readerGone.signal.addEventListener('abort', done, { once: true })
      })
    },
    note(line) {
      endProgress()
      stderr.write(`${line}\n`)
    },
    progress(line) {
      if (stderr.isTTY !== true || performance.now() - lastProgressAt < progressIntervalMs) return
      lastProgressAt = performance.now()
      stderr.write(`${clearLine}${line()}`)
      progressShown = true
    },
    endProgress,
  }
}
