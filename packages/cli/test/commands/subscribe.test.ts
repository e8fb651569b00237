import { spawn } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { api } from '../api.ts'
import type { Api } from '../api.ts'
import { freePort } from '../fake-server.ts'
import { run, start } from '../run-command.ts'

async function publish(server: Api, address: string, ...messages: unknown[]): Promise<string[]> {
  const positions = []
  for (const message of messages) positions.push((await server.hydrant.publish(address, message)).position)
  return positions
}

describe.each(['http', 'ws'] as const)('hydrant subscribe %s://', (scheme) => {
  it('prints what each message after a position holds, and ends after so many', async () => {
    await using server = await api()
    const [first = ''] = await publish(server, '/prices/AAPL', { price: 1 }, { price: 2 })
    const url = server.url('/prices/AAPL', scheme)
    await using running = start('subscribe', url, '--since', first, '--count', '2')
    await running.printed('stdout', /\n/)
    await publish(server, '/prices/AAPL', { price: 3 }, { price: 4 })
    expect(await running.ended).toEqual({ code: 0, stdout: '{"price":2}\n{"price":3}\n', stderr: '' })
  })

  it('prints position, time, name and data with --json', async () => {
    await using server = await api()
    const [first = '', second] = await publish(server, '/prices/AAPL', { price: 1 }, { price: 2 })
    const url = server.url('/prices/AAPL', scheme)
    const { stdout } = await run(['subscribe', url, '--since', first, '--count', '1', '--json'])
    const { time, ...rest } = JSON.parse(stdout) as { time?: string }
    expect(rest).toEqual({ position: second, name: 'price', data: { price: 2 } })
    expect(Math.abs(Date.parse(time ?? '') - Date.now())).toBeLessThan(60_000)
  })

  it('prints text as a JSON string and binary as base64', async () => {
    await using server = await api()
    const [note = ''] = await publish(server, '/notes', 'first', 'two\nlines "quoted"')
    const [blob = ''] = await publish(server, '/blobs', new Uint8Array([0]), new Uint8Array([1, 2, 3]))
    const notes = await run(['subscribe', server.url('/notes', scheme), '--since', note, '--count', '1'])
    expect(notes.stdout).toBe('"two\\nlines \\"quoted\\""\n')
    const blobs = await run(['subscribe', server.url('/blobs', scheme), '--since', blob, '--count', '1', '--json'])
    expect(JSON.parse(blobs.stdout)).toMatchObject({ encoding: 'base64', data: 'AQID' })
  })

  it('tells on stderr which messages are lost', async () => {
    await using server = await api()
    const prices = Array.from({ length: 150 }, (_, i) => ({ price: i }))
    const [first = ''] = await publish(server, '/prices/AAPL', ...prices)
    const url = server.url('/prices/AAPL', scheme)
    const { code, stdout, stderr } = await run(['subscribe', url, '--since', first, '--count', '1'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '{"price":50}\n' })
    expect(stderr).toMatch(/^hydrant: 49 messages were lost from \S+ to \S+ \(history-trimmed\)\n$/)
  })

  it('connects again to a server that was restarted, and goes on', async () => {
    const port = await freePort()
    let server = await api(port)
    await using running = start('subscribe', server.url('/prices/AAPL', scheme), '--max-wait', '0.05')
    const untilPrinted = async (pattern: RegExp, price: number): Promise<void> => {
      // It starts at "now", so what is published before it has connected is not its business.
      const timer = setInterval(() => void publish(server, '/prices/AAPL', { price }).catch(() => {}), 20)
      await running.printed('stdout', pattern).finally(() => clearInterval(timer))
    }
    await untilPrinted(/^\{"price":1\}\n/, 1)
    await server[Symbol.asyncDispose]()
    await running.printed('stderr', /connecting again in 0\.\d s/)
    server = await api(port)
    try {
      await untilPrinted(/\{"price":2\}\n/, 2)
      running.process.kill('SIGINT')
      expect((await running.ended).code).toBe(0)
    } finally {
      await server[Symbol.asyncDispose]()
    }
  })

  it('ends with 0 on SIGINT', async () => {
    await using server = await api()
    const [first = ''] = await publish(server, '/prices/AAPL', { price: 1 }, { price: 2 })
    await using running = start('subscribe', server.url('/prices/AAPL', scheme), '--since', first)
    await running.printed('stdout', /\n/)
    running.process.kill('SIGINT')
    expect(await running.ended).toEqual({ code: 0, stdout: '{"price":2}\n', stderr: '' })
  })

  it('ends with 0 and says nothing when whoever reads its output is gone', async () => {
    await using server = await api()
    await publish(server, '/prices/AAPL', { price: 1 })
    await using running = start('subscribe', server.url('/prices/AAPL', scheme))
    running.process.stdout.destroy()
    const timer = setInterval(() => void publish(server, '/prices/AAPL', { price: 2 }), 20)
    const ended = await running.ended.finally(() => clearInterval(timer))
    expect(ended).toMatchObject({ code: 0, stderr: '' })
  })

  it.each([
    ['/nosuch', 1, /^hydrant: 404 channel-unknown: .*\n$/],
    ['/prices/NOPE', 1, /^hydrant: 404 parameter-invalid: .*\n$/],
  ])('says in one line that there is no %s', async (address, expectedCode, message) => {
    await using server = await api()
    const { code, stderr } = await run(['subscribe', server.url(address, scheme)])
    expect(stderr).toMatch(message)
    expect(code).toBe(expectedCode)
  })

  it('says in one line that nothing is listening there', async () => {
    const { code, stdout, stderr } = await run(['subscribe', `${scheme}://127.0.0.1:${await freePort()}/x`])
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
    expect(stderr).toMatch(/^hydrant: nothing is listening at .*\n$/)
  })
})

it('loses nothing and repeats nothing over a connection that breaks again and again', async () => {
  await using server = await api()
  // A proxy in the way, which cuts the connection after every few hundred bytes.
  const cutter = new URL('../cutting-proxy.ts', import.meta.url).pathname
  const target = new URL(server.url('/')).port
  const proxy = spawn(process.execPath, [cutter, target, '700'])
  try {
    const port = await new Promise<string>((resolve) =>
      proxy.stdout.once('data', (data: Buffer) => resolve(String(data).trim())),
    )
    const [first = ''] = await publish(server, '/prices/AAPL', ...Array.from({ length: 60 }, (_, i) => ({ price: i })))
    for (const scheme of ['http', 'ws']) {
      const url = `${scheme}://127.0.0.1:${port}/prices/AAPL`
      const { stdout, stderr } = await run(['subscribe', url, '--since', first, '--count', '59', '--max-wait', '0.01'])
      expect(stdout.trim().split('\n')).toEqual(Array.from({ length: 59 }, (_, i) => `{"price":${i + 1}}`))
      expect(stderr.match(/connecting again/g)?.length).toBeGreaterThan(3)
    }
  } finally {
    proxy.kill()
  }
})
