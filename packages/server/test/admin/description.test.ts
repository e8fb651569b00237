import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, it } from 'vitest'
import { type AdminOperation, readDescription } from '../../src/admin/openapi-document.ts'
import { operationOf, problemsOf, resolve } from './check-answer.ts'
import { type AdminServer, events, follow, post, readUntil, startAdmin } from './admin-server.ts'

const { document, operations } = readDescription()

it('the description is a valid OpenAPI 3.1 document, without a reference that leads nowhere', async () => {
  const result = await new Validator().validate(structuredClone(document))
  expect(result.errors).toBeUndefined()
  expect(result.valid).toBe(true)
  const references = JSON.stringify(document).matchAll(/"\$ref":"#([^"]+)"/g)
  for (const [, pointer] of references) expect(resolve(pointer!), pointer).toBeDefined()
  // A comma in a text that is not quoted makes a member without a value of the rest.
  expect(JSON.stringify(document).match(/"[^"]+ [^"]+":null/g)).toBeNull()
})

it('every operation is served, and answers what its schema says', async () => {
  await using server = await startAdmin()
  const ids = await prepare(server)
  const asked = new Set<string>()
  for (const operation of operations.toSorted((a, b) => rankOf(a) - rankOf(b))) {
    const request = REQUESTS[operation.id]?.(ids)
    if (request === undefined) throw new Error(`no request for ${operation.id}`)
    if (operation.id === 'tail' || operation.id === 'traceConnection') {
      asked.add(operation.id)
      continue
    }
    const [path, body] = request
    const answer = await server.ask(operation.method, path, body)
    expect(answer.status, `${operation.id}: ${answer.text}`).toBeLessThan(300)
    asked.add(operation.id)
  }
  expect([...asked].toSorted()).toEqual(operations.map(({ id }) => id).toSorted())
})

it('every operation that changes something writes who, what and when, whether it succeeds or is refused', async () => {
  await using server = await startAdmin()
  const ids = await prepare(server)
  const changing = operations.filter(({ id, method }) => method !== 'GET' && id !== 'validatePayload')
  expect(changing.length).toBeGreaterThan(8)
  for (const { id, method } of changing.toSorted((a, b) => rankOf(a) - rankOf(b))) {
    const [path, body] = REQUESTS[id]!(ids)
    const beforeMs = Date.now()
    const { status } = await server.ask(method, path, body)
    // The same with a member or parameter that the description does not have.
    const refused = await server.ask(method, `${path}${path.includes('?') ? '&' : '?'}colour=red`, body)
    expect(refused.status, id).toBe(400)
    const { items } = (await server.ask('GET', '/audit?limit=2')).json
    expect(items, id).toMatchObject([
      { action: id, actor: 'loopback', status: 400, details: { refused: 'bad-request' } },
      { action: id, actor: 'loopback', status },
    ])
    expect(status, id).toBeLessThan(300)
    for (const { time, remoteAddress, target } of items) {
      expect(Date.parse(time)).toBeGreaterThanOrEqual(beforeMs)
      expect(remoteAddress).toMatch(/^127\.0\.0\.1:\d+$/)
      for (const part of (target ?? '').split('/')) {
        expect(decodeURIComponent(path) + JSON.stringify(body), `${id} ${target}`).toContain(part)
      }
    }
  }
  // A check changes nothing.
  await server.ask('POST', ...REQUESTS['validatePayload']!(ids))
  expect((await server.ask('GET', '/audit?search=validatePayload')).json.items).toEqual([])
})

it('every list is pages: one item at a time brings the same as all at once', async () => {
  await using server = await startAdmin()
  const ids = await prepare(server)
  const second = await follow(server, '/prices/MSFT', new AbortController().signal)
  expect(await post(server, '/prices/MSFT', { price: 1 })).toBe(201)
  await readUntil(second, '"price":1')
  expect(await post(server, '/orders', { amount: 'many' })).toBe(422)
  await server.ask('PUT', '/contract', { document: nextContract(), force: true })
  const lists = operations.filter(({ id, method }) => method === 'GET' && isList(id))
  expect(lists.map(({ id }) => id)).toEqual(LISTS)
  for (const { id, query } of lists) {
    if (id === 'getHistory') continue
    const names = query.map(({ name }) => name)
    expect(names, id).toContain('cursor')
    expect(names, id).toContain('limit')
    const [path] = REQUESTS[id]!(ids)
    const join = path.includes('?') ? '&' : '?'
    const whole = (await server.ask('GET', `${path}${join}limit=300`)).json
    expect(whole.next, id).toBeNull()
    expect(whole.items.length, id).toBe(whole.total)
    const seen: unknown[] = []
    for (let next: string | null = ''; next !== null;) {
      const { json } = await server.ask('GET', `${path}${join}limit=1${next === '' ? '' : `&cursor=${next}`}`)
      expect(json.items.length, id).toBeLessThanOrEqual(1)
      seen.push(...json.items.map(nameOf))
      next = json.next
    }
    // Samples are added meanwhile.
    expect(seen.slice(0, whole.items.length), id).toEqual(whole.items.map(nameOf))
  }
})

it('the events of tail and trace are what the description says', async () => {
  await using server = await startAdmin()
  const { connection } = await prepare(server)
  const stop = new AbortController()
  const tail = await events(`${server.adminUrl}/tail?channel=prices&quarantined=true`, stop.signal)
  const trace = await events(`${server.adminUrl}/connections/${connection}/trace`, stop.signal)
  await readUntil(tail, ':')
  await readUntil(trace, ':')
  await post(server, '/prices/AAPL', { price: 3 })
  await post(server, '/prices/AAPL', { price: 'z' })
  const told = [...eventsIn(await readUntil(tail, '"z"')), ...eventsIn(await readUntil(trace, 'price'))]
  expect(told.map(({ event }) => event)).toEqual(['message', 'invalid', 'frame'])
  for (const { event, data } of told) {
    const name = { message: 'TailMessage', invalid: 'QuarantinedMessage', frame: 'TraceFrame' }[event]
    expect(problemsOf({ $ref: `#/components/schemas/${name}` }, data), event).toEqual([])
  }
  stop.abort()
})

it('the examples fit their schemas', () => {
  let count = 0
  for (const { schema, example } of examples(document)) {
    expect(problemsOf(schema, example), JSON.stringify(example).slice(0, 80)).toEqual([])
    count++
  }
  expect(count).toBeGreaterThan(15)
})

it('errors are problem details of the described form', async () => {
  await using server = await startAdmin()
  for (const [method, path, status, code] of [
    ['GET', '/nowhere', 404, 'not-found'],
    ['DELETE', '/status', 405, 'method-not-allowed'],
    ['GET', '/connections/c999', 404, 'not-found'],
    ['GET', '/connections?limit=0', 400, 'bad-request'],
    ['GET', '/connections?limit=x', 400, 'bad-request'],
    ['GET', '/connections?colour=red', 400, 'bad-request'],
    ['GET', '/connections?sort=colour', 400, 'bad-request'],
    ['GET', '/connections?cursor=AAAA', 400, 'bad-request'],
    ['DELETE', '/connections/c1', 400, 'bad-request'],
    ['GET', '/history?address=/nothing', 404, 'channel-unknown'],
    ['GET', '/tail', 400, 'bad-request'],
  ] as const) {
    const answer = await server.ask(method, path)
    expect([answer.status, answer.json.code], `${method} ${path}`).toEqual([status, code])
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/)
  }
})

interface Ids {
  readonly connection: string
  readonly group: string
  readonly message: string
}

/** Something of everything: a reader, messages, refused messages. */
async function prepare(server: AdminServer): Promise<Ids> {
  const reader = await follow(server, '/prices/AAPL', new AbortController().signal)
  expect(await post(server, '/prices/AAPL', { price: 1 })).toBe(201)
  await readUntil(reader, '"price":1')
  expect(await post(server, '/prices/AAPL', { price: 'x' })).toBe(422)
  expect(await post(server, '/prices/AAPL', { price: 'y' })).toBe(422)
  const connection = (await server.ask('GET', '/connections')).json.items[0].id
  const group = (await server.ask('GET', '/quarantine')).json.items[0].id
  const message = (await server.ask('GET', `/quarantine/${group}/messages`)).json.items[0].id
  return { connection, group, message }
}

/** Who looks comes before who changes, and what is dropped in parts before it is dropped whole. */
function rankOf({ id, method }: AdminOperation): number {
  if (method === 'GET') return 0
  // After it nobody is connected any more.
  if (id === 'drain') return 4
  if (method !== 'DELETE') return 1
  return id === 'dropQuarantinedMessage' ? 2 : 3
}

/** One request that succeeds for each operation. */
const REQUESTS: Readonly<Record<string, (ids: Ids) => [path: string, body?: unknown]>> = {
  getStatus: () => ['/status'],
  getStatusHistory: () => ['/status/history'],
  getSnapshot: () => ['/snapshot'],
  listChannels: () => ['/channels'],
  getChannel: () => ['/channels/prices'],
  listAddresses: () => ['/addresses?sort=-messagesPerSecond'],
  getHistory: () => ['/history?address=/prices/AAPL'],
  tail: () => ['/tail?channel=prices'],
  listMessages: () => ['/messages'],
  getMessage: () => ['/messages/prices/trade'],
  listConnections: () => ['/connections'],
  getConnection: ({ connection }) => [`/connections/${connection}`],
  closeConnection: ({ connection }) => [`/connections/${connection}?reason=test`],
  traceConnection: ({ connection }) => [`/connections/${connection}/trace`],
  listPrincipals: () => ['/principals'],
  revokePrincipal: () => ['/principals/somebody/sessions?reason=test'],
  listQuarantine: () => ['/quarantine'],
  exportQuarantine: () => ['/quarantine/export'],
  validatePayload: () => ['/quarantine/validate', { address: '/prices/AAPL', data: { price: 'x' } }],
  getQuarantineGroup: ({ group }) => [`/quarantine/${group}`],
  dropQuarantineGroup: ({ group }) => [`/quarantine/${group}?`],
  listQuarantinedMessages: ({ group }) => [`/quarantine/${group}/messages`],
  replayQuarantineGroup: ({ group }) => [`/quarantine/${group}/replay`, { dryRun: true }],
  getQuarantinedMessage: ({ group, message }) => [`/quarantine/${group}/messages/${message}`],
  dropQuarantinedMessage: ({ group, message }) => [`/quarantine/${group}/messages/${message}`],
  getContract: () => ['/contract'],
  putContract: () => ['/contract', { document: nextContract(), dryRun: true }],
  listContractVersions: () => ['/contract/versions'],
  getContractVersion: () => ['/contract/versions/1'],
  publish: () => ['/publish', { address: '/prices/AAPL', data: { price: 2 } }],
  drain: () => ['/drain', { reason: 'test', waitMs: 0, spreadMs: 0 }],
  getSettings: () => ['/settings'],
  listAudit: () => ['/audit'],
  getSession: () => ['/session'],
  openSession: () => ['/session', { token: 'whatever' }],
  closeSession: () => ['/session'],
  getMetrics: () => ['/metrics'],
  getOpenapi: () => ['/openapi.json'],
  getAdminAsyncapi: () => ['/-/asyncapi.json'],
  getLive: () => ['/-/live'],
  getReady: () => ['/-/ready'],
}

/** Operations whose answer is a list. */
const LISTS = [
  'getStatusHistory',
  'listChannels',
  'listAddresses',
  'getHistory',
  'listMessages',
  'listConnections',
  'listPrincipals',
  'listQuarantine',
  'listQuarantinedMessages',
  'listContractVersions',
  'getSettings',
  'listAudit',
]

function isList(id: string): boolean {
  const schema = operationOf(id).responses['200']?.content?.['application/json']?.schema as
    | { $ref?: string }
    | undefined
  const named = schema?.$ref === undefined ? schema : resolve(schema.$ref.slice(1))
  return Object.hasOwn((named as { properties?: object } | undefined)?.properties ?? {}, 'items')
}

/** What tells one item of a list from the others, and does not move. */
function nameOf(item: Record<string, unknown>): unknown {
  const { id, address, name, number, time } = item
  return id ?? number ?? `${String(address)} ${String(name)} ${String(time)}`
}

function eventsIn(text: string): { event: 'message' | 'invalid' | 'frame'; data: unknown }[] {
  return [...text.matchAll(/event: (\w+)\ndata: (.*)\n/g)].map(([, event, data]) => ({
    event: event as 'message',
    data: JSON.parse(data!) as unknown,
  }))
}

function nextContract(): object {
  return {
    asyncapi: '3.0.0',
    info: { title: 'Market', version: '2' },
    channels: { prices: { address: '/prices/{symbol}' } },
  }
}

function* examples(value: unknown): Generator<{ schema: unknown; example: unknown }> {
  if (typeof value !== 'object' || value === null) return
  if ('schema' in value && 'example' in value && typeof (value as { schema: unknown }).schema === 'object') {
    yield value
  }
  for (const inner of Object.values(value)) yield* examples(inner)
}
