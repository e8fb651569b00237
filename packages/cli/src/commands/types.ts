import { readFile, writeFile } from 'node:fs/promises'
import type { Contract, Perspective } from '@hydrant/contract'
import { Command } from 'commander'
import { CommandError } from '../exit-codes.ts'
import { readInput, stdinName } from '../input-file.ts'
import { countOf, diagnosticLine, sortedByPlace } from '../output/diagnostics.ts'
import type { Terminal } from '../output/terminal.ts'
import { helpEnd, perspectiveOption } from './options.ts'

interface TypesOptions {
  readonly output?: string
  readonly perspective: Perspective
  readonly check?: true
}

/** `hydrant types`: what `connect<Api>()` of the client takes, from a contract. */
export function typesCommand(terminal: Terminal): Command {
  return new Command('types')
    .summary('write TypeScript types for the clients of a contract')
    .description(
      'Writes the TypeScript types of a contract: Api, for connect<Api>() of @hydrant/client, and a type for each message. ' +
        'The same contract gives the same file, byte by byte.',
    )
    .argument('<file>', 'the AsyncAPI document; - reads standard input')
    .option('-o, --output <file>', 'the file to write (default: standard output)')
    .addOption(perspectiveOption())
    .option('--check', 'write nothing; end with 1 when the file is not current')
    .addHelpText(
      'after',
      helpEnd(
        ['hydrant types api.yaml -o src/api.gen.ts', 'hydrant types api.yaml -o src/api.gen.ts --check'],
        ['ok', 'refused', 'usage', 'unreadable'],
      ),
    )
    .action((file: string, options: TypesOptions) => types(file, options, terminal))
}

async function types(path: string, options: TypesOptions, terminal: Terminal): Promise<void> {
  const { output, check } = options
  if (check && output === undefined) throw new CommandError('usage', '--check needs the file to check; name it with -o')
  const contract = await readAnyContract(path, options.perspective, terminal)
  const { generateTypes } = await import('../types/generate.ts')
  const text = generateTypes(contract)
  if (output === undefined) return terminal.result(text.trimEnd())
  const written = await textOf(output)
  // A checkout may have turned the line ends around.
  const current = written?.replaceAll('\r\n', '\n') === text
  if (check && !current) {
    const side = options.perspective === 'server' ? '' : ` --perspective ${options.perspective}`
    const why = written === undefined ? 'does not exist' : 'is not current'
    throw new CommandError('refused', `${output} ${why}; write it with: hydrant types ${path} -o ${output}${side}`)
  }
  // A file that is not touched starts no build.
  if (!current) await write(output, text)
  const { length } = contract.channels
  terminal.note(`${output}: ${current ? 'is current' : 'written'}, ${length} ${length === 1 ? 'channel' : 'channels'}`)
}

/** Problems in a document do not matter here as long as its meaning is clear. */
async function readAnyContract(path: string, perspective: Perspective, terminal: Terminal): Promise<Contract> {
  const text = await readInput(path)
  const { readContract } = await import('@hydrant/contract')
  const file = path === '-' ? stdinName : path
  const { contract, diagnostics } = readContract(text, { perspective, name: file })
  const { bySeverity, text: counted } = countOf(diagnostics)
  if (contract === undefined) {
    const [first] = sortedByPlace(diagnostics.filter(({ severity }) => severity === 'error'))
    if (first !== undefined) terminal.note(diagnosticLine(file, first))
    throw new CommandError('refused', `${file} is not a contract that can be read: ${counted}`)
  }
  if (bySeverity.errors > 0) terminal.note(`${file}: ${counted}; see them with: hydrant check ${file}`)
  return contract
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new CommandError('unreadable', `cannot read ${path}: ${reasons[code ?? ''] ?? code ?? message}`, {
      cause: error,
    })
  }
}

async function write(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new CommandError('unreadable', `cannot write ${path}: ${reasons[code ?? ''] ?? code ?? message}`, {
      cause: error,
    })
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder',
  ENOTDIR: 'there is no such folder',
  EISDIR: 'it is a directory',
  EACCES: 'it is not permitted',
  EROFS: 'the file system is read-only',
}
