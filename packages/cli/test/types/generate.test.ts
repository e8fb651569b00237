import { readContract } from '@hydrant/contract'
import { describe, expect, it } from 'vitest'
import { generateTypes } from '../../src/types/generate.ts'
import { contractOf, messagesOf, sending } from './contract-of.ts'
import { marketText } from './market.ts'
import { troubles, twoChannels } from './troubles.ts'

/** What is written for a payload, without its name. */
function typeOf(schema: unknown, schemas: object = {}): string {
  return declarations(generateTypes(sending({ m: schema }, schemas)))[0]!.replace(
    /^export (type M = ?|interface M )/,
    '',
  )
}

function declarations(generated: string): string[] {
  return generated
    .split('\n\n')
    .slice(2)
    .map((one) => one.trim())
}

/** Names of what is exported, in order. */
function namesIn(generated: string): string[] {
  return [...generated.matchAll(/^export (?:interface|type) (\S+)/gm)].map(([, name]) => name!)
}

it('writes the whole of a contract as pinned', async () => {
  const { contract } = readContract(marketText)
  await expect(generateTypes(contract!)).toMatchFileSnapshot('pinned/market.gen.txt')
})

it("from the client's side, turns directions around and asks with what the document sends", async () => {
  const { contract } = readContract(marketText, { perspective: 'client' })
  await expect(generateTypes(contract!).split('\n\n')[1]).toMatchFileSnapshot('pinned/market-client.gen.txt')
})

describe('a schema becomes', () => {
  it.each([
    [true, 'unknown'],
    [{}, 'unknown'],
    [{ not: {} }, 'never'],
    [{ type: 'integer' }, 'number'],
    [{ type: ['string', 'null'] }, 'string | null'],
    [{ type: 'string', nullable: true }, 'string | null'],
    [{ const: 'a' }, "'a'"],
    [{ const: "it's" }, `"it's"`],
    [{ enum: ['a', 1, null, true] }, "'a' | 1 | null | true"],
    [{ type: 'string', enum: ['a', 1] }, "'a'"],
    [{ const: 'a', enum: ['b'] }, 'never'],
    [{ type: 'array' }, 'unknown[]'],
    [{ items: { enum: [1, 2] } }, '(1 | 2)[]'],
    [
      { type: 'array', prefixItems: [{ type: 'string' }, { type: 'number' }], minItems: 1 },
      '[string, number?, ...unknown[]]',
    ],
    [{ type: 'array', items: [{ type: 'string' }], additionalItems: false, minItems: 1 }, '[string]'],
    [{ type: 'object' }, '{\n  [key: string]: unknown\n}'],
    [{ type: 'object', additionalProperties: { type: 'number' } }, '{\n  [key: string]: number\n}'],
    [{ properties: { a: { type: 'string' } } }, '{\n  a?: string\n}'],
    [{ required: ['a'] }, '{\n  a: unknown\n}'],
    [{ properties: { 'a-b': { type: 'null' } }, required: ['a-b'] }, "{\n  'a-b': null\n}"],
    [{ oneOf: [{ type: 'string' }, { type: 'string', format: 'date' }, { type: 'number' }] }, 'string | number'],
    [{ type: 'string', not: { const: 'x' }, if: {}, else: { minLength: 1 } }, 'string'],
    [{ type: 'object', oneOf: [{ $ref: '#/components/schemas/X' }] }, 'X'],
    [{ type: 'float' }, 'unknown'],
  ])('%j → %s', (schema, expected) => {
    expect(typeOf(schema, { X: { type: 'string' } })).toBe(expected)
  })
})

describe('names', () => {
  it('a message that differs from one of its name in another channel is called after its channel; an equal one is shared', () => {
    expect(namesIn(generateTypes(twoChannels))).toEqual(['Api', 'Tick', 'Halt', 'QuotesTick'])
  })

  it('a schema gives way to a message of its name, unless the message is that schema', () => {
    const schemas = { Trade: { type: 'object', properties: { id: { type: 'string' } } } }
    const wrapped = { type: 'object', properties: { trade: { $ref: '#/components/schemas/Trade' } } }
    expect(namesIn(generateTypes(sending({ trade: wrapped }, schemas)))).toEqual(['Api', 'Trade', 'TradeSchema'])
    expect(namesIn(generateTypes(sending({ trade: { $ref: '#/components/schemas/Trade' } }, schemas)))).toEqual([
      'Api',
      'Trade',
    ])
  })

  it('are valid identifiers, each once, and hide no global', () => {
    const names = namesIn(generateTypes(troubles['names of everything']!))
    expect(names.slice(0, 14).join(' ')).toBe(
      'Api _24hrTicker Message AMessage AMessage2 订单 OrderPlaced AOrderPlaced AOrderPlaced2 AApi AError AString AUint8Array Constructor',
    )
    expect(new Set(names).size).toBe(names.length)
  })

  it('a schema that refers to itself as # is the message', () => {
    const self = { type: 'object', properties: { next: { $ref: '#' } } }
    expect(declarations(generateTypes(sending({ list: self })))).toEqual(['export interface List {\n  next?: List\n}'])
  })

  it('do not depend on channels that come later', () => {
    const first = { a: { address: '/a', messages: messagesOf({ tick: { type: 'string' } }) } }
    const more = { ...first, b: { address: '/b', messages: messagesOf({ tick: { type: 'number' } }) } }
    expect(namesIn(generateTypes(contractOf({ channels: more })))).toEqual([
      ...namesIn(generateTypes(contractOf({ channels: first }))),
      'BTick',
    ])
  })
})

describe('nothing of the document becomes code', () => {
  it('comments do not end where a description wants them to', () => {
    const generated = generateTypes(troubles['comments that want to end']!)
    const [head, ...rest] = generated.split('\n')
    expect(head).toMatch(/^\/\/ Generated .* export const x = 1 .*Do not edit/)
    expect(rest.filter((line) => line.startsWith('export'))).toEqual(['export interface Api {', 'export interface M {'])
  })

  it('keywords that other generators copy are ignored', () => {
    expect(generateTypes(troubles['text of the document that other generators run']!)).not.toMatch(/boom(?! *\*\/)/)
  })
})
