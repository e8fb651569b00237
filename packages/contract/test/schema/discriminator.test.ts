import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contractOf, documentOf, findings, nameOf, problems, setOf } from '../documents.ts'

const typed = (type: string, more: object = {}): object => ({
  payload: { type: 'object', required: ['type'], properties: { type: { const: type }, ...more } },
})

describe('the message a value is', () => {
  it('is told by a constant property', () => {
    const set = setOf({ a: typed('a', { x: { type: 'number' } }), b: typed('b') })
    expect(nameOf(set, { type: 'b' })).toBe('b')
    const wrong = set.check({ encoding: 'json', value: { type: 'a', x: 'no' } })
    expect(wrong).toMatchObject({ ok: false, message: { id: 'a' }, errors: [{ pointer: '/x' }] })
  })

  it('is not there when the constant is another: one error names what is allowed', () => {
    const set = setOf({ a: typed('a'), b: typed('b') })
    expect(problems(set, { type: 'c' })).toEqual(['/type: one of "a", "b", got "c" (string)'])
    expect(problems(set, {})).toEqual(['/type: one of "a", "b", got nothing'])
    expect(set.check({ encoding: 'json', value: { type: 'c' } })).not.toHaveProperty('message')
    expect(problems(set, { type: 'constructor' })).toEqual(['/type: one of "a", "b", got "constructor" (string)'])
    expect(problems(set, 'x')).toEqual(['/type: one of "a", "b", got nothing'])
  })

  it('is told by an enum, a nested property, a reference, allOf, or the type', () => {
    const components = {
      schemas: { kind: { enum: ['r1', 'r2'] }, base: { properties: { t: { const: 'base' } }, required: ['t'] } },
    }
    const set = setOf(
      {
        list: { payload: { type: 'array' } },
        ref: { payload: { type: 'object', required: ['t'], properties: { t: { $ref: '#/components/schemas/kind' } } } },
        all: { payload: { type: 'object', allOf: [{ $ref: '#/components/schemas/base' }] } },
        nested: {
          payload: {
            type: 'object',
            required: ['head'],
            properties: { head: { type: 'object', required: ['kind'], properties: { kind: { const: 1 } } } },
          },
        },
        text: { payload: { type: 'string' } },
      },
      { components },
    )
    expect([[], { t: 'r2' }, { t: 'base' }, { head: { kind: 1 } }, 'x'].map((value) => nameOf(set, value))).toEqual([
      'list',
      'ref',
      'all',
      'nested',
      'text',
    ])
    expect(nameOf(set, { head: { kind: 2 } })).toBeUndefined()
  })

  it('is told by a small combination of properties', () => {
    const message = (channel: string, event: string): object => ({
      payload: {
        type: 'object',
        required: ['channel', 'event'],
        properties: { channel: { const: channel }, event: { const: event } },
      },
    })
    const names = ['a', 'b', 'c'].flatMap((channel) => ['x', 'y', 'z'].map((event) => [channel, event] as const))
    const set = setOf(Object.fromEntries(names.map(([channel, event]) => [channel + event, message(channel, event)])))
    for (const [channel, event] of names) expect(nameOf(set, { channel, event })).toBe(channel + event)
    expect(problems(set, { channel: 'b', event: 'q' })).toHaveLength(1)
  })

  it('may lack an optional constant', () => {
    const set = setOf({
      a: { payload: { type: 'object', properties: { type: { const: 'a' }, x: { type: 'number' } } } },
      b: typed('b'),
    })
    expect(nameOf(set, { x: 1 })).toBe('a')
    expect(nameOf(set, { type: 'b' })).toBe('b')
  })

  it('may be of another type where the schema does not ask for an object', () => {
    const set = setOf({ a: { payload: { required: ['t'], properties: { t: { const: 'a' } } } }, b: typed('b') })
    expect(nameOf(set, 5)).toBe('a')
  })

  it('is the one that says most about the value, of several that are valid', () => {
    const set = setOf({
      anything: { payload: { type: 'object' } },
      result: { payload: { type: 'object', properties: { id: { type: 'number' }, result: {} } } },
      depth: { payload: { type: 'object', properties: { e: { const: 'depth' }, b: {} } } },
      trade: { payload: { type: 'object', properties: { e: { const: 'trade' }, p: {}, id: {} } } },
    })
    expect(nameOf(set, { e: 'trade', p: 1 })).toBe('trade')
    expect(nameOf(set, { e: 'depth', result: 1, id: 5 })).toBe('depth')
    expect(nameOf(set, { result: null, id: 5 })).toBe('result')
    expect(nameOf(set, { x: 1 })).toBe('anything')
  })

  it('is the first valid one in document order where nothing tells them apart, with an info', () => {
    const messages = { a: { payload: { required: ['x'] } }, b: { payload: { required: ['y'] } } }
    const set = setOf(messages)
    expect([{ y: 1 }, { x: 1, y: 1 }].map((value) => nameOf(set, value))).toEqual(['b', 'a'])
    expect(findings(documentOf(messages))).toEqual(['info message-ambiguous /channels/c'])
    expect(findings(documentOf({ a: typed('a'), b: typed('b'), any: {} }))).toEqual([])
  })

  it('is reported as the nearest one where none is valid', () => {
    const set = setOf({
      a: { payload: { type: 'object', required: ['x', 'y', 'z'] } },
      b: { payload: { type: 'object', required: ['p'], properties: { p: { type: 'number' } } } },
    })
    expect(set.check({ encoding: 'json', value: { p: 'no' } })).toMatchObject({
      message: { id: 'b' },
      errors: [{ pointer: '/p' }],
    })
    expect(set.check({ encoding: 'json', value: { x: 1, y: 1 } })).toMatchObject({
      message: { id: 'a' },
      errors: [{ pointer: '/z' }],
    })
  })
})

describe('looking up instead of trying each', () => {
  const scalar = fc.constantFrom('a', 'b', 'c', 1, null, true)
  const property = fc.oneof(
    scalar.map((value) => ({ const: value })),
    fc.uniqueArray(scalar, { minLength: 1, maxLength: 3 }).map((values) => ({ enum: values })),
    fc.constant({}),
    fc.constant({ $ref: '#/components/schemas/k' }),
    scalar.map((value) => ({ type: 'object', properties: { n: { const: value } }, required: ['n'] })),
  )
  const plain = fc.record(
    {
      type: fc.constantFrom('object', 'array', 'string', ['object', 'null']),
      properties: fc.dictionary(fc.constantFrom('t', 'u', 'h'), property),
      required: fc.subarray(['t', 'u', 'h']),
    },
    { requiredKeys: [] },
  )
  const schema = fc.oneof(
    plain,
    fc.array(plain, { minLength: 1, maxLength: 3 }).map((oneOf) => ({ oneOf })),
    fc.tuple(plain, plain).map((allOf) => ({ allOf })),
    fc.tuple(plain, plain).map(([one, other]) => ({ ...one, anyOf: [other] })),
    plain.map((one) => ({ ...one, nullable: true })),
  )
  const value = fc.oneof(
    fc.dictionary(fc.constantFrom('t', 'u', 'h'), fc.oneof(scalar, fc.record({ n: scalar }))),
    fc.constantFrom([], 'x', null),
  )

  it('finds a valid message whenever there is one, for any schemas and values', () => {
    const parts = { components: { schemas: { k: { enum: ['a', 'b'] } } } }
    fc.assert(
      fc.property(
        fc.array(schema, { minLength: 1, maxLength: 5 }),
        fc.array(value, { minLength: 1, maxLength: 10 }),
        (schemas, values) => {
          const messages = Object.fromEntries(schemas.map((payload, index) => [`m${index}`, { payload }]))
          const { all } = contractOf(documentOf(messages, parts)).channels[0]!
          for (const one of values) {
            const valid = Object.keys(messages).filter((name) => all.check({ encoding: 'json', value: one }, name).ok)
            expect(valid.length === 0 ? [undefined] : valid).toContain(nameOf(all, one))
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})
