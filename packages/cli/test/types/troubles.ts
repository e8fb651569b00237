import type { Contract } from '@hydrant/contract'
import { contractOf, messagesOf, sending } from './contract-of.ts'

const twentySix = Array.from({ length: 26 }, (_one, index) => String.fromCodePoint(97 + index))

const oddNames = JSON.parse(
  JSON.stringify(
    Object.fromEntries(
      [
        'constructor',
        'toString',
        'hasOwnProperty',
        'valueOf',
        'new',
        'get',
        'set',
        'static',
        'readonly',
        'async',
        'any',
        'default',
      ]
        .concat([
          '',
          ' ',
          '1',
          '1.0',
          '-0',
          '00',
          'a-b',
          "it's",
          '"',
          '\\',
          '\\u',
          'новый',
          '价格',
          '🙂',
          '\u2028',
          '\0',
          '\ud800',
          'a\nb',
          '*/',
          '//',
          '`${x}`',
        ])
        .map((name) => [name, { type: 'string', description: `the ${name} */ one` }]),
    ),
  ).replace('{', '{"__proto__":{"type":"number"},'),
) as Record<string, unknown>

/** Contracts with what breaks generators, each with the trouble for a name. */
export const troubles: Readonly<Record<string, Contract>> = {
  'recursive schemas': sending(
    {
      tree: { $ref: '#/components/schemas/Tree' },
      json: { $ref: '#/components/schemas/Json' },
      list: { type: 'object', properties: { next: { $ref: '#' } } },
    },
    {
      Tree: {
        type: 'object',
        required: ['name'],
        properties: { name: { type: 'string' }, kids: { type: 'array', items: { $ref: '#/components/schemas/Tree' } } },
      },
      Json: {
        oneOf: [
          { type: ['string', 'number', 'boolean', 'null'] },
          { type: 'array', items: { $ref: '#/components/schemas/Json' } },
          { type: 'array', prefixItems: [{ $ref: '#/components/schemas/Json' }], minItems: 1 },
          { type: 'object', additionalProperties: { $ref: '#/components/schemas/Json' } },
        ],
      },
    },
  ),
  'references in a circle': sending(
    {
      a: { $ref: '#/components/schemas/A' },
      c: { $ref: '#/components/schemas/C' },
      e: { $ref: '#/components/schemas/E' },
    },
    {
      A: { $ref: '#/components/schemas/B' },
      B: { $ref: '#/components/schemas/A' },
      C: { oneOf: [{ type: 'string' }, { $ref: '#/components/schemas/D' }] },
      D: { oneOf: [{ type: 'number' }, { $ref: '#/components/schemas/C' }] },
      E: {
        allOf: [
          { $ref: '#/components/schemas/E' },
          { type: 'object', properties: { e: { $ref: '#/components/schemas/E' } } },
        ],
      },
    },
  ),
  'names of everything': sending({
    ...oddNamed(),
    odd: { type: 'object', properties: oddNames, required: ['__proto__', 'constructor', 'missing'] },
  }),
  'objects beside an index': sending({
    a: {
      type: 'object',
      properties: { n: { type: 'number' }, s: { type: 'string' } },
      required: ['n'],
      additionalProperties: { type: 'boolean' },
    },
    b: {
      type: 'object',
      patternProperties: { '^x-': { type: 'string' } },
      properties: { n: { type: 'integer' } },
      additionalProperties: false,
    },
    c: { type: 'object', properties: oddNames, additionalProperties: { type: 'null' } },
    d: { type: 'object', additionalProperties: false },
    e: { type: 'object', properties: { a: true, b: false }, additionalProperties: true, required: ['z'] },
  }),
  'fixed values': sending({
    mixed: { enum: ['a', 1, -1.5, 1e21, null, true, { x: [1, 'y', {}] }, [], "it's\n"] },
    filtered: { type: 'string', enum: ['a', 1, null] },
    none: { enum: [] },
    constant: { const: { deep: [{ $ref: '#/$defs/x' }] } },
    nullable: { type: 'string', nullable: true, enum: ['a'] },
  }),
  'a choice of 26': sending({
    choice: {
      type: 'object',
      required: ['kind'],
      oneOf: twentySix.map((kind) => ({
        type: 'object',
        properties: { kind: { const: kind }, [kind]: { type: 'number' } },
      })),
    },
    required: {
      type: 'object',
      properties: Object.fromEntries(twentySix.map((name) => [name, { type: 'string' }])),
      anyOf: twentySix.map((name) => ({ required: [name] })),
    },
    multiplied: {
      allOf: Array.from({ length: 6 }, (_one, depth) => ({
        oneOf: twentySix.map((kind) => ({ type: 'object', properties: { [`${kind}${depth}`]: { const: kind } } })),
      })),
    },
    'long strings': {
      allOf: [0, 1].map(() => ({ enum: Array.from({ length: 500 }, (_one, index) => `value ${index}`) })),
    },
  }),
  'tuples and arrays': sending({
    old: { type: 'array', items: [{ type: 'string' }, { enum: ['a', 'b'] }], additionalItems: false },
    level: { type: 'array', prefixItems: [{ type: 'string' }, { type: 'number' }], items: false, minItems: 2 },
    rest: { type: 'array', prefixItems: [{ type: ['string', 'null'] }], items: { type: ['number', 'boolean'] } },
    wide: {
      type: 'array',
      prefixItems: twentySix.map(() => ({
        oneOf: [{ type: 'object', properties: { a: { type: 'string' } } }, { type: 'number' }],
      })),
    },
    mixed: {
      type: 'array',
      items: {
        oneOf: [
          { type: 'object', properties: { a: {} } },
          { allOf: [{ properties: { b: {} } }, { properties: { c: {} } }] },
        ],
      },
    },
  }),
  'comments that want to end': contractOf({
    info: { title: 'Evil */\nexport const x = 1 //\u2028alert(1)', version: '1 */' },
    channels: {
      a: {
        address: '/a/{p}',
        description: '*/ } evil\r\n\r\n* / */',
        parameters: { p: { enum: ["'", '*/', ''], description: '*/' } },
        messages: {
          m: {
            description: '*/ boom',
            deprecated: true,
            payload: {
              type: 'object',
              description: '*/',
              properties: { a: { description: 'one\n */\n@deprecated', deprecated: true } },
            },
          },
        },
      },
    },
  }),
  'text of the document that other generators run': sending({
    a: {
      type: 'object',
      tsType: 'boom',
      properties: { b: { tsType: 'boom', existingJavaType: 'boom', title: 'x } boom' } },
    },
  }),
  '105 messages': sending(
    Object.fromEntries(
      Array.from({ length: 105 }, (_one, index) => [
        `message ${index}`,
        { type: 'object', properties: { id: { const: index }, shared: { $ref: '#/components/schemas/Shared' } } },
      ]),
    ),
    { Shared: { type: 'object', properties: { value: { type: 'string' } } } },
  ),
  'messages that are not JSON': contractOf({
    channels: {
      a: {
        address: '/a',
        messages: {
          t: { contentType: 'text/plain' },
          b: { contentType: 'image/png' },
          any: {},
          never: { payload: false },
        },
      },
    },
  }),
  'a deep schema': sending({ deep: nested(200) }),
}

function oddNamed(): Record<string, unknown> {
  const names = [
    '24hrTicker',
    '',
    '✨',
    '🙂🙂',
    '订单',
    'order_placed',
    'order-placed',
    'OrderPlaced',
    'Api',
    'error',
    'string',
    'Uint8Array',
    '__proto__',
    'constructor',
    "it's",
    '*/',
  ]
  return Object.fromEntries(
    names.map((name, index) => [name, { type: 'object', properties: { [`p${index}`]: { type: 'string' } } }]),
  )
}

function nested(depth: number): object {
  return depth === 0
    ? { type: 'string' }
    : { type: 'object', properties: { a: { oneOf: [nested(depth - 1), { type: 'null' }] } } }
}

/** The same message names with other payloads in two channels, and one that is the same. */
export const twoChannels: Contract = contractOf({
  channels: {
    trades: {
      address: '/trades',
      messages: messagesOf({
        tick: { type: 'object', properties: { price: { type: 'number' } } },
        halt: { const: 'halt' },
      }),
    },
    quotes: {
      address: '/quotes',
      messages: messagesOf({
        tick: { type: 'object', properties: { bid: { type: 'number' } } },
        halt: { const: 'halt' },
      }),
    },
  },
})
