import { createRequire } from 'node:module'
import { Command } from 'commander'
import { checkCommand } from './commands/check.ts'
import { explainCommand } from './commands/explain.ts'
import { hashKeyCommand } from './commands/hash-key.ts'
import { publishCommand } from './commands/publish.ts'
import { replayCommand } from './commands/replay.ts'
import { serveCommand } from './commands/serve.ts'
import { subscribeCommand } from './commands/subscribe.ts'
import { connectionsCommand } from './commands/connections.ts'
import { drainCommand } from './commands/drain.ts'
import { quarantineCommand } from './commands/quarantine.ts'
import { statusCommand } from './commands/status.ts'
import { tailCommand } from './commands/tail.ts'
import { topCommand } from './commands/top.ts'
import { typesCommand } from './commands/types.ts'
import { workerCommand } from './commands/worker.ts'
import type { Terminal } from './output/terminal.ts'

// As far from `src` as from `dist`.
const { version } = createRequire(import.meta.url)('../package.json') as { version: string }

/** Columns of a `--help`, whatever the terminal: it reads the same everywhere, and in the documentation. */
const helpWidth = 110

/** The whole command line. Throws CommanderError or CommandError; never exits the process. */
export function createProgram(terminal: Terminal): Command {
  const program = new Command('hydrant')
    .description('Stands up a WebSocket API from its AsyncAPI contract.')
    .version(version)
    .helpCommand(false)
  const make = [
    serveCommand,
    checkCommand,
    publishCommand,
    subscribeCommand,
    replayCommand,
    typesCommand,
    explainCommand,
    hashKeyCommand,
    statusCommand,
    topCommand,
    tailCommand,
    connectionsCommand,
    quarantineCommand,
    drainCommand,
  ]
  for (const makeCommand of make) program.addCommand(makeCommand(terminal))
  program.addCommand(workerCommand(terminal), { hidden: true })
  program.addHelpText('after', '\nExample:\n  hydrant serve api.yaml\n\nMore: hydrant COMMAND --help')
  for (const command of [program, ...program.commands]) {
    command
      .exitOverride()
      .showSuggestionAfterError()
      .allowExcessArguments(false)
      .configureHelp({ helpWidth })
      .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, `hydrant: `)) })
  }
  return program
}
