import { describe, expect, it } from 'vitest'
import { exitCodes } from '../../src/exit-codes.ts'
import { createTerminal } from '../../src/output/terminal.ts'
import { createProgram } from '../../src/program.ts'
import { run } from '../run-command.ts'

describe('--help', () => {
  it.each([
    [],
    ['serve'],
    ['check'],
    ['publish'],
    ['subscribe'],
    ['replay'],
    ['types'],
    ['explain'],
    ['hash-key'],
    ['status'],
    ['top'],
    ['tail'],
    ['connections'],
    ['quarantine'],
    ['drain'],
  ])('of hydrant %s', async (...command) => {
    const { code, stdout, stderr } = await run([...command, '--help'])
    expect(stderr).toBe('')
    await expect(stdout).toMatchFileSnapshot(`help/${command[0] ?? 'hydrant'}.txt`)
    expect(code).toBe(0)
  })

  const program = createProgram(createTerminal())
  const commands = program.createHelp().visibleCommands(program)
  it.each(commands.map((command) => [command.name(), command] as const))(
    'of hydrant %s has an example and exit codes',
    (_name, command) => {
      let help = ''
      command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp()
      expect(help).toMatch(/\nExamples:\n {2}hydrant /)
      expect(help).toMatch(/\nExit codes:\n {2}0 {3}done\n/)
    },
  )
})

it('the exit codes never change', () => {
  expect(Object.fromEntries(Object.entries(exitCodes).map(([reason, { code }]) => [reason, code]))).toEqual({
    ok: 0,
    refused: 1,
    usage: 2,
    unreadable: 3,
    unreachable: 4,
    cannotListen: 5,
    internal: 70,
    interrupted: 130,
  })
})

describe('a wrong command line is one clear line and exit code 2', () => {
  it.each([
    [[], /Usage: hydrant/],
    [['serv', 'x.yaml'], "hydrant: unknown command 'serv'\n(Did you mean serve?)\n"],
    [['serve'], "hydrant: missing required argument 'file'\n"],
    [['serve', 'a.yaml', 'b.yaml'], /^hydrant: too many arguments for 'serve'.*\n$/],
    [
      ['serve', 'a.yaml', '--port', '99999'],
      /^hydrant: option '--port <port>' argument '99999' is invalid. expected a whole number from 0 to 65535\n$/,
    ],
    [['serve', 'a.yaml', '--port', '1e3'], /expected a whole number from 0 to 65535\n$/],
    [['serve', 'a.yaml', '--perspective', 'up'], /Allowed choices are server, client/],
    [
      ['serve', 'a.yaml', '--host', '0.0.0.0'],
      /^hydrant: --host 0.0.0.0 lets others in and nobody is authenticated.*\n$/,
    ],
    [
      ['subscribe', 'localhost:8080/x'],
      'hydrant: "localhost:8080/x" does not start with http://, https://, ws://, wss://; expected a URL such as http://localhost:8080/prices/AAPL\n',
    ],
    [['subscribe', '/x'], 'hydrant: not a URL: "/x"; expected one such as http://localhost:8080/prices/AAPL\n'],
    [['subscribe', 'http://h/x', '--count', '0'], /expected a whole number from 1/],
    [['publish', 'http://me:secret@h/x', '1'], 'hydrant: leave the user name and the password out of the URL\n'],
    [['types', 'a.yaml', '--check'], 'hydrant: --check needs the file to check; name it with -o\n'],
    [['publish', 'http://h/x'], "hydrant: missing required argument 'message'\n"],
    [['replay', 'a.jsonl'], "hydrant: required option '--to <url>' not specified\n"],
    [
      ['replay', 'a.jsonl', '--to', 'http://h/x', '--speed', '0'],
      /expected a number above 0, such as 1 or 10, or "max"\n$/,
    ],
    [
      ['replay', 'a.jsonl', '--to', 'http://h/x', '--speed', 'fast'],
      /expected a number above 0, such as 1 or 10, or "max"\n$/,
    ],
    [
      ['replay', 'a.jsonl', '--to', 'http://h/x', '--select', 'data'],
      /a JSON pointer starts with "\/", this one is "data"\n$/,
    ],
    [
      ['replay', 'a.jsonl', '--to', 'http://h/x', '--where', '/a'],
      /expected POINTER=VALUE, such as \/type=trade, got "\/a"\n$/,
    ],
  ])('hydrant %j', async (args, expected) => {
    const { code, stdout, stderr } = await run(args)
    expect(stdout).toBe('')
    expect(stderr).toMatch(expected)
    expect(code).toBe(2)
  })
})
