import type { Diagnostic, Perspective } from '@hydrant/contract'
import { Command } from 'commander'
import { CommandError } from '../exit-codes.ts'
import { readInput, stdinName } from '../input-file.ts'
import { countOf, diagnosticLine, sortedByPlace } from '../output/diagnostics.ts'
import type { Terminal } from '../output/terminal.ts'
import { helpEnd, perspectiveOption } from './options.ts'

interface CheckOptions {
  readonly json?: true
  readonly perspective: Perspective
}

/** `hydrant check`: what is wrong with a contract, and where. */
export function checkCommand(terminal: Terminal): Command {
  return new Command('check')
    .summary('say what is wrong with a contract, and where')
    .description(
      'Reads an AsyncAPI document (2.x, 3.0 or 3.1, YAML or JSON) and prints a line for each finding: ' +
        'file:line:column severity code message (JSON pointer).',
    )
    .argument('<file>', 'the AsyncAPI document; - reads standard input')
    .option('--json', 'print one JSON object: { file, errors, warnings, infos, diagnostics }')
    .addOption(perspectiveOption())
    .addHelpText(
      'after',
      helpEnd(
        ['hydrant check api.yaml', 'hydrant check api.yaml --json | jq .errors'],
        ['ok', 'refused', 'usage', 'unreadable'],
      ),
    )
    .action((file: string, options: CheckOptions) => check(file, options, terminal))
}

async function check(path: string, options: CheckOptions, terminal: Terminal): Promise<void> {
  const text = await readInput(path)
  const { readContract } = await import('@hydrant/contract')
  const file = path === '-' ? stdinName : path
  const { contract, diagnostics } = readContract(text, { perspective: options.perspective, name: file })
  const counts = countOf(diagnostics)

  if (options.json) {
    await terminal.result(
      JSON.stringify({ file, ...counts.bySeverity, diagnostics: sortedByPlace(diagnostics) }, null, 2),
    )
  } else {
    for (const diagnostic of sortedByPlace(diagnostics)) await terminal.result(diagnosticLine(file, diagnostic))
    terminal.note(summary(file, contract?.channels.length, diagnostics))
  }
  if (counts.bySeverity.errors > 0 || contract === undefined) throw new CommandError('refused', '')
}

function summary(file: string, channels: number | undefined, diagnostics: readonly Diagnostic[]): string {
  const { text } = countOf(diagnostics)
  if (channels === undefined) return `${file}: ${text}; it cannot be served`
  return `${file}: ${text}; ${channels} ${channels === 1 ? 'channel' : 'channels'} can be served`
}
