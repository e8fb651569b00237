import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CommandError } from '../../src/exit-codes.ts'
import { openRecording } from '../../src/recording/recording.ts'
import type { RecordingItem, RecordingOptions } from '../../src/recording/recording.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hydrant-'))
})
afterAll(async () => rm(folder, { recursive: true }))

async function read(name: string, text: string, options: RecordingOptions = {}): Promise<RecordingItem[]> {
  const file = path.join(folder, name)
  await writeFile(file, text)
  const items = []
  for await (const item of await openRecording(file, options)) items.push(item)
  return items
}

const socketOf = (...rows: readonly object[]): object => ({ request: { url: 'ws://x' }, _webSocketMessages: rows })
const receive = (time: number, data: string): object => ({ type: 'receive', time, opcode: 1, data })

function dataOf(items: readonly RecordingItem[]): unknown[] {
  return items.map((item) => (item.kind === 'received' ? item.message.data : item))
}

describe('a recording of JSON lines', () => {
  it('gives the received messages with their line and time', async () => {
    const rows = [
      { type: 'open', time: 1, url: 'wss://x' },
      { type: 'send', time: 1.5, opcode: 1, data: 'hello' },
      { type: 'receive', time: 2, opcode: 1, data: '{"a":1}' },
      { type: 'receive', time: 2.25, opcode: 2, data: 'AAEC' },
    ]
    expect(await read('a.jsonl', rows.map((row) => JSON.stringify(row)).join('\n'))).toEqual([
      { kind: 'received', message: { number: 3, timeMs: 2000, data: '{"a":1}' } },
      { kind: 'received', message: { number: 4, timeMs: 2250, data: Buffer.from([0, 1, 2]) } },
    ])
  })

  it('tells which line cannot be read, and reads on', async () => {
    const lines = [JSON.stringify(receive(1, 'a')), '{"type":"receive"', JSON.stringify(receive(2, 'b'))]
    const items = await read('broken.jsonl', lines.join('\n'))
    expect(items.map(({ kind }) => kind)).toEqual(['received', 'unreadable', 'received'])
    expect(items[1]).toMatchObject({ number: 2, why: expect.stringMatching(/JSON/) })
  })

  it.each([
    [{ type: 'receive', time: '1', opcode: 1, data: '' }, '"time": expected seconds as a number'],
    [{ type: 'receive', time: 1, data: '' }, '"opcode": expected 1 (text) or 2 (binary)'],
    [{ type: 'receive', time: 1, opcode: 1 }, '"data": expected a string'],
    [{ type: 'receive', time: 1, opcode: 2, data: 'a b' }, '"data": expected base64, because "opcode" is 2 (binary)'],
  ])('says what is wrong with %j', async (row, why) => {
    const items = await read('rows.jsonl', `${JSON.stringify(receive(1, 'a'))}\n${JSON.stringify(row)}\n`)
    expect(items[1]).toEqual({ kind: 'unreadable', number: 2, why })
  })
})

describe('a HAR file', () => {
  const har = JSON.stringify(
    {
      log: {
        entries: [
          { request: { url: 'https://page' } },
          socketOf(receive(3, 'c'), receive(1, 'a'), { type: 'receive', time: 4, opcode: 9, data: '' }),
          socketOf({ type: 'send', time: 1, opcode: 1, data: 'no' }, receive(2, 'b')),
        ],
      },
    },
    null,
    2,
  )

  it('gives the messages of all WebSockets by time', async () => {
    expect(dataOf(await read('a.har', har))).toEqual(['a', 'b', 'c'])
  })

  it('gives the messages of one WebSocket', async () => {
    expect(dataOf(await read('a.har', har, { entry: 2 }))).toEqual(['b'])
  })

  it.each([
    ['there is no --entry 3', har, 3],
    ['the HAR file has no WebSocket messages', '{"log":{"entries":[]}}', undefined],
    ['not a HAR file: it has no log.entries', '{"openapi":"3.0"}', undefined],
    ['not a HAR file: it has no log.entries', 'null', undefined],
    ['neither a recording', 'asyncapi: 3.0.0\n', undefined],
    ['neither a recording', '', undefined],
    [
      '/log/entries/0/_webSocketMessages/0: expected an object',
      '{"log":{"entries":[{"_webSocketMessages":[1]}]}}',
      undefined,
    ],
  ])('or says: %s', async (message, text, entry) => {
    const failure = read('b.har', text, { entry })
    await expect(failure).rejects.toThrow(CommandError)
    await expect(failure).rejects.toThrow(message)
  })
})
