import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { api } from '../api.ts'
import { freePort } from '../fake-server.ts'
import { run, start } from '../run-command.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hydrant-'))
})
afterAll(async () => rm(folder, { recursive: true }))

const row = (time: number, data: string, opcode = 1): string => JSON.stringify({ type: 'receive', time, opcode, data })
const wrapped = (stream: string, data: string): string => `{"stream":"${stream}","data":${data}}`

async function file(name: string, ...rows: readonly string[]): Promise<string> {
  const at = path.join(folder, name)
  await writeFile(at, rows.join('\n'))
  return at
}

async function recording(): Promise<string> {
  return file(
    'streams.jsonl',
    '{"type":"open","time":1,"url":"wss://x"}',
    '{"type":"send","time":1,"opcode":1,"data":"{}"}',
    row(1, wrapped('AAPL', '{"price":1.50}')),
    row(2, wrapped('MSFT', '{"price":2}')),
    row(3, wrapped('AAPL', '{"price":"x"}')),
    row(4, wrapped('AAPL', '{"price":3}')),
    row(5, wrapped('NOPE', '{"price":4}')),
    row(6, 'hello'),
  )
}

describe('hydrant replay', () => {
  it('publishes a part of the messages that fit, and sums up what was refused', async () => {
    await using server = await api()
    const from = await recording()
    const to = ['--to', server.url('/prices/AAPL'), '--select', '/data', '--where', '/stream=AAPL', '--speed', 'max']
    const { code, stdout, stderr } = await run(['replay', from, ...to])
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr.split('\n')).toEqual([
      '6 read, 3 selected, 2 published, 1 refused',
      '  1 × 422 message-invalid (nearest: price), /price: expected number',
      expect.stringMatching(/^ {6}first 5: .*"x"/),
      '',
    ])
    expect((await server.history('/prices/AAPL')).messages.map(({ data }) => data)).toEqual([
      { price: 1.5 },
      { price: 3 },
    ])
    expect((await run(['replay', from, ...to, '--allow-refused'])).code).toBe(0)
  })

  it('sends each message to the channel it names, and prints the summary as JSON', async () => {
    await using server = await api()
    const to = ['--to', server.url('/prices/{/stream}'), '--select', '/data', '--speed', 'max', '--json']
    const { code, stdout, stderr } = await run(['replay', await recording(), ...to])
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    expect(JSON.parse(stdout)).toEqual({
      read: 6,
      selected: 5,
      unreadable: 0,
      published: 3,
      refused: 2,
      refusals: expect.arrayContaining([
        {
          status: 422,
          code: 'message-invalid',
          message: 'price',
          pointer: '/price',
          expected: 'number',
          count: 1,
          first: { number: 5, detail: expect.any(String) },
        },
        expect.objectContaining({
          status: 404,
          code: 'parameter-invalid',
          count: 1,
          first: { number: 7, detail: expect.any(String) },
        }),
      ]),
    })
    expect((await server.history('/prices/MSFT')).messages.map(({ data }) => data)).toEqual([{ price: 2 }])
  })

  it('keeps the recorded spacing, divided by the speed', async () => {
    await using server = await api()
    const from = await file('spaced.jsonl', row(10, '1'), row(10, '2'), row(14, '3'))
    const begun = Date.now()
    const { code, stderr } = await run(['replay', from, '--to', server.url('/any/x'), '--speed', '10'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '3 read, 3 selected, 3 published, 0 refused\n' })
    const page = (await (await fetch(server.url('/any/x'))).json()) as { messages: { time: string; data: number }[] }
    const [first, , last] = page.messages.map(({ time }) => Date.parse(time)) as [number, number, number]
    expect(page.messages.map(({ data }) => data)).toEqual([1, 2, 3])
    // Timers may fire a millisecond early; how late they are is the machine's business. That the first message waits for its
    // connection, and the last one does not, shortens what the server sees; `pace.test.ts` has the exact spacing.
    expect(last - begun).toBeGreaterThanOrEqual(395)
    expect(last - first).toBeGreaterThanOrEqual(300)
  })

  it('keeps the order, whatever the size and the kind of the messages', async () => {
    await using server = await api()
    const values = Array.from({ length: 300 }, (_, i) => (i % 7 === 0 ? [i, 'x'.repeat(3000)] : { i }))
    const from = await file('order.jsonl', ...values.map((value, i) => row(i, JSON.stringify(value))))
    const { code } = await run(['replay', from, '--to', server.url('/any/x'), '--speed', 'max'])
    expect(code).toBe(0)
    expect((await server.history('/any/x')).messages.map(({ data }) => data)).toEqual(values.slice(200))
  })

  it('publishes text and binary messages as they are', async () => {
    await using server = await api()
    const from = await file('kinds.jsonl', row(1, 'hello'), row(2, 'AQID', 2))
    expect((await run(['replay', from, '--to', server.url('/notes'), '--limit', '1'])).code).toBe(0)
    expect((await server.history('/notes')).messages).toMatchObject([{ data: 'hello' }])
    const { stderr } = await run(['replay', from, '--to', server.url('/blobs'), '--speed', 'max'])
    expect(stderr).toMatch(/^2 read, 2 selected, 1 published, 1 refused\n {2}1 × 415 unsupported-media-type/)
    expect((await server.history('/blobs')).messages).toMatchObject([{ data: 'AQID' }])
  })

  it('replays a HAR file', async () => {
    await using server = await api()
    const entries = [
      { _webSocketMessages: [JSON.parse(row(2, '2'))] },
      { _webSocketMessages: [JSON.parse(row(1, '1')), JSON.parse(row(3, '3'))] },
    ]
    const from = await file('session.har', JSON.stringify({ log: { entries } }, null, 2))
    expect((await run(['replay', from, '--to', server.url('/any/all'), '--speed', 'max'])).code).toBe(0)
    expect((await run(['replay', from, '--to', server.url('/any/two'), '--speed', 'max', '--entry', '2'])).code).toBe(0)
    expect((await server.history('/any/all')).messages.map(({ data }) => data)).toEqual([1, 2, 3])
    expect((await server.history('/any/two')).messages.map(({ data }) => data)).toEqual([1, 3])
  })

  it('sums up and ends with 130 when it is interrupted', async () => {
    await using server = await api()
    const from = await file('long.jsonl', row(0, '1'), row(3600, '2'))
    await using running = start('replay', from, '--to', server.url('/any/x'))
    while ((await server.history('/any/x')).messages.length === 0);
    running.process.kill('SIGINT')
    expect(await running.ended).toEqual({
      code: 130,
      stdout: '',
      stderr: '2 read, 2 selected, 1 published, 0 refused\nhydrant: interrupted before the end of the recording\n',
    })
  })

  it('reports lines that cannot be read and ends with 1', async () => {
    await using server = await api()
    const from = await file('broken.jsonl', row(1, '1'), '{"type":"receive"', row(2, '2'))
    const { code, stderr } = await run(['replay', from, '--to', server.url('/any/x'), '--speed', 'max'])
    expect(stderr).toMatch(
      /^2 read, 2 selected, 2 published, 0 refused\n1 lines could not be read, first line 2: .*JSON.*\n$/,
    )
    expect(code).toBe(1)
  })
})

describe('hydrant replay says in one line', () => {
  it.each([
    ['nosuch.jsonl', undefined, 3, /^hydrant: cannot read .*nosuch.jsonl: there is no such file\n$/],
    ['.', undefined, 3, /^hydrant: .* is a directory; expected a file\n$/],
    ['not-a-recording.yaml', 'asyncapi: 3.1.0\n', 1, /^hydrant: .*: neither a recording \(.*\) nor a HAR file\n$/],
    ['page.har', '{"log":{"entries":[]}}', 1, /^hydrant: .*: the HAR file has no WebSocket messages .*\n$/],
  ])('what is wrong with %s', async (name, text, expectedCode, message) => {
    const at = text === undefined ? path.join(folder, name) : await file(name, text)
    const { code, stdout, stderr } = await run(['replay', at, '--to', 'http://127.0.0.1:9/x'])
    expect(stderr).toMatch(message)
    expect({ code, stdout }).toEqual({ code: expectedCode, stdout: '' })
  })

  it('that nothing is listening there', async () => {
    const from = await file('one.jsonl', row(1, '1'))
    const { code, stderr } = await run(['replay', from, '--to', `http://127.0.0.1:${await freePort()}/x`])
    expect(stderr).toMatch(/^hydrant: nothing is listening at .*\n$/)
    expect(code).toBe(4)
  })
})
