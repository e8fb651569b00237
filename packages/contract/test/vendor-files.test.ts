import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Parser } from '@asyncapi/parser'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { type Contract, readContract } from '../src/index.ts'

const folder = join(import.meta.dirname, '../../../../shared/asyncapi')
const present = existsSync(folder)
if (!present)
  console.log(`Skipped: the vendors' documents are not at ${folder}. test/fixtures shows the same troubles.`)

/** channels, operations, messages, findings by code, in the perspective the document is written from. */
const expected: Record<string, [string, number, number, number, Record<string, number>]> = {
  'binance-spot-streams': ['3.0.0', 2, 14, 36, { 'address-query': 1, 'message-ambiguous': 2 }],
  'binance-spot': ['3.0.0', 1, 51, 105, { 'message-ambiguous': 1 }],
  coinbase: ['3.0.0', 3, 6, 6, { 'address-no-slash': 3, 'schema-keyword': 1 }],
  'deepgram-2.6': [
    '2.6.0',
    5,
    10,
    65,
    { 'ref-unescaped': 65, converted: 1, 'message-binary-schema': 6, 'message-ambiguous': 2 },
  ],
  gemini: ['3.1.0', 1, 1, 1, {}],
  hyperliquid: ['3.0.0', 1, 1, 1, { 'address-no-slash': 1, 'schema-keyword': 1 }],
  'kraken-filter-in-reply': ['3.1.0', 1, 5, 8, { 'example-invalid': 5 }],
  krakenfutures: ['3.0.0', 13, 26, 61, { 'address-no-slash': 13, 'message-ambiguous': 13 }],
  'slack-rtm': ['3.1.0', 1, 2, 47, { 'message-ambiguous': 1 }],
}

function textOf(name: string): string {
  return readFileSync(join(folder, `${name}.yaml`), 'utf8')
}

describe.skipIf(!present)('the vendors’ documents', () => {
  it.each(Object.keys(expected))('%s loads, with exactly these findings', (name) => {
    const { contract, diagnostics } = readContract(textOf(name))
    const [version, channels, operations, messages, codes] = expected[name]!
    expect(contract!.asyncapi).toBe(version)
    expect([contract!.channels.length, contract!.operations.length, messagesIn(contract!)]).toEqual([
      channels,
      operations,
      messages,
    ])
    expect(countBy(diagnostics.map(({ code }) => code))).toEqual(codes)
    expect(diagnostics.every(({ line, column }) => line! > 0 && column! > 0)).toBe(true)
  })

  it('binance-spot (410 KB) loads in less than 300 ms of processor time, once warm', () => {
    const text = textOf('binance-spot')
    const times = Array.from({ length: 3 }, () => {
      const started = process.cpuUsage()
      readContract(text)
      const { user, system } = process.cpuUsage(started)
      return (user + system) / 1_000
    })
    expect(Math.min(...times)).toBeLessThan(300)
  })

  it.each(Object.keys(expected).filter((name) => !name.startsWith('deepgram') && name !== 'binance-spot'))(
    '%s: the official parser counts the same',
    async (name) => {
      const { document } = await new Parser().parse(textOf(name), { applyTraits: true })
      const { contract } = readContract(textOf(name))
      expect(document).toBeDefined()
      expect(contract!.channels).toHaveLength(document!.channels().length)
      expect(contract!.operations).toHaveLength(document!.operations().length)
      for (const channel of contract!.channels) {
        const other = document!.channels().get(channel.id)
        expect(channel.messages.map(({ id }) => id).toSorted()).toEqual(
          other!
            .messages()
            .all()
            .map((message) => message.id())
            .toSorted(),
        )
      }
    },
  )

  it('deepgram: the official parser refuses it, for its references, which are read as meant', async () => {
    const { document, diagnostics } = await new Parser().parse(textOf('deepgram-2.6'))
    expect(document).toBeUndefined()
    expect(diagnostics.filter(({ code }) => code === 'invalid-ref')).toHaveLength(65)
  })

  it.each(Object.keys(expected))('%s: every example is judged as by ajv', (name) => {
    const { contract } = readContract(textOf(name))
    for (const channel of contract!.channels) {
      for (const message of channel.messages) {
        if (message.payloadSchema === undefined || message.examples.length === 0) continue
        const ajv = new Ajv2020({
          strict: false,
          validateFormats: false,
          logger: false,
          multipleOfPrecision: 6,
        }).compile(message.payloadSchema)
        for (const { payload } of message.examples) {
          expect([message.name, channel.all.check({ encoding: 'json', value: payload }, message.id).ok]).toEqual([
            message.name,
            ajv(payload),
          ])
        }
      }
    }
  })
})

function messagesIn({ channels }: Contract): number {
  return channels.reduce((sum, { messages }) => sum + messages.length, 0)
}

function countBy(codes: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1
  return counts
}
