import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const fileOf = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))
const env = {
  ...process.env,
  NODE_OPTIONS: '--conditions=@hydrant/source --disable-warning=ExperimentalWarning',
  NODE_COMPILE_CACHE: path.join(tmpdir(), 'hydrant-compile-cache'),
}

interface Started extends AsyncDisposable {
  readonly child: ChildProcessWithoutNullStreams
  readonly output: { stdout: string; stderr: string }
  readonly ended: Promise<number | null>
  printed(pattern: RegExp): Promise<void>
}

/** Starts a program in a process group of its own, which is killed when the test ends. */
function start(command: string, args: readonly string[], more: Record<string, string> = {}): Started {
  const child = spawn(command, args, { env: { ...env, ...more }, detached: true })
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  const ended = once(child, 'close').then(([code]) => code as number | null)
  return {
    child,
    output,
    ended,
    async printed(pattern) {
      while (!pattern.test(output.stdout)) {
        const code = await Promise.race([once(child.stdout, 'data').then(() => 'more'), ended])
        if (code !== 'more' && !pattern.test(output.stdout)) {
          throw new Error(`ended with ${code} and without ${pattern}: ${output.stdout}${output.stderr}`)
        }
      }
    },
    async [Symbol.asyncDispose]() {
      try {
        process.kill(-(child.pid ?? 0), 'SIGKILL')
      } catch {
        // It is gone already.
      }
      await ended
    },
  }
}

const startMarket = (port: number): Started =>
  start(process.execPath, [fileOf('../src/start.ts')], { PORT: String(port) })

describe('npm start', () => {
  it('prints commands that all work when they are pasted', async () => {
    await using market = startMarket(0)
    await market.printed(/Ctrl-C stops it\.\n/)
    const { stdout } = market.output
    const page = /^Market data is live at (http:\/\/localhost:\d+)\n/.exec(stdout)?.[1] ?? ''
    expect((await fetch(page, { headers: { Accept: 'text/html' } })).headers.get('content-type')).toMatch(/^text\/html/)

    const commands = stdout
      .split('\n')
      .filter((line) => /^ {2}(?:curl|npx) /.test(line))
      .map((line) =>
        line.trim().replace('npx hydrant', `'${process.execPath}' '${fileOf('../../../packages/cli/src/main.ts')}'`),
      )
    expect(commands).toHaveLength(6)
    const [history, follow, quotes, alerts, setAlert, wrongAlert] = commands.map((line) =>
      start('bash', ['-c', line]),
    ) as [Started, Started, Started, Started, Started, Started]
    try {
      await history.ended
      expect(JSON.parse(history.output.stdout)).toMatchObject({ channel: '/trades/AAPL' })
      expect(await setAlert.ended).toBe(0)
      expect(setAlert.output.stdout).toMatch(/^\S+\n$/)
      expect(await wrongAlert.ended).toBe(1)
      expect(wrongAlert.output.stderr).toMatch(/^hydrant: 422 message-invalid: .*\/when.*\n$/)
      await follow.printed(/event: ?trade\ndata: ?\{"symbol":"AAPL"/)
      await quotes.printed(/\{"symbol":"\w+","bid":[\d.]+,"ask":[\d.]+,"date":"\d{4}-\d\d-01"\}\n/)
      // Who subscribed after the alert had fired sees the next one.
      const fired = alerts.printed(/"type":"fired"/).then(() => 'fired')
      for (let outcome = ''; outcome !== 'fired';) {
        await using again = start('bash', ['-c', commands[4]!])
        outcome = await Promise.race([fired, again.ended.then(() => 'set again')])
      }
    } finally {
      await Promise.all(
        [history, follow, quotes, alerts, setAlert, wrongAlert].map((one) => one[Symbol.asyncDispose]()),
      )
    }
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('ends with 0 on %s', async (signal) => {
    await using market = startMarket(0)
    await market.printed(/Ctrl-C stops it\.\n/)
    market.child.kill(signal)
    expect(await market.ended).toBe(0)
    expect(market.output.stderr).toBe('')
  })

  it('says in one line that the port is in use', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    await using market = startMarket(port)
    expect(await market.ended).toBe(1)
    expect(market.output).toEqual({ stdout: '', stderr: `Port ${port} is in use. Try another: PORT=8090 npm start\n` })
    taken.close()
  })
})
