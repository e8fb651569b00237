import { CommanderError } from 'commander'
import { CommandError, exitCodes } from './exit-codes.ts'
import type { Terminal } from './output/terminal.ts'

/** Says why a command ended, in one line, and which exit code that is. Never prints a stack trace. */
export function exitCodeOf(error: unknown, terminal: Terminal): number {
  terminal.endProgress()
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok.code : exitCodes.usage.code
  if (error instanceof CommandError) {
    // Without a message the command has said everything itself.
    if (error.message !== '') terminal.note(`hydrant: ${onOneLine(error.message)}`)
    return exitCodes[error.reason].code
  }
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  terminal.note(`hydrant: a fault in hydrant itself, please report it: ${onOneLine(what)}`)
  return exitCodes.internal.code
}

function onOneLine(message: string): string {
  return message.replaceAll(/\s+/g, ' ').trim()
}
