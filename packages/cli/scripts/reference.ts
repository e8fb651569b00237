import { exitCodes } from '../src/exit-codes.ts'
import { createTerminal } from '../src/output/terminal.ts'
import { createProgram } from '../src/program.ts'

/** `docs/reference/cli.md`, from the `--help` texts and the table of exit codes: the one source of both. */
export function cliReference(): string {
  const program = createProgram(createTerminal())
  const sections = program
    .createHelp()
    .visibleCommands(program)
    .map((command) => {
      let help = ''
      command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp()
      return `## hydrant ${command.name()}\n\n\`\`\`text\n${help.trim()}\n\`\`\`\n`
    })
  const exits = Object.values(exitCodes).map(({ code, meaning }) => `| ${code} | ${meaning} |`)
  return `# The command line

Generated from the \`--help\` texts by \`npm run reference -w hydrant\`; a test checks that it is current.

Results go to standard output and nothing else does, so that they can be piped; what is said about them goes to standard
error, with a progress line when that is a terminal. Numbers keep their spelling: \`10.50\` stays \`10.50\`.

${sections.join('\n')}
## Recordings

\`hydrant replay\` reads two formats. A recording of **JSON lines** has one object a line; only \`receive\` rows are replayed:

    {"type":"open","time":SECONDS,"url":"wss://…"}
    {"type":"send"|"receive","time":SECONDS,"opcode":1|2,"data":"…"}

\`time\` is in seconds since 1970, opcode 1 is a text message, 2 a binary one with \`data\` in base64. That is what the fields mean
in a **HAR file**'s \`_webSocketMessages\` too, which is what the developer tools of Chromium save with "Save all as HAR".

Text that is JSON is published as \`application/json\`, other text as \`text/plain\`, binary as \`application/octet-stream\`;
\`--text\` and \`--content-type\` decide otherwise. Messages that go to the same channel and are due at the same time share a
request; one request is under way at a time, so the order is kept. When a batch is refused, each of its messages goes alone.

## Exit codes

| code | meaning |
| --- | --- |
${exits.join('\n')}
`
}
