import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { hashKey } from '@hydrant/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { run, start } from '../run-command.ts'
import type { Running } from '../run-command.ts'

const contractOf = (role: string): string => `asyncapi: 3.1.0
info: { title: t, version: '1' }
servers: { main: { host: x.test, protocol: wss, security: [{ $ref: '#/components/securitySchemes/key' }] } }
channels:
  news:
    address: /news
    x-hydrant: { allow: { subscribe: [{ role: ${role} }] } }
    messages: { item: { payload: {} } }
operations: { send: { action: send, channel: { $ref: '#/channels/news' } } }
components: { securitySchemes: { key: { type: httpApiKey, name: x-key, in: header } } }
`

const settings = `auth:
  key:
    keys:
      - { id: ann, hash: '${hashKey('ann-secret')}', roles: [reader] }
      - { id: backend, hash: '${hashKey('backend-secret')}', scopes: ['hydrant:publish'] }
`

let folder = ''
beforeAll(async () => (folder = await mkdtemp(path.join(tmpdir(), 'hydrant-'))))
afterAll(async () => rm(folder, { recursive: true }))

async function files(name: string): Promise<{ contract: string; config: string }> {
  const [contract, config] = [path.join(folder, `${name}.yaml`), path.join(folder, `${name}.config.yaml`)]
  await writeFile(contract, contractOf('reader'))
  await writeFile(config, settings)
  return { contract, config }
}

async function addressOf(running: Running): Promise<string> {
  return (await running.printed('stdout', /Listening on (\S+)\n/))[1]!
}

const statusOf = async (url: string, key: string): Promise<number> =>
  (await fetch(`${url}/news`, { headers: { 'x-key': key, accept: 'application/json' } })).status

async function follow(url: string, key: string): Promise<{ closed: Promise<number> }> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/news`, { headers: { 'x-key': key } })
  const closed = new Promise<number>((resolve) => socket.once('close', resolve))
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  return { closed }
}

describe('hydrant serve with auth settings', () => {
  it('lets in who has a key, and the backend publish', async () => {
    const { contract, config } = await files('keys')
    await using running = start('serve', contract, '--config', config, '--port', '0', '--host', '0.0.0.0')
    const url = (await addressOf(running)).replace('0.0.0.0', '127.0.0.1')
    expect([await statusOf(url, 'ann-secret'), await statusOf(url, 'other')]).toEqual([200, 401])
    const post = (key: string): Promise<Response> =>
      fetch(`${url}/news`, { method: 'POST', body: '1', headers: { 'x-key': key, 'content-type': 'application/json' } })
    expect([(await post('backend-secret')).status, (await post('ann-secret')).status]).toEqual([201, 403])
    expect(running.output.stderr).toBe('')
  })

  it('is published to and followed by the other commands with the credential of the environment', async () => {
    const { contract, config } = await files('commands')
    await using running = start('serve', contract, '--config', config, '--port', '0')
    const url = await addressOf(running)
    process.env['HYDRANT_HEADER'] = 'X-Key: backend-secret'
    try {
      expect((await run(['publish', `${url}/news`, '1'])).code).toBe(0)
      expect(
        (await run(['subscribe', `${url}/news?as=application`, '--since', 'x:0', '--count', '1'])).stdout,
      ).toContain('1\n')
    } finally {
      delete process.env['HYDRANT_HEADER']
    }
    expect((await run(['publish', `${url}/news`, '1'])).code).toBe(1)
  })

  it('[D03] refuses to start when the contract asks for what is not configured, in one line', async () => {
    const { contract } = await files('none')
    const { code, stderr } = await run(['serve', contract, '--port', '0'])
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^hydrant: auth: expected settings .* got none for key; see .*\n$/),
    ])
    await using running = start('serve', contract, '--port', '0', '--insecure-no-authentication')
    await addressOf(running)
    expect(running.output.stderr).toMatch(/^hydrant: WARNING: .*--insecure-no-authentication/)
  })

  it('refuses settings that are not right, without telling what may be a secret', async () => {
    const { contract, config } = await files('wrong')
    await writeFile(config, 'auth: { key: { keys: [{ id: a, hash: hunter2 }] } }')
    const { code, stderr } = await run(['serve', contract, '--config', config, '--port', '0'])
    expect([code, stderr]).toEqual([2, expect.stringContaining('auth.key.keys[0].hash: expected "sha256:"')])
    expect(stderr).not.toContain('hunter2')
  })

  it('[D08] [D09] takes new rules on SIGHUP, cuts within five seconds, and keeps the old ones when the file is broken', async () => {
    const { contract, config } = await files('sighup')
    await using running = start('serve', contract, '--config', config, '--port', '0')
    const url = await addressOf(running)
    const { closed } = await follow(url, 'ann-secret')
    await writeFile(contract, 'asyncapi: [')
    running.process.kill('SIGHUP')
    await running.printed('stderr', /NOT reloaded, the old rules stay: .*\n/)
    expect([await statusOf(url, 'ann-secret'), await statusOf(url, 'other')]).toEqual([200, 401])
    await writeFile(contract, contractOf('writer'))
    const begunMs = performance.now()
    running.process.kill('SIGHUP')
    expect(await closed).toBe(3503)
    expect(performance.now() - begunMs).toBeLessThan(5_000)
    expect(await statusOf(url, 'ann-secret')).toBe(403)
  })

  it('[D09] takes a key away when the configuration changes, with --watch', async () => {
    const { contract, config } = await files('watch')
    await using running = start('serve', contract, '--config', config, '--port', '0', '--watch')
    const url = await addressOf(running)
    const { closed } = await follow(url, 'ann-secret')
    await writeFile(config, settings.replace(/.*id: ann.*\n/, ''))
    expect(await closed).toBe(3000)
    expect([await statusOf(url, 'ann-secret'), await statusOf(url, 'backend-secret')]).toEqual([401, 200])
  })
})
