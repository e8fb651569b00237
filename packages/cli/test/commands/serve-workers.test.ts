import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { connect } from '@hydrant/client'
import { hashKey } from '@hydrant/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { start } from '../run-command.ts'
import type { Running } from '../run-command.ts'

const contractOf = (role: string): string => `asyncapi: 3.1.0
info: { title: t, version: '1' }
servers: { main: { host: x.test, protocol: wss, security: [{ $ref: '#/components/securitySchemes/key' }] } }
channels:
  news:
    address: /news/{topic}
    parameters: { topic: {} }
    x-hydrant: { allow: { subscribe: [{ role: ${role} }] }, history: { messages: 1000 } }
    messages: { item: { payload: { type: integer } } }
operations: { send: { action: send, channel: { $ref: '#/channels/news' } } }
components: { securitySchemes: { key: { type: httpApiKey, name: x-key, in: header } } }
`

const config = `auth:
  key:
    keys:
      - { id: ann, hash: '${hashKey('ann-secret')}', roles: [reader] }
      - { id: bob, hash: '${hashKey('bob-secret')}', roles: [reader] }
      - { id: backend, hash: '${hashKey('backend-secret')}', scopes: ['hydrant:publish'] }
limits: { max-connections-per-principal: 6 }
closing: { drain-wait: 0, drain-spread: 0 }
`

/** An open API for clients without credentials. */
const openContract = contractOf('reader')
  .replace(/^servers.*\n/m, '')
  .replace(/^components.*\n/m, '')
  .replace('allow: { subscribe: [{ role: reader }] }, ', '')

let folder = ''
beforeAll(async () => (folder = await mkdtemp(path.join(tmpdir(), 'hydrant-'))))
afterAll(async () => rm(folder, { recursive: true }))

interface Served {
  readonly running: Running
  readonly url: string
  readonly admin: string
  readonly pids: readonly number[]
}

async function serve(name: string, contract: string, ...args: string[]): Promise<Served & AsyncDisposable> {
  const file = path.join(folder, `${name}.yaml`)
  await writeFile(file, contract)
  const running = start('serve', file, '--port', '0', '--admin-port', '0', '--workers', '2', ...args)
  const [, url = ''] = await running.printed('stdout', /Listening on (\S+)\n/)
  const [, admin = ''] = await running.printed('stdout', /Admin: {2}(\S+)\n/)
  const [, pids = ''] = await running.printed('stdout', /Workers: 2 \(pids ([\d, ]+)\)\n/)
  return {
    running,
    url,
    admin,
    pids: pids.split(', ').map(Number),
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  }
}

async function serveSecured(name: string): Promise<Served & AsyncDisposable> {
  const file = path.join(folder, `${name}.config.yaml`)
  await writeFile(file, config)
  return serve(name, contractOf('reader'), '--config', file)
}

interface Status {
  readonly connections: { readonly total: number }
  readonly channels: { readonly subscriptions: number }
  readonly totals: { readonly messagesIn: number; readonly messagesOut: number }
}

interface Shown {
  readonly id: string
}

const JSON_BODY = { 'Content-Type': 'application/json' }

/** Three processes start at once, on a machine that may be busy. */
const START_TIMEOUT_MS = 60_000

/** So many connections are not all at one worker: the system deals them out by their ports, and would do so once in 32,768 times. */
const MANY = 16

/** A subscriber of one channel on a connection of its own. */
async function follow(url: string, address: string, headers: Record<string, string> = {}): Promise<Follower> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}${address}`, { headers })
  const received: string[] = []
  socket.on('message', (data: Buffer) => received.push(data.toString()))
  const closed = new Promise<number>((resolve) => socket.once('close', resolve))
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  return { socket, received, closed }
}

interface Follower {
  readonly socket: WebSocket
  readonly received: string[]
  readonly closed: Promise<number>
}

/** Each on a connection of its own. */
async function publish(
  url: string,
  address: string,
  data: unknown,
  headers: Record<string, string> = {},
): Promise<string> {
  const answer = await fetch(url + address, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Connection: 'close', ...headers },
    body: JSON.stringify(data),
  })
  expect([answer.status, await answer.clone().text()]).toEqual([answer.status === 200 ? 200 : 201, expect.anything()])
  return ((await answer.json()) as { position: string }).position
}

/** The first event of an event stream, which is then left. */
async function firstEvent(answer: Response): Promise<string> {
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of answer.body!) {
    text += decoder.decode(chunk as Uint8Array, { stream: true })
    if (/^data: /m.test(text)) break
  }
  return text
}

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  await expect.poll(isTrue, { interval: 5 }).toBe(true)
}

const range = (length: number): string[] => Array.from({ length }, (_, i) => `${i}`)

describe('hydrant serve --workers 2', () => {
  let served: Served & AsyncDisposable
  beforeAll(async () => (served = await serve('open', openContract)), START_TIMEOUT_MS)
  afterAll(() => served[Symbol.asyncDispose]())

  it('serves one API: what is published on any worker reaches the subscribers of all, at the same positions', async () => {
    const { url } = served
    const followers = await Promise.all(range(MANY).map(async () => follow(url, '/news/a')))
    const positions = []
    for (let i = 0; i < 4; i++) positions.push(await publish(url, '/news/a', i))
    await until(() => followers.every(({ received }) => received.length === 4))
    expect(followers.map(({ received }) => received)).toEqual(range(MANY).map(() => range(4)))
    expect(new Set(positions.map((position) => position.split(':')[0])).size).toBe(1)
    const histories = await Promise.all(
      range(4).map(async () => (await fetch(`${url}/news/a`, { headers: { Connection: 'close' } })).text()),
    )
    expect(new Set(histories).size).toBe(1)
    const key = { 'Idempotency-Key': 'k' }
    const twice = [await publish(url, '/news/b', 1, key), await publish(url, '/news/b', 1, key)]
    expect(twice[1]).toBe(twice[0])
    const resumed = await follow(url, `/news/a?since=${positions[1]}`)
    await until(() => resumed.received.length === 2)
    expect(resumed.received).toEqual(['2', '3'])
    for (const { socket } of [...followers, resumed]) socket.close()
  })

  it('operators see all workers as one server', async () => {
    const { url, admin } = served
    const get = async <T>(place: string): Promise<T> => (await fetch(admin + place)).json() as Promise<T>
    await until(async () => (await get<Status>('status')).connections.total === 0)
    const before = await get<Status>('status')
    const followers = await Promise.all(range(MANY).map(async () => follow(url, '/news/seen')))
    for (let i = 0; i < 4; i++) await publish(url, '/news/seen', i)
    await until(() => followers.every(({ received }) => received.length === 4))
    const invalid = await fetch(`${url}/news/seen`, { method: 'POST', headers: JSON_BODY, body: '"no number"' })
    expect(invalid.status).toBe(422)

    // What is shown may be a moment old.
    await until(async () => {
      const { totals, channels } = await get<Status>('status')
      return totals.messagesOut - before.totals.messagesOut === 4 * MANY && channels.subscriptions === MANY
    })
    const status = await get<Status>('status')
    expect(status.connections).toMatchObject({ total: MANY, byDoor: { websocket: MANY } })
    expect(status.totals.messagesIn - before.totals.messagesIn).toBe(4)
    const metrics = await (await fetch(`${admin}metrics`)).text()
    expect(metrics).toContain(`hydrant_connections{door="websocket"} ${MANY}\n`)
    expect(metrics).toContain(`hydrant_subscriptions{channel="/news/{topic}",door="websocket"} ${MANY}\n`)

    expect(metrics).toMatch(/^hydrant_worker_up\{worker="2"\} 1$/m)
    const perWorker = [...metrics.matchAll(/^hydrant_worker_connections\{worker="\d"\} (\d+)$/gm)]
    expect(perWorker.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(MANY)
    const { items } = await get<{ items: Shown[] }>('connections?limit=300')
    expect(new Set(items.map(({ id }) => id)).size).toBe(MANY)
    for (const item of items) expect(item).toMatchObject({ messagesOut: 4, addresses: ['/news/seen'], lag: 0 })
    const [{ id }] = items as [Shown]
    const watching = [`tail?address=/news/seen`, `connections/${id}/trace`].map(async (place) => fetch(admin + place))
    const [tail, trace] = await Promise.all(watching)
    await publish(url, '/news/seen', 4)
    const [tailed, traced] = await Promise.all([tail!, trace!].map(firstEvent))
    expect(tailed).toContain('"data":4')
    expect(traced).toContain('"direction":"out"')
    const closed = await fetch(`${admin}connections/${id}?reason=test`, { method: 'DELETE' })
    expect(closed.status).toBe(202)
    expect(await Promise.race(followers.map(async (follower) => follower.closed))).toBe(3503)
    await until(async () => (await get<Status>('status')).connections.total === MANY - 1)

    const quarantine = await get<{ items: { count: number; channel: string }[] }>('quarantine')
    expect(quarantine.items).toMatchObject([{ count: 1 }])
    // The worker lets go of the subscription when the connection has said goodbye.
    const addresses = (): Promise<{ items: { subscribers: number }[] }> => get('addresses?search=seen')
    await until(async () => (await addresses()).items[0]?.subscribers === MANY - 1)
    expect((await addresses()).items).toMatchObject([{ address: '/news/seen', messages: 5 }])
    const history = await get<{ items: { data: number }[] }>('history?address=/news/seen')
    expect(history.items.map(({ data }) => data)).toEqual([0, 1, 2, 3, 4])
    const sent = await fetch(`${admin}publish`, {
      method: 'POST',
      headers: JSON_BODY,
      body: JSON.stringify({ address: '/news/seen', data: 9 }),
    })
    expect(sent.status).toBe(201)
    await until(() => followers.filter(({ received }) => received.at(-1) === '9').length === MANY - 1)
    for (const { socket } of followers) socket.close()
  })

  it('a worker that is killed is replaced, and its clients go on at the others without loss or repeats', async () => {
    const { url, pids, running } = served
    const seen = range(MANY).map((): unknown[] => [])
    const gaps: unknown[] = []
    const clients = seen.map((list) => {
      const client = connect(url, { platform: { random: () => 0.01 } })
      const channel = client.channel('/news/killed')
      channel.on('gap', (gap) => gaps.push(gap))
      return { client, ready: channel.subscribe((data) => list.push(data)).ready }
    })
    await Promise.all(clients.map(async ({ ready }) => ready))
    for (let i = 0; i < 120; i++) {
      if (i === 30) process.kill(pids[0]!, 'SIGKILL')
      if (i === 90) await running.printed('stderr', /worker 1 \(pid \d+\) serves again\n/)
      const headers = { 'Idempotency-Key': `k${i}` }
      // A publish that was on its way to the killed worker is tried again, on another one.
      while ((await publish(url, '/news/killed', i, headers).catch(() => undefined)) === undefined);
    }
    await until(() => seen.every((list) => list.length >= 120))
    for (const { client } of clients) client.close()
    expect(seen).toEqual(range(MANY).map(() => range(120).map(Number)))
    expect(gaps).toEqual([])
    expect(running.output.stderr).toMatch(/^hydrant: worker 1 ended by SIGKILL; another one is started in 100 ms\n/m)
  })

  it('presence is one list, and who was connected to a killed worker has left', async () => {
    const clients = range(MANY).map(() => connect(served.url, { platform: { random: () => 0.99 } }))
    try {
      const rooms = clients.map((client) => client.channel('/news/a').presence)
      await Promise.all(rooms.map(async (room, i) => room.enter({ name: `n${i}` })))
      const members = async (): Promise<string[]> => {
        const answer = await fetch(`${served.url}/news/a?presence=true`, { headers: { Connection: 'close' } })
        const list = ((await answer.json()) as { members: { data: { name: string } }[] }).members
        return list.map(({ data }) => data.name).toSorted()
      }
      for (let i = 0; i < 4; i++) expect(await members()).toHaveLength(MANY)
      process.kill(served.pids[1]!, 'SIGKILL')
      // They come back after seconds.
      await until(async () => {
        const { length } = await members().catch(() => [])
        return length > 0 && length < MANY
      })
    } finally {
      for (const client of clients) client.close()
    }
  })

  it('SIGTERM flushes what is on its way in all workers, closes with 1001, and ends with 0', async () => {
    const followers = await Promise.all(range(4).map(async () => follow(served.url, '/news/end')))
    await publish(served.url, '/news/end', range(200).map(Number))
    served.running.process.kill('SIGTERM')
    expect(await Promise.all(followers.map(async ({ closed }) => closed))).toEqual(range(4).map(() => 1001))
    for (const { received } of followers) expect(received).toEqual(range(200))
    expect(await served.running.ended).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/hydrant: SIGTERM, closing\n$/),
    })
  })
})

describe('what the workers share', () => {
  let served: Served & AsyncDisposable
  beforeAll(async () => (served = await serveSecured('shared')), START_TIMEOUT_MS)
  afterAll(() => served[Symbol.asyncDispose]())

  it('tickets are good once, on whichever worker; keys, revocation, reload and drain hold everywhere', async () => {
    const { url, admin, running } = served
    const ann = { 'x-key': 'ann-secret' }
    const statusOf = async (query: string): Promise<number> => {
      const headers = { Connection: 'close', Accept: 'application/json' }
      return (await fetch(`${url}/news/a${query}`, { headers })).status
    }
    for (let i = 0; i < 2; i++) {
      const issued = await fetch(`${url}/-/tickets`, { method: 'POST', headers: { ...ann, Connection: 'close' } })
      const { ticket } = (await issued.json()) as { ticket: string }
      // Four tries at once, on both workers.
      const statuses = await Promise.all(range(4).map(async () => statusOf(`?ticket=${ticket}`)))
      expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 401, 401, 401])
    }

    const followers = await Promise.all(range(6).map(async () => follow(url, '/news/a', ann)))
    // The limit of connections counts all workers: seven are one too many, wherever they are.
    await expect(follow(url, '/news/a', ann)).rejects.toThrow('429')
    const bobs = await Promise.all(range(2).map(async () => follow(url, '/news/a', { 'x-key': 'bob-secret' })))

    const revoked = await fetch(`${admin}principals/key:ann/sessions?reason=test`, { method: 'DELETE' })
    expect(await revoked.json()).toEqual({ connections: 6 })
    expect(await Promise.all(followers.map(async ({ closed }) => closed))).toEqual(range(6).map(() => 3000))

    await writeFile(path.join(folder, 'shared.yaml'), contractOf('nobody'))
    running.process.kill('SIGHUP')
    expect(await Promise.all(bobs.map(async ({ closed }) => closed))).toHaveLength(2)
    for (let i = 0; i < 4; i++) await expect(follow(url, '/news/a', { 'x-key': 'bob-secret' })).rejects.toThrow('403')
    await running.printed('stderr', /reloaded/)
  })

  it('a reload and a drain reach the clients of all, and when the primary is killed its workers close and say why', async () => {
    const { url, admin, running, pids } = served
    await writeFile(path.join(folder, 'shared.yaml'), contractOf('reader'))
    running.process.kill('SIGHUP')
    await running.printed('stderr', /reloaded[^]*reloaded/)
    const leaving = await Promise.all(range(4).map(async () => follow(url, '/news/a', { 'x-key': 'bob-secret' })))
    const drained = await fetch(`${admin}drain`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ reason: 'test' }),
    })
    expect(drained.status).toBe(202)
    expect(await Promise.all(leaving.map(async ({ closed }) => closed))).toEqual(range(4).map(() => 1012))
    const closing = running.ended
    running.process.kill('SIGKILL')
    const { stderr } = await closing
    for (const pid of pids) expect(stderr).toContain(`hydrant: worker ${pid}: the primary process is gone`)
  })
})

describe('what cannot be started', () => {
  it('a port that is in use is told once, and nothing is left running', async () => {
    const other = createServer()
    await new Promise<void>((listening) => other.listen(0, '127.0.0.1', listening))
    const { port } = other.address() as AddressInfo
    const file = path.join(folder, 'used.yaml')
    await writeFile(file, openContract)
    await using running = start('serve', file, '--port', `${port}`, '--no-admin', '--workers', '2')
    expect(await running.ended).toMatchObject({
      code: 5,
      stdout: '',
      stderr: expect.stringMatching(/^hydrant: port \d+ .*in use.*\n$/),
    })
    other.close()
  })

  it('a worker is no command for people', async () => {
    await using running = start('worker')
    expect(await running.ended).toMatchObject({ code: 2, stderr: expect.stringContaining('hydrant serve --workers') })
  })
})
