import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { contractText } from '../api.ts'
import { commandLine, start } from '../run-command.ts'

let folder = ''
let contract = ''
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hydrant-'))
  contract = path.join(folder, 'api.yaml')
  await writeFile(contract, contractText)
})
afterAll(async () => rm(folder, { recursive: true }))

const FLAGS = ['--port', '0', '--no-admin', '--log-level', 'info']

it('the log is JSON lines where standard error is no terminal', async () => {
  await using running = start('serve', contract, ...FLAGS)
  const [, address] = await running.printed('stdout', /Listening on (\S+)\n/)
  await fetch(`${address}/nowhere`)
  await running.printed('stderr', /request-refused[^]*\n/)
  const lines = running.output.stderr.trim().split('\n')
  expect(lines.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual(['listening', 'request-refused'])
})

it('the log is coloured lines for people on a terminal', async () => {
  const { file, args } = commandLine('serve', contract, ...FLAGS)
  const quoted = [file, ...args].map((word) => `'${word}'`).join(' ')
  // util-linux gives it a terminal of its own, and says what that shows.
  const terminal = spawn('script', ['--quiet', '--return', '--command', quoted, '/dev/null'], {
    env: { ...process.env, NODE_OPTIONS: '--disable-warning=ExperimentalWarning', TERM: 'xterm' },
    detached: true,
  })
  try {
    let text = ''
    const printed = async (pattern: RegExp): Promise<string> => {
      for await (const chunk of terminal.stdout.iterator({ destroyOnReturn: false })) {
        text += String(chunk)
        const found = pattern.exec(text)
        if (found !== null) return found[1] ?? ''
      }
      throw new Error(`it ended without ${pattern}: ${text}`)
    }
    const address = await printed(/Listening on (\S+)\r\n/)
    await fetch(`${address}/nowhere`)
    await printed(/(request-refused.*)\r\n/)
    expect(text).toContain('\u001b[32mINFO')
    const plain = text.replaceAll(/\u001b\[\d+m/g, '')
    expect(plain).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: listening url=http:\/\/127\.0\.0\.1:\d+\r\n/)
    expect(plain).toMatch(
      /INFO: request-refused request=\S+ remote=127\.0\.0\.1 method=GET path=\/nowhere door=http code=channel-unknown status=404 detail="no channel .*"\r\n/,
    )
    expect(plain).not.toContain('{"')
  } finally {
    process.kill(-terminal.pid!, 'SIGKILL')
  }
})
