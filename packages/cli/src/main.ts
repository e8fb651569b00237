import { exitCodeOf } from './exit-code-of.ts'
import { createTerminal } from './output/terminal.ts'
import { createProgram } from './program.ts'

const terminal = createTerminal()

// What no command has caught is a fault of ours: it ends in one line as well.
process.on('uncaughtException', (error) => process.exit(exitCodeOf(error, terminal)))

try {
  await createProgram(terminal).parseAsync()
} catch (error) {
  process.exitCode = exitCodeOf(error, terminal)
}
