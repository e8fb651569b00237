import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { contractText } from '../api.ts'
import { fakeServer } from '../fake-server.ts'
import { run, start } from '../run-command.ts'
import type { Running } from '../run-command.ts'

let folder = ''
let contract = ''
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hydrant-'))
  contract = path.join(folder, 'api.yaml')
  await writeFile(contract, contractText)
})
afterAll(async () => rm(folder, { recursive: true }))

async function addressOf(running: Running): Promise<string> {
  const [, address = ''] = await running.printed('stdout', /Listening on (\S+)\n[^]*Page:.*\n/)
  return address
}

describe('hydrant serve', () => {
  it('opens the admin listener too, on a free port when the default is in use', async () => {
    await using first = start('serve', contract, '--port', '0')
    const [, firstAdmin] = await first.printed('stdout', /Admin: {2}(\S+)\n/)
    await using second = start('serve', contract, '--port', '0')
    const [, secondAdmin] = await second.printed('stdout', /Admin: {2}(\S+)\n/)
    expect(secondAdmin).not.toBe(firstAdmin)
    for (const admin of [firstAdmin, secondAdmin]) expect((await fetch(`${admin}status`)).status).toBe(200)
  })

  it('does not open the admin listener to other machines without a token', async () => {
    await using running = start('serve', contract, '--port', '0', '--admin-host', '0.0.0.0', '--admin-port', '0')
    expect(await running.ended).toMatchObject({ code: 2, stderr: expect.stringContaining('--admin-token-file') })
  })

  it('prints where it listens, the channels, and a line to try that works', async () => {
    await using running = start('serve', contract, '--port', '0', '--no-admin')
    const address = await addressOf(running)
    expect(running.output.stdout).toBe(`Test API 1.0.0 (AsyncAPI 3.1.0)
Listening on ${address}

  /prices/{symbol}  stream, clients may subscribe
  /notes            stream, clients may subscribe
  /blobs            stream, clients may subscribe
  /rows             stream, clients may subscribe
  /any/{name}       stream, clients may subscribe

Follow: curl -N -H 'Accept: text/event-stream' '${address}/prices/AAPL'
Page:   ${address}/
`)
    expect(running.output.stderr).toBe('')
    const answer = await fetch(`${address}/prices/AAPL`, { headers: { Accept: 'text/event-stream' } })
    expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/)
    await answer.body?.cancel()
  })

  it.each(['SIGTERM', 'SIGINT'] as const)('flushes and closes with 1001 on %s, and ends with 0', async (signal) => {
    await using running = start('serve', contract, '--port', '0')
    const address = await addressOf(running)
    const socket = new WebSocket(`${address.replace('http', 'ws')}/prices/AAPL`)
    const received: string[] = []
    socket.on('message', (data: Buffer) => received.push(data.toString()))
    await new Promise((resolve) => socket.once('open', resolve))
    const closed = new Promise((resolve) => socket.once('close', resolve))
    const body = JSON.stringify(Array.from({ length: 200 }, (_, i) => ({ price: i })))
    const headers = { 'Content-Type': 'application/json' }
    expect((await fetch(`${address}/prices/AAPL`, { method: 'POST', headers, body })).status).toBe(201)
    running.process.kill(signal)
    expect(await closed).toBe(1001)
    expect(received).toHaveLength(200)
    expect(await running.ended).toMatchObject({ code: 0, stderr: `hydrant: ${signal}, closing\n` })
  })

  it('ends at once on a second signal, although a client does not say goodbye', async () => {
    await using running = start('serve', contract, '--port', '0')
    const address = await addressOf(running)
    const socket = new WebSocket(`${address.replace('http', 'ws')}/prices/AAPL`)
    socket.on('error', () => {})
    await new Promise((resolve) => socket.once('open', resolve))
    socket.pause()
    running.process.kill('SIGTERM')
    await running.printed('stderr', /closing/)
    const since = performance.now()
    running.process.kill('SIGTERM')
    expect((await running.ended).code).toBe(143)
    expect(performance.now() - since).toBeLessThan(2_000)
    socket.terminate()
  })

  it('limits messages, negotiates deflate and lets origins in as told', async () => {
    const options = ['--max-message', '20', '--deflate', '--allow-origin', 'https://app.example.com']
    await using running = start('serve', contract, '--port', '0', ...options)
    const address = await addressOf(running)
    const post = (body: string, origin?: string): Promise<Response> =>
      fetch(`${address}/prices/AAPL`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...(origin && { Origin: origin }) },
        body,
      })
    expect((await post('{"price":1}')).status).toBe(201)
    expect((await post('{"price":1.0000000000000001}')).status).toBe(413)
    expect((await post('{"price":1}', 'https://app.example.com')).status).toBe(201)
    expect((await post('{"price":1}', 'https://evil.test')).status).toBe(403)
    const socket = new WebSocket(`${address.replace('http', 'ws')}/prices/AAPL`)
    await new Promise((resolve) => socket.once('open', resolve))
    expect(socket.extensions).toContain('permessage-deflate')
    socket.terminate()
  })

  it('plays the other side of the contract with --perspective client', async () => {
    await using running = start('serve', contract, '--port', '0', '--perspective', 'client')
    await addressOf(running)
    expect(running.output.stdout).toContain('  /notes            stream, clients may publish\n')
  })

  it('sums up what is wrong with the contract, and serves the rest', async () => {
    const at = path.join(folder, 'warned.yaml')
    await writeFile(at, contractText.replace('address: /notes', 'address: notes'))
    await using running = start('serve', at, '--port', '0')
    await addressOf(running)
    expect(running.output.stderr).toBe(`${at}: no errors, 1 warning; see them with: hydrant check ${at}\n`)
  })

  it('says loudly that everybody may publish, when it is told to listen beyond this machine', async () => {
    await using running = start('serve', contract, '--port', '0', '--host', '0.0.0.0', '--insecure-no-authentication')
    await addressOf(running)
    const [warning, logged, ...others] = running.output.stderr.trimEnd().split('\n')
    expect(warning).toMatch(/^hydrant: WARNING: listening at 0.0.0.0 without authentication/)
    expect(JSON.parse(logged!)).toMatchObject({ event: 'insecure-setting', setting: 'insecureNoAuthentication' })
    expect(others).toEqual([])
  })
})

describe('hydrant serve says in one line', () => {
  it('that the port is in use', async () => {
    await using taken = await fakeServer(() => {})
    const { port } = taken.url
    expect(await run(['serve', contract, '--port', port])).toEqual({
      code: 5,
      stdout: '',
      stderr: `hydrant: port ${port} of 127.0.0.1 is in use; take another with --port, or --port 0 for a free one\n`,
    })
  })

  it('that the document is none, and where to look', async () => {
    const at = path.join(folder, 'openapi.yaml')
    await writeFile(at, 'openapi: 3.1.0\n')
    const { code, stdout, stderr } = await run(['serve', at, '--port', '0'])
    expect(stderr.split('\n')).toEqual([
      expect.stringContaining(`${at}:1:1 error not-asyncapi `),
      `${at}: 1 error, no warnings; see them with: hydrant check ${at}`,
      `hydrant: ${at} cannot be served`,
      '',
    ])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  })

  it('that there is no such file', async () => {
    expect(await run(['serve', 'nosuch.yaml'])).toEqual({
      code: 3,
      stdout: '',
      stderr: 'hydrant: cannot read nosuch.yaml: there is no such file\n',
    })
  })
})

const built = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

it.runIf(existsSync(built))('the built command runs', async () => {
  const bin = fileURLToPath(new URL('../../bin/hydrant.js', import.meta.url))
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [bin, 'check', contract])
  expect({ stdout, stderr }).toEqual({
    stdout: '',
    stderr: `${contract}: no errors, no warnings; 5 channels can be served\n`,
  })
})
