import { CommanderError } from 'commander'
import { CommandError, exitCodes } from './exit-codes.ts'
import type { Terminal } from './output/terminal.ts'

/** Says why a command ended, in one line, and which exit code that is. */
export function exitCodeOf(error: unknown, terminal: Terminal): number {
  terminal.endProgress()
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok.code : exitCodes.usage.code
  if (error instanceof CommandError) {
    // Without a message the command has said everything itself.
    if (error.message !== '') terminal.note(`hydrant: ${onOneLine(error.message)}`)
    return exitCodes[error.reason].code
  }
  terminal.note(`hydrant: a fault in hydrant itself, please report it: ${describeFault(error)}`)
  return exitCodes.internal.code
}

/** A fault in one line; with its stack when the environment variable `HYDRANT_DEBUG` is set. */
function describeFault(error: unknown): string {
  if (!(error instanceof Error)) return onOneLine(String(error))
  if (process.env['HYDRANT_DEBUG']) return error.stack ?? error.message
  return onOneLine(`${error.name}: ${error.message} (HYDRANT_DEBUG=1 shows where)`)
}

function onOneLine(message: string): string {
  return message.replaceAll(/\s+/g, ' ').trim()
}
