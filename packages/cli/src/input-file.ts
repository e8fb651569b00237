import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { CommandError } from './exit-codes.ts'

/** What `-` is called in messages. */
export const stdinName = '<stdin>'

/** The text of a file, or of standard input for `-`. @throws CommandError (unreadable) with one clear line. */
export async function readInput(path: string): Promise<string> {
  if (path === '-') return text(process.stdin)
  await expectFile(path)
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw cannotRead(path, error)
  }
}

/** The bytes of a file, or of standard input for `-`, as they come. @throws like {@link readInput}, also midway. */
export async function* streamInput(path: string): AsyncGenerator<Uint8Array, void> {
  if (path !== '-') await expectFile(path)
  try {
    yield* (path === '-' ? process.stdin : createReadStream(path)) as AsyncIterable<Uint8Array>
  } catch (error) {
    throw cannotRead(path, error)
  }
}

async function expectFile(path: string): Promise<void> {
  try {
    const stats = await stat(path)
    if (stats.isDirectory()) throw new CommandError('unreadable', `${path} is a directory; expected a file`)
  } catch (error) {
    throw error instanceof CommandError ? error : cannotRead(path, error)
  }
}

function cannotRead(path: string, error: unknown): CommandError {
  const { code, message } = error as NodeJS.ErrnoException
  const why =
    code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'reading it is not permitted' : (code ?? message)
  return new CommandError('unreadable', `cannot read ${path}: ${why}`, { cause: error })
}
