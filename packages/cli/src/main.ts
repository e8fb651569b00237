import { createProgram } from './program.ts'
import { exitCodeOf } from './exit-code-of.ts'
import { createTerminal } from './output/terminal.ts'

const terminal = createTerminal()
try {
  await createProgram(terminal).parseAsync()
} catch (error) {
  process.exitCode = exitCodeOf(error, terminal)
}
