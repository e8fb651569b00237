import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/index.ts'
import { contractOf, documentOf, setFor } from '../documents.ts'

function normalized(settings: JsonObject, payload: object, value: unknown): unknown {
  const before = JSON.stringify(value)
  const result = setFor(payload, { 'x-hydrant': settings }).check({ encoding: 'json', value })
  expect(JSON.stringify(value)).toBe(before)
  return result.ok
    ? { value: result.value, changed: result.changed }
    : result.errors.map(({ pointer, expected, got }) => `${pointer}: ${expected}, got ${got}`)
}

const person = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    age: { type: 'integer', default: 7 },
    tags: { type: 'array', items: { type: 'object', properties: { t: { type: 'string' } } } },
  },
}

describe('without settings', () => {
  it('a valid value is the caller’s own object, unchanged', () => {
    const value = { name: 'a', more: 1 }
    const result = setFor(person).check({ encoding: 'json', value })
    expect(result).toMatchObject({ ok: true, changed: false })
    expect(result.ok && result.value).toBe(value)
  })
})

describe('unknown: strip', () => {
  const strip = { unknown: 'strip' }

  it('removes what no schema describes, at every depth', () => {
    expect(normalized(strip, person, { name: 'a', x: 1, tags: [{ t: 'b', y: 2 }, {}] })).toEqual({
      value: { name: 'a', tags: [{ t: 'b' }, {}] },
      changed: true,
    })
    expect(normalized(strip, person, { name: 'a' })).toEqual({ value: { name: 'a' }, changed: false })
  })

  it('keeps what allOf, references and the valid alternative describe', () => {
    const payload = {
      allOf: [{ properties: { a: {} } }, { $ref: '#/$defs/b' }],
      oneOf: [
        { properties: { kind: { const: 1 }, c: {} }, required: ['kind'] },
        { properties: { kind: { const: 2 }, d: {} }, required: ['kind'] },
      ],
      $defs: { b: { properties: { b: {} } } },
    }
    expect(normalized(strip, payload, { a: 1, b: 1, c: 1, d: 1, kind: 1 })).toEqual({
      value: { a: 1, b: 1, c: 1, kind: 1 },
      changed: true,
    })
  })

  it('keeps everything in an object whose schema names no property, and what additionalProperties allows', () => {
    expect(normalized(strip, { type: 'object' }, { a: { b: 1 } })).toEqual({ value: { a: { b: 1 } }, changed: false })
    expect(normalized(strip, { properties: { a: {} }, additionalProperties: true }, { b: 1 })).toMatchObject({
      changed: false,
    })
    expect(normalized(strip, { additionalProperties: { properties: { c: {} } } }, { b: { c: 1, d: 2 } })).toEqual({
      value: { b: { c: 1 } },
      changed: true,
    })
    expect(normalized(strip, { properties: {}, patternProperties: { '^x': {} } }, { x1: 1, y: 2 })).toEqual({
      value: { x1: 1 },
      changed: true,
    })
  })

  it('also removes what additionalProperties: false would refuse', () => {
    expect(normalized(strip, { properties: { a: {} }, additionalProperties: false }, { a: 1, b: 2 })).toEqual({
      value: { a: 1 },
      changed: true,
    })
    const payload = {
      oneOf: [
        { properties: { k: { const: 1 } }, required: ['k'], additionalProperties: false },
        { properties: { k: { const: 2 }, z: {} }, required: ['k'], additionalProperties: false },
      ],
    }
    expect(normalized(strip, payload, { k: 2, z: 1, q: 1 })).toEqual({ value: { k: 2, z: 1 }, changed: true })
  })

  it('reports an invalid value as it came', () => {
    expect(normalized(strip, person, { name: 1, x: 1 })).toEqual(['/name: string, got 1 (number)'])
  })
})

describe('unknown: reject', () => {
  it('refuses the message and names each property', () => {
    expect(normalized({ unknown: 'reject' }, person, { name: 'a', x: 1, tags: [{ y: 2 }] })).toEqual([
      '/x: no property "x", got 1 (number)',
      '/tags/0/y: no property "y", got 2 (number)',
    ])
    expect(normalized({ unknown: 'reject' }, person, { name: 'a' })).toMatchObject({ changed: false })
  })
})

describe('defaults: apply', () => {
  const apply = { defaults: 'apply' }

  it('fills in what is missing, at every depth, also from references', () => {
    const payload = {
      type: 'object',
      properties: {
        a: { default: { x: 1 } },
        b: { $ref: '#/$defs/b' },
        c: { type: 'object', properties: { d: { default: 1 } } },
      },
      $defs: { b: { default: 'B' } },
    }
    expect(normalized(apply, payload, { c: {} })).toEqual({
      value: { a: { x: 1 }, b: 'B', c: { d: 1 } },
      changed: true,
    })
    expect(normalized(apply, payload, { a: 0, b: null, c: { d: 0 } })).toMatchObject({ changed: false })
  })

  it('makes a required property with a default valid', () => {
    expect(normalized(apply, { ...person, required: ['age'] }, {})).toEqual({ value: { age: 7 }, changed: true })
  })

  it('gives every message its own copy', () => {
    const set = setFor({ type: 'object', properties: { a: { default: [] } } }, { 'x-hydrant': apply })
    const one = set.check({ encoding: 'json', value: {} })
    const other = set.check({ encoding: 'json', value: {} })
    expect(one.ok && other.ok && (one.value as { a: unknown }).a !== (other.value as { a: unknown }).a).toBe(true)
  })
})

describe('coerce: true', () => {
  const coerce = { coerce: true }

  it('turns texts into the numbers and booleans asked for, and scalars into texts', () => {
    const payload = {
      properties: { n: { type: 'number' }, i: { type: 'integer' }, b: { type: 'boolean' }, s: { type: 'string' } },
    }
    expect(normalized(coerce, payload, { n: '1.5e3', i: '-7', b: 'true', s: 12 })).toEqual({
      value: { n: 1500, i: -7, b: true, s: '12' },
      changed: true,
    })
    expect(normalized(coerce, payload, { s: false })).toEqual({ value: { s: 'false' }, changed: true })
  })

  it.each([['0x10'], [''], [' 1'], ['1 '], ['NaN'], ['Infinity'], ['1e999'], ['01'], ['1_0'], ['+1']])(
    'leaves %j, which is no JSON number',
    (text) => {
      expect(normalized(coerce, { type: 'number' }, text)).toEqual([`: number, got ${JSON.stringify(text)} (string)`])
    },
  )

  it('leaves what is allowed as it is', () => {
    expect(normalized(coerce, { type: ['string', 'number'] }, '1')).toMatchObject({ changed: false })
    expect(normalized(coerce, { anyOf: [{ type: 'number' }, { type: 'string' }] }, '1')).toMatchObject({
      value: '1',
      changed: false,
    })
    expect(normalized(coerce, { anyOf: [{ type: 'number' }, { type: 'null' }] }, '1')).toEqual({
      value: 1,
      changed: true,
    })
    expect(normalized(coerce, { const: 5 }, '5')).toEqual({ value: 5, changed: true })
  })
})

describe('settings', () => {
  it('of a message override the channel’s, which override the root’s', () => {
    const messages = {
      a: { payload: { ...person, required: ['name'] }, 'x-hydrant': { unknown: 'keep' } },
      b: { payload: { type: 'object', required: ['q'], properties: { q: {} } } },
    }
    const document = documentOf(messages, { 'x-hydrant': { unknown: 'reject' } })
    ;(document['channels'] as { c: JsonObject })['c']['x-hydrant'] = { unknown: 'strip' }
    const { all } = contractOf(document).channels[0]!
    expect(all.check({ encoding: 'json', value: { name: 'x', y: 1 } })).toMatchObject({ changed: false })
    expect(all.check({ encoding: 'json', value: { q: 1, y: 1 } })).toMatchObject({ changed: true, value: { q: 1 } })
  })
})

describe('[C14] any value', () => {
  it('is never changed in place, pollutes nothing, and is normalized once for all', () => {
    const settings = { unknown: 'strip', defaults: 'apply', coerce: true }
    const schema = {
      type: 'object',
      properties: {
        a: { type: 'number', default: 1 },
        __proto__: { type: 'object' },
        child: { $ref: '#/components/schemas/node' },
        constructor: { type: 'string' },
      },
    }
    const set = setFor(
      { $ref: '#/components/schemas/node' },
      { components: { schemas: { node: JSON.parse(JSON.stringify(schema)) as JsonObject } }, 'x-hydrant': settings },
    )
    const key = fc.constantFrom('a', 'b', '__proto__', 'constructor', 'child', 'toString')
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(1, '1', null, true),
        fc
          .array(fc.tuple(key, tie('tree')))
          .map(
            (entries) =>
              JSON.parse(
                `{${entries.map(([name, inner]) => `${JSON.stringify(name)}:${JSON.stringify(inner)}`).join(',')}}`,
              ) as unknown,
          ),
      ),
    }))
    fc.assert(
      fc.property(tree, (value) => {
        const before = JSON.stringify(value)
        const once = set.check({ encoding: 'json', value })
        expect(JSON.stringify(value)).toBe(before)
        expect(Object.keys(Object.prototype)).toEqual([])
        const again = once.ok ? set.check({ encoding: 'json', value: once.value }) : once
        expect(again.ok && again.changed).toBe(false)
        expect(Object.getPrototypeOf(again.ok ? Object(again.value) : {})).not.toHaveProperty('polluted')
      }),
      { numRuns: 500 },
    )
  })
})
