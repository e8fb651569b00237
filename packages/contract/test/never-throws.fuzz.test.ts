import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type JsonObject, type JsonValue, readContract } from '../src/index.ts'
import { at, segmentsOf } from '../src/json.ts'
import { DOCUMENTS } from './fuzz-documents.ts'

const [seed, seed2] = DOCUMENTS as [JsonObject, JsonObject]

function pointersOf(value: JsonValue, pointer = ''): string[] {
  if (typeof value !== 'object' || value === null) return [pointer]
  return [
    pointer,
    ...Object.entries(value).flatMap(([key, inner]) =>
      pointersOf(inner, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`),
    ),
  ]
}

function mutated(source: JsonObject, changes: readonly { pointer: string; value: unknown }[]): unknown {
  const copy = structuredClone(source)
  for (const { pointer, value } of changes) {
    const segments = segmentsOf(pointer)
    const last = segments.pop()
    const parent = at(
      copy,
      segments.map((segment) => `/${segment.replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''),
    )
    if (last === undefined || typeof parent !== 'object' || parent === null) continue
    if (value === undefined) delete (parent as Record<string, unknown>)[last]
    else (parent as Record<string, unknown>)[last] = structuredClone(value)
  }
  return copy
}

const junk = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    true,
    0,
    -1,
    Infinity,
    '',
    'x',
    [],
    {},
    [null],
    { $ref: '#' },
    { $ref: '#/' },
    { $ref: '#/channels' },
    { $ref: '#/components/schemas/s' },
    { $ref: 'x.yaml' },
    { $ref: 5 },
    '/{',
    '../x',
    '(a+)+$',
    '__proto__',
    { constructor: null },
    { oneOf: [{ oneOf: [] }] },
  ),
  fc.constantFrom(...pointersOf(seed)).map((pointer) => ({ $ref: `#${pointer}` })),
  fc.jsonValue({ maxDepth: 2 }),
)
const change = (source: JsonObject): fc.Arbitrary<{ pointer: string; value: unknown }> =>
  fc.record({ pointer: fc.constantFrom(...pointersOf(source)), value: junk })

/** Does everything a server does with a contract. False when nothing could be served and no error says why. */
function use(source: string | object): boolean {
  const { contract, diagnostics } = readContract(source)
  if (contract === undefined) return diagnostics.some(({ severity }) => severity === 'error')
  JSON.stringify(contract.document)
  contract.match('/c/a')
  for (const channel of contract.channels) {
    contract.match(channel.address.replaceAll(/[{}]/g, ''))
    channel.checkHandshake(new URLSearchParams('q=1&q=x&a'), () => '1')
    channel.keyOf({ id: 1 })
    for (const message of channel.messages) JSON.stringify(message)
    for (const set of [channel.all, channel.toClients, channel.fromClients]) {
      set.check({ encoding: 'text', value: 'x' })
      set.check({ encoding: 'binary', value: new Uint8Array() })
      for (const value of [null, 1, 'x', [], { id: 1 }, { id: '1', s: { s: { id: 'x' } }, p: 'a' }])
        set.check({ encoding: 'json', value })
      if (typeof set.acceptsArray !== 'boolean') return false
    }
  }
  return true
}

it.each([
  ['3.0', seed],
  ['2.6', seed2],
])('a mutated %s document never throws, as an object, as JSON and as YAML', (_version, source) => {
  fc.assert(
    fc.property(fc.array(change(source), { minLength: 1, maxLength: 4 }), (changes) => {
      const document = mutated(source, changes) as object
      expect(use(document)).toBe(true)
      expect(use(JSON.stringify(document))).toBe(true)
      expect(use(`# yaml\n${JSON.stringify(document)}`)).toBe(true)
    }),
    { numRuns: 250 },
  )
})

it('random text and random JSON never throw', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.json(),
        fc.string({
          unit: fc.constantFrom(
            'a',
            ':',
            ' ',
            '\n',
            '-',
            '{',
            '}',
            '[',
            '&x',
            '*x',
            '"',
            "'",
            '|',
            '>',
            '#',
            '?',
            '!',
            '<<',
          ),
        }),
      ),
      (text) => {
        expect(use(text)).toBe(true)
        expect(use(`asyncapi: 3.0.0\n${text}`)).toBe(true)
      },
    ),
    { numRuns: 500 },
  )
})

it('random values as documents never throw', () => {
  fc.assert(
    fc.property(
      fc.anything({
        withBigInt: true,
        withDate: true,
        withMap: true,
        withNullPrototype: true,
        withSparseArray: true,
        withTypedArray: true,
      }),
      (value) => {
        expect(use(Object(value) as object)).toBe(true)
        expect(
          use({
            asyncapi: '3.0.0',
            info: value,
            channels: {
              a: value,
              b: { address: '/b', messages: value },
              c: { address: '/c', messages: { m: value, n: { payload: value } } },
            },
            operations: value,
            components: value,
            servers: value,
          }),
        ).toBe(true)
      },
    ),
    { numRuns: 400 },
  )
})

it('deep nesting never overflows the stack', () => {
  for (const text of [
    '['.repeat(50_000),
    `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
    `asyncapi: 3.0.0\nx: ${'['.repeat(5_000)}${']'.repeat(5_000)}`,
    `{"asyncapi":"3.0.0","x":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}`,
  ])
    expect(use(text)).toBe(true)
  let payload: object = { type: 'number' }
  for (let level = 0; level < 5_000; level += 1) payload = { allOf: [payload] }
  expect(
    use({
      asyncapi: '3.0.0',
      info: { title: 'x', version: '1' },
      channels: { c: { address: '/c', messages: { m: { payload } } } },
    }),
  ).toBe(true)
  const schemas = Object.fromEntries(
    Array.from({ length: 5_000 }, (_, index) => [`s${index}`, { $ref: `#/components/schemas/s${index + 1}` }]),
  )
  expect(
    use({
      asyncapi: '3.0.0',
      info: { title: 'x', version: '1' },
      channels: { c: { address: '/c', messages: { m: { payload: { $ref: '#/components/schemas/s0' } } } } },
      components: { schemas: { ...schemas, s5000: { type: 'number' } } },
    }),
  ).toBe(true)
})
