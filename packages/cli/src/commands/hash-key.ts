import { Command } from 'commander'
import { CommandError } from '../exit-codes.ts'
import { readInput } from '../input-file.ts'
import type { Terminal } from '../output/terminal.ts'
import { helpEnd } from './options.ts'

interface HashKeyOptions {
  readonly password?: true
}

/** `hydrant hash-key`: what a configuration holds of a key or a password. */
export function hashKeyCommand(terminal: Terminal): Command {
  return new Command('hash-key')
    .summary('make a key, and the hash of it for the configuration')
    .description(
      'Makes a new random key and prints it with its hash: the hash goes into the auth section of the configuration, the key to who ' +
        'calls. With a file the key or password in it is hashed; a line break at its end does not count.',
    )
    .argument('[file]', 'the key or password; - reads standard input')
    .option('--password', 'hash a password, which is slow on purpose; needs a file')
    .addHelpText(
      'after',
      helpEnd(
        ['hydrant hash-key', 'hydrant hash-key --password - < password.txt'],
        ['ok', 'refused', 'usage', 'unreadable'],
      ),
    )
    .action((file: string | undefined, options: HashKeyOptions) => hash(file, options, terminal))
}

async function hash(file: string | undefined, { password }: HashKeyOptions, terminal: Terminal): Promise<void> {
  if (file === undefined && password)
    throw new CommandError('usage', 'a password is read from a file; use - for standard input')
  const { hashKey, hashPassword, newKey } = await import('@hydrant/server')
  const secret = file === undefined ? newKey() : (await readInput(file)).replace(/\r?\n$/, '')
  if (secret === '') throw new CommandError('refused', `${file ?? ''} is empty; expected a key or password`)
  if (file === undefined) await terminal.result(`key: ${secret}`)
  await terminal.result(`hash: ${password ? await hashPassword(secret) : hashKey(secret)}`)
}
