import { describe, expect, it } from 'vitest'
import { VirtualClock } from '@hydrant/testkit'
import { HydrantError } from '../../src/errors.ts'
import { applyEdit, type PatchOperation } from '../../src/observe/quarantine/edit.ts'
import { QuarantineStore } from '../../src/observe/quarantine/store.ts'
import { suggestEdit } from '../../src/observe/quarantine/suggest.ts'
import { dataOf, getJson, post } from '../api.ts'
import { openSocket } from '../socket-client.ts'
import { doorsOf, publish, serviceOf } from './service.ts'

describe('the quarantine', () => {
  it('[quarantine] shows one mistake published 10,000 times as one row; repaired once and replayed, a live subscriber gets all', async () => {
    const service = serviceOf({ limits: { maxOutboxBytes: 64 * 1024 * 1024 } })
    await using doors = await doorsOf(service)
    const subscriber = await openSocket(`${doors.wsUrl}/prices/AAPL`)
    for (let i = 0; i < 10_000; i++) await publish(service, '/prices/AAPL', { price: `${i}.5`, id: i })

    const rows = service.quarantine.list().items
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({
      channel: '/prices/{symbol}',
      code: 'message-invalid',
      message: 'trade',
      count: 10_000,
      errors: [{ pointer: '/price', keyword: 'type' }],
    })
    expect(rows[0]!.kept.size).toBe(10_000)
    expect([...rows[0]!.senders]).toEqual(['ann'])

    expect(await service.quarantine.replay(rows[0]!.id)).toMatchObject({ replayed: 0, refused: 10_000 })
    const edit = suggestEdit(rows[0]!.errors)
    expect(edit).toEqual({ patch: [{ op: 'convert', path: '/price', to: 'number' }] })
    expect(await service.quarantine.replay(rows[0]!.id, { edit, dryRun: true })).toMatchObject({
      replayed: 10_000,
      left: 10_000,
    })
    const replayed = await service.quarantine.replay(rows[0]!.id, { edit })
    expect(replayed).toMatchObject({ replayed: 10_000, refused: 0, notKept: 0 })
    expect(rows[0]!.count).toBe(10_000)
    expect(rows[0]!.kept.size).toBe(0)
    for (let i = 0; i < 10_000; i++) expect(await subscriber.nextJson()).toEqual({ price: i + 0.5, id: i })
  })

  it('keeps what every door refused, with its sender, and as much of a body as can be kept', async () => {
    const service = serviceOf()
    await using doors = await doorsOf(service)
    await post(`${doors.url}/prices/AAPL`, '{"price":', {})
    await post(`${doors.url}/prices/AAPL`, [{ price: 1 }, { price: 'two' }])
    await post(`${doors.url}/prices/AAPL`, '{"type":"x"}', { 'content-type': 'application/cloudevents+json' })
    const socket = await openSocket(`${doors.wsUrl}/chat/a`)
    socket.socket.send('{"text":5}')
    await socket.next()

    const kept = service.quarantine.list().items.map((row) => {
      const [message] = row.kept.values()
      return [row.channel, row.code, message?.sender.door, message?.payload]
    })
    expect(kept).toEqual([
      ['/chat/{room}', 'message-invalid', 'websocket', { encoding: 'json', text: '{"text":5}' }],
      ['/prices/{symbol}', 'bad-request', 'http', { encoding: 'json', text: '{"type":"x"}' }],
      ['/prices/{symbol}', 'message-invalid', 'http', { encoding: 'json', text: '{"price":"two"}' }],
      ['/prices/{symbol}', 'malformed-json', 'http', { encoding: 'json', text: '{"price":' }],
    ])
  })

  it('groups by what is wrong, not by where in an array or by the value', async () => {
    const service = serviceOf()
    await publish(service, '/rows', ['a'])
    await publish(service, '/rows', [1, 2, 'b'])
    await publish(service, '/rows', ['a', 1, 'c'])
    const rows = service.quarantine.list().items
    expect(rows.map(({ count, errors }) => [count, errors[0]!.pointer])).toEqual([[3, '/*']])
  })

  it('an edit is tried on one message, and then published alone', async () => {
    const service = serviceOf()
    await using doors = await doorsOf(service)
    for (const price of ['much', 'more']) await publish(service, '/prices/MSFT', { price })
    const [row] = service.quarantine.list().items
    const [message] = service.quarantine.messages(row!.id).items
    const { quarantine } = service
    expect(quarantine.check(message!.id)).toMatchObject({ valid: false, message: 'trade' })
    expect(quarantine.check(message!.id, suggestEdit(row!.errors))).toMatchObject({
      valid: false,
      detail: 'convert /price: "much" is no number',
    })
    expect(quarantine.check(message!.id, { merge: { price: 3 } })).toMatchObject({ valid: true })
    expect(quarantine.check(message!.id, { text: '{"price":}' })).toMatchObject({ valid: false })
    const options = { edit: { text: '{"price":7}' }, messages: [message!.id] }
    expect(await quarantine.replay(row!.id, options)).toMatchObject({ replayed: 1, left: 1 })
    expect(await quarantine.replay(row!.id, options)).toMatchObject({ replayed: 0, refused: 0, left: 1 })
    expect(dataOf(await getJson(`${doors.url}/prices/MSFT`))).toEqual([{ price: 7 }])
  })

  it('two replays at once publish each message once', async () => {
    const service = serviceOf()
    await using doors = await doorsOf(service)
    for (let i = 0; i < 200; i++) await publish(service, '/short', { encoding: 'text', text: 'x' })
    for (let i = 0; i < 20; i++) await publish(service, '/prices/AAPL', { price: `${i}` })
    const row = service.quarantine.list({ channel: '/prices/{symbol}' }).items[0]!
    const both = await Promise.all(
      [1, 2].map(() => service.quarantine.replay(row.id, { edit: suggestEdit(row.errors) })),
    )
    expect(both[0]!.replayed + both[1]!.replayed).toBe(20)
    expect(dataOf(await getJson(`${doors.url}/prices/AAPL`))).toHaveLength(20)
  })

  it('what an operator replays in vain does not come into quarantine again, and keeps its digits when it passes', async () => {
    const service = serviceOf()
    await using doors = await doorsOf(service)
    const text = '{"price":"1","id":12345678901234567890}'
    await publish(service, '/prices/AAPL', { encoding: 'json', text })
    const [row] = service.quarantine.list().items
    await service.quarantine.replay(row!.id)
    expect(row!.count).toBe(1)
    await service.quarantine.replay(row!.id, { edit: suggestEdit(row!.errors) })
    const history = await (await fetch(`${doors.url}/prices/AAPL`)).text()
    expect(history).toContain('"data":{"price":1,"id":12345678901234567890}')
  })

  it('exports kept messages as JSON lines, pages rows with a cursor that survives what goes, and drops', async () => {
    const service = serviceOf()
    await publish(service, '/prices/AAPL', { price: 'a\nb' })
    await publish(service, '/chat/a', {})
    await publish(service, '/inbox', {})
    const { quarantine } = service
    const lines = [...quarantine.export({ channel: '/prices/{symbol}' })]
    expect(lines).toHaveLength(1)
    expect(lines[0]!.indexOf('\n')).toBe(lines[0]!.length - 1)
    expect(JSON.parse(lines[0]!)).toMatchObject({
      address: '/prices/AAPL',
      contractVersion: '1.0.0',
      text: '{"price":"a\\nb"}',
    })

    const first = quarantine.list({ limit: 1 })
    expect(first).toMatchObject({ total: 3, items: [{ channel: '/inbox' }] })
    quarantine.drop(first.items[0]!.id)
    const rest = quarantine.list({ cursor: first.next })
    expect(rest.items.map(({ channel }) => channel)).toEqual(['/chat/{room}', '/prices/{symbol}'])
    expect(rest.next).toBeUndefined()
    expect(() => quarantine.row(first.items[0]!.id)).toThrow('no quarantine row')
    expect(() => quarantine.list({ cursor: 'nonsense' })).toThrow('cursor')
  })
})

describe('the bounds of the quarantine', () => {
  const at = (address: string): never => ({ channel: { address }, address, parameters: {} }) as never
  const refuse = (store: QuarantineStore, channel: string, text: string, cause = 'x'): unknown =>
    store.add({
      at: at(channel),
      role: 'client',
      sender: { door: 'http' },
      message: { encoding: 'text', text },
      error: new HydrantError('message-invalid', 'no', { errors: [{ pointer: '', expected: cause, got: 'y' }] }),
    })
  const keptTexts = (store: QuarantineStore): string[] =>
    [...store.rows].flatMap((row) => [...row.kept.values()].map(({ payload }) => (payload as { text: string }).text))

  it.each([2, 3, 4])('of %i messages of one cause at most three are kept, the newest, and all are counted', (count) => {
    const store = new QuarantineStore(new VirtualClock(), () => '1', { maxMessagesPerCause: 3 })
    for (let i = 1; i <= count; i++) refuse(store, '/a', `${i}`)
    expect(keptTexts(store)).toEqual(['1', '2', '3', '4'].slice(Math.max(0, count - 3), count))
    expect([...store.rows][0]!.count).toBe(count)
  })

  it('bytes are bounded per channel and together, and the oldest go first', () => {
    const store = new QuarantineStore(new VirtualClock(), () => '1', { maxBytesPerChannel: 2500, maxBytes: 4000 })
    for (const text of ['a1', 'a2', 'a3', 'a4', 'a5', 'a6']) refuse(store, '/a', text)
    expect(keptTexts(store)).toEqual(['a3', 'a4', 'a5', 'a6'])
    for (const text of ['b1', 'b2', 'b3', 'b4', 'b5']) refuse(store, '/b', text)
    expect(keptTexts(store)).toEqual(['a4', 'a5', 'a6', 'b2', 'b3', 'b4', 'b5'])
    refuse(store, '/c', 'x'.repeat(2000))
    expect(store.keptBytes).toBeLessThanOrEqual(4000)
    expect(store.keptBytes).toBe([...store.rows].reduce((sum, { keptBytes }) => sum + keptBytes, 0))
  })

  it('[C20] a flood of different causes keeps the rows bounded and the counts complete', () => {
    const store = new QuarantineStore(new VirtualClock(), () => '1', { maxCausesPerChannel: 10 })
    for (let i = 0; i < 1000; i++) refuse(store, '/a', 'x', `cause ${i}`)
    const rows = [...store.rows]
    expect(rows).toHaveLength(11)
    expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(1000)
    expect(rows.find(({ code }) => code === 'other')!.count).toBe(990)
    expect(store.keptCount).toBe(10)
  })

  it('[C20] a refused message costs the same when 50,000 are kept and the oldest has to go', () => {
    const store = new QuarantineStore(new VirtualClock(), () => '1', { maxMessagesPerCause: 50_000 })
    const timeOf = (count: number): number => {
      // The processor's time: what else the machine does is no cost of the store.
      const before = process.cpuUsage()
      for (let i = 0; i < count; i++) refuse(store, '/a', 'x')
      const { user, system } = process.cpuUsage(before)
      return (user + system) / 1000
    }
    timeOf(5000)
    const emptyMs = timeOf(5000)
    timeOf(60_000)
    // A walk over what was deleted before costs a hundred times as much here.
    expect(timeOf(5000)).toBeLessThan(emptyMs * 10 + 20)
  })
})

describe('an edit', () => {
  it.each<[PatchOperation, string, string]>([
    [{ op: 'convert', path: '/a', to: 'number' }, '{"a":"1.50"}', '{"a":1.50}'],
    [{ op: 'convert', path: '/a', to: 'integer' }, '{"a":"12345678901234567890"}', '{"a":12345678901234567890}'],
    [{ op: 'convert', path: '/*/a', to: 'string' }, '[{"a":1},{"a":true}]', '[{"a":"1"},{"a":"true"}]'],
    [{ op: 'convert', path: '', to: 'boolean' }, '"false"', 'false'],
    [{ op: 'remove', path: '/a~1b~0c' }, '{"a/b~c":1,"d":2}', '{"d":2}'],
    [{ op: 'remove', path: '/*' }, '[1,2,3]', '[]'],
    [{ op: 'add', path: '/a/-', value: 2 }, '{"a":[1]}', '{"a":[1,2]}'],
    [{ op: 'add', path: '/__proto__', value: 2 }, '{}', '{"__proto__":2}'],
    [{ op: 'replace', path: '/a/0', value: null }, '{"a":[1]}', '{"a":[null]}'],
    [{ op: 'test', path: '/a', value: 1 }, '{"a":1}', '{"a":1}'],
  ])('%j', (operation, before, after) => {
    expect(JSON.stringify(applyEdit(JSON.parse(before), { patch: [operation] }))).toBe(after)
  })

  it.each<[PatchOperation, string, string]>([
    [{ op: 'convert', path: '/a', to: 'number' }, '{"a":"one"}', 'convert /a: "one" is no number'],
    [{ op: 'convert', path: '/a', to: 'number' }, '{"a":""}', 'is no number'],
    [{ op: 'convert', path: '/a', to: 'number' }, '{"a":"0x10"}', 'is no number'],
    [{ op: 'convert', path: '/a', to: 'boolean' }, '{"a":2}', 'is no boolean'],
    [{ op: 'remove', path: '/b' }, '{"a":1}', 'nothing is there'],
    [{ op: 'remove', path: '/length' }, '[1]', 'nothing is there'],
    [{ op: 'replace', path: '/a/b', value: 1 }, '{"a":1}', 'expected an object or array at /a, got 1'],
    [{ op: 'add', path: '/2', value: 1 }, '[1]', 'expected an index up to 1'],
    [{ op: 'test', path: '/a', value: 2 }, '{"a":1}', 'expected 2, got 1'],
    [{ op: 'remove', path: 'a' }, '{"a":1}', 'expected a JSON pointer such as /price, got "a"'],
  ])('%j that does not fit %s says why', (operation, value, why) => {
    expect(() => applyEdit(JSON.parse(value), { patch: [operation] })).toThrow(why)
  })

  it('RFC 7396: merges members, removes with null, replaces anything else', () => {
    expect(applyEdit({ a: { b: 1, c: 2 }, d: [1] }, { merge: { a: { b: null, e: 3 }, d: 'x' } })).toEqual({
      a: { c: 2, e: 3 },
      d: 'x',
    })
    expect(applyEdit('text', { merge: { a: 1 } })).toEqual({ a: 1 })
  })
})
