import { describe, expect, it } from 'vitest'
import { type Change, compareContracts, type Contract, type JsonSchema, readContract } from '../../src/index.ts'

interface Parts {
  address?: string
  parameter?: object
  action?: 'send' | 'receive'
  schema?: JsonSchema
  kind?: string
  message?: string
  contentType?: string
  more?: object
}

function contract({
  address = '/a/{id}',
  parameter = {},
  action = 'send',
  schema = true,
  kind = 'stream',
  message = 'm',
  contentType = 'application/json',
  more = {},
}: Parts): Contract {
  const names = [...address.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name, parameter])
  const read = readContract({
    asyncapi: '3.0.0',
    info: { title: 'T', version: '1' },
    channels: {
      a: {
        address,
        parameters: Object.fromEntries(names),
        messages: { [message]: { contentType, payload: schema } },
        'x-hydrant': { kind },
      },
      ...more,
    },
    operations: { o: { action, channel: { $ref: '#/channels/a' } } },
  })
  return read.contract!
}

function changes(before: Parts, after: Parts): Change[] {
  return compareContracts(contract(before), contract(after))
}

function short(list: readonly Change[]): string[] {
  return list.map(({ kind, breaks, pointer }) => `${breaks ? 'BREAKS ' : ''}${kind} ${pointer}`)
}

describe('channels', () => {
  const other = { b: { address: '/b', messages: { x: { payload: true } } } }
  it('the same contract has no differences', () => expect(changes({}, {})).toEqual([]))
  it('a channel that is gone breaks', () =>
    expect(short(changes({ more: other }, {}))).toEqual(['BREAKS channel-removed /channels/b']))
  it('a new channel does not', () => expect(short(changes({}, { more: other }))).toEqual(['channel-added /channels/b']))
  it('another address breaks', () =>
    expect(short(changes({}, { address: '/c/{id}' }))).toEqual(['BREAKS channel-moved /channels/a']))
  it('a renamed parameter breaks', () =>
    expect(short(changes({}, { address: '/a/{key}' }))).toEqual([
      'BREAKS parameter-renamed /channels/a/parameters/key',
    ]))
  it('a removed parameter breaks', () =>
    expect(short(changes({}, { address: '/a' }))).toContain('BREAKS channel-moved /channels/a'))
  it('fewer values of a parameter break, more do not', () => {
    const [two, one] = [{ parameter: { enum: ['x', 'y'] } }, { parameter: { enum: ['x'] } }]
    expect(short(changes(two, one))).toEqual(['BREAKS parameter-narrowed /channels/a/parameters/id'])
    expect(short(changes(one, two))).toEqual(['parameter-widened /channels/a/parameters/id'])
    expect(short(changes({}, one))).toEqual(['BREAKS parameter-narrowed /channels/a/parameters/id'])
  })
  it('another kind breaks', () =>
    expect(short(changes({}, { kind: 'state' }))).toEqual(['BREAKS kind-changed /channels/a']))
})

describe('messages', () => {
  it('one that is gone breaks, a new one does not', () =>
    expect(short(changes({}, { message: 'n' }))).toEqual([
      'BREAKS message-removed /channels/a/messages/m',
      'message-added /channels/a/messages/n',
    ]))
  it('another direction breaks', () =>
    expect(short(changes({}, { action: 'receive' }))).toEqual([
      'BREAKS direction-changed /channels/a/messages/m',
      'direction-changed /channels/a/messages/m',
    ]))
  it('another content type breaks', () =>
    expect(short(changes({}, { contentType: 'text/plain' }))).toEqual([
      'BREAKS content-type-changed /channels/a/messages/m/contentType',
    ]))
})

const object = (properties: Record<string, JsonSchema>, more: object = {}): JsonSchema => ({
  type: 'object',
  properties,
  ...more,
})

/** `wide` allows more than `narrow`, at this place. */
const PAIRS: [title: string, wide: JsonSchema, narrow: JsonSchema, pointer: string][] = [
  ['a type', { type: ['string', 'number'] }, { type: 'string' }, '/type'],
  ['number and integer', { type: 'number' }, { type: 'integer' }, '/type'],
  ['any and a type', true, { type: 'string' }, '/type'],
  ['an enum value', { enum: ['a', 'b'] }, { enum: ['a'] }, '/enum'],
  ['a type and its enum', { type: 'string' }, { type: 'string', enum: ['a'] }, '/enum'],
  [
    'an optional property and a required one',
    object({ a: true }),
    object({ a: true }, { required: ['a'] }),
    '/required',
  ],
  [
    'a property type',
    object({ a: { type: ['string', 'null'] } }),
    object({ a: { type: 'string' } }),
    '/properties/a/type',
  ],
  ['open and closed', object({}), object({}, { additionalProperties: false }), '/additionalProperties'],
  ['a maximum', { type: 'number', maximum: 10 }, { type: 'number', maximum: 9 }, '/maximum'],
  ['a minimum', { type: 'number', minimum: 1 }, { type: 'number', minimum: 2 }, '/minimum'],
  ['no bound and a bound', { type: 'string' }, { type: 'string', maxLength: 5 }, '/maxLength'],
  ['a pattern', { type: 'string' }, { type: 'string', pattern: '^a' }, '/pattern'],
  [
    'items',
    { type: 'array', items: { type: ['string', 'null'] } },
    { type: 'array', items: { type: 'string' } },
    '/items/type',
  ],
  ['an alternative', { oneOf: [{ type: 'string' }, { type: 'null' }] }, { oneOf: [{ type: 'string' }] }, '/oneOf/1'],
  [
    'a part of allOf',
    { allOf: [object({ a: true })] },
    { allOf: [object({ a: true }), { required: ['a'] }] },
    '/required',
  ],
  [
    'behind a reference',
    { $ref: '#/$defs/x', $defs: { x: { type: ['string', 'null'] } } },
    { $ref: '#/$defs/x', $defs: { x: { type: 'string' } } },
    '/type',
  ],
]

describe.each(PAIRS)('%s', (_title, wide, narrow, pointer) => {
  const at = `/channels/a/messages/m/payload${pointer}`
  it('narrowed breaks who publishes, and not who receives', () => {
    expect(short(changes({ schema: wide, action: 'receive' }, { schema: narrow, action: 'receive' }))).toEqual([
      `BREAKS schema-narrowed ${at}`,
    ])
    expect(short(changes({ schema: wide }, { schema: narrow }))).toEqual([`schema-narrowed ${at}`])
  })
  it('widened breaks who receives, and not who publishes', () => {
    expect(short(changes({ schema: narrow }, { schema: wide }))).toEqual([`BREAKS schema-widened ${at}`])
    expect(short(changes({ schema: narrow, action: 'receive' }, { schema: wide, action: 'receive' }))).toEqual([
      `schema-widened ${at}`,
    ])
  })
})

it('what cannot be compared and is not the same counts', () => {
  const [a, b] = [{ not: { const: 1 } }, { not: { const: 2 } }] as const
  expect(changes({ schema: a }, { schema: a })).toEqual([])
  expect(short(changes({ schema: a }, { schema: b }))).toContain('BREAKS schema-widened /channels/a/messages/m/payload')
})

it('recursive schemas end', () => {
  const tree = (type: string): JsonSchema => ({
    $ref: '#/$defs/t',
    $defs: { t: { type: 'object', properties: { v: { type }, next: { $ref: '#/$defs/t' } } } },
  })
  expect(changes({ schema: tree('string') }, { schema: tree('string') })).toEqual([])
  expect(changes({ schema: tree('string') }, { schema: tree('number') }).length).toBeGreaterThan(0)
})

it('a new optional property breaks nobody', () => {
  expect(changes({ schema: object({}) }, { schema: object({ a: { type: 'string' } }) })).toEqual([])
})
