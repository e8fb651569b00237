import { unwatchFile, watchFile } from 'node:fs'
import type { Terminal } from '../output/terminal.ts'

/** How often it is looked whether a file has changed, in milliseconds: by its path, so that a file that is replaced is seen as well. */
const LOOK_EVERY_MS = 500

export interface Reloading {
  /** What is read again: the contract and, where there is one, the configuration. */
  readonly files: readonly string[]
  /** Also when a file changes, and not only on SIGHUP. */
  readonly watch: boolean
  /** Reads the files and hands them to the server. Rejects, and nothing has changed, when something is wrong with them. */
  readonly reload: () => Promise<void>
  /** What a person reads of an error. */
  readonly describe: (error: unknown) => string
}

/** Reloads contract and rules on SIGHUP and, with `--watch`, when a file changes; says so, and what is wrong with a file that is not taken. Returns what stops it. */
export function reloadWhenAsked({ files, watch, reload, describe }: Reloading, terminal: Terminal): () => void {
  let last: Promise<void> = Promise.resolve()
  const again = (): void => {
    // One after the other: the newest is taken last.
    last = last.then(async () => {
      try {
        await reload()
        terminal.note(`hydrant: reloaded ${files.join(' and ')}`)
      } catch (error) {
        terminal.note(`hydrant: NOT reloaded, the old rules stay: ${describe(error)}`)
      }
    })
  }
  process.on('SIGHUP', again)
  const look = (now: { mtimeMs: number }, before: { mtimeMs: number }): void => {
    // A file that is gone for a moment is being replaced.
    if (now.mtimeMs !== 0 && now.mtimeMs !== before.mtimeMs) again()
  }
  if (watch) for (const file of files) watchFile(file, { interval: LOOK_EVERY_MS, persistent: false }, look)
  return () => {
    process.off('SIGHUP', again)
    for (const file of files) unwatchFile(file, look)
  }
}
