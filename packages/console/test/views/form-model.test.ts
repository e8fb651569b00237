import { describe, expect, it } from 'vitest'

import {
  at,
  fieldKind,
  firstValue,
  hintOf,
  numberOf,
  resolveSchema,
  withAt,
} from '../../page/views/publish/form-model.ts'

describe('a form from a schema', () => {
  it.each([
    [{ type: 'string' }, 'text'],
    [{ type: ['integer', 'null'] }, 'number'],
    [{ type: ['integer', 'string'] }, 'json'],
    [{ enum: ['a'] }, 'choice'],
    [{ const: 'set' }, 'fixed'],
    [{ properties: { a: {} } }, 'object'],
    [{ type: 'object' }, 'json'],
    [{ type: 'array', items: { type: 'string' } }, 'array'],
    [{ type: 'array' }, 'json'],
    [{}, 'json'],
  ])('shows %j as %s', (schema, kind) => {
    expect(fieldKind(schema)).toBe(kind)
  })

  it('begins with what is required, and with what the schema proposes', () => {
    const schema = {
      type: 'object',
      required: ['type', 'side', 'price', 'by'],
      properties: {
        type: { const: 'set' },
        side: { enum: ['buy', 'sell'] },
        price: { type: 'number', default: 3 },
        by: { $ref: '#/$defs/Who' },
        note: { type: 'string' },
      },
      $defs: {
        Who: { type: 'object', required: ['name'], properties: { name: { type: 'string', examples: ['ann'] } } },
      },
    }
    expect(firstValue(schema, schema)).toEqual({ type: 'set', side: 'buy', price: 3, by: { name: 'ann' } })
  })

  it('ends on a schema that refers to itself', () => {
    const schema = {
      $ref: '#/$defs/A',
      $defs: {
        A: { type: 'object', required: ['a'], properties: { a: { $ref: '#/$defs/A' } } },
        B: { $ref: '#/$defs/B' },
      },
    }
    expect(JSON.stringify(firstValue(resolveSchema(schema, schema), schema)).length).toBeLessThan(200)
    expect(resolveSchema({ $ref: '#/$defs/B' }, schema)).toEqual({})
  })

  it('reads and writes at a pointer, without touching what it was given', () => {
    const data = { a: [{ 'b/c': 1 }], z: 1 }
    expect(at(data, '/a/0/b~1c')).toBe(1)
    expect(at(data, '/no/where')).toBeUndefined()
    expect(withAt(data, '/a/0/b~1c', 2)).toEqual({ a: [{ 'b/c': 2 }], z: 1 })
    expect(withAt(data, '/a/0', undefined)).toEqual({ a: [], z: 1 })
    expect(withAt(data, '/z', undefined)).toEqual({ a: [{ 'b/c': 1 }] })
    expect(withAt(data, '/new', true)).toEqual({ ...data, new: true })
    expect(Object.keys(withAt(data, '/a', 1) as object)).toEqual(['a', 'z'])
    expect(data).toEqual({ a: [{ 'b/c': 1 }], z: 1 })
  })

  it('keeps text that is no number, so that the server can refuse it at its field', () => {
    expect([numberOf('1.5'), numberOf(' 2 '), numberOf('1e3')]).toEqual([1.5, 2, 1_000])
    expect([numberOf('abc'), numberOf(''), numberOf('1e999'), numberOf('-')]).toEqual(['abc', '', '1e999', '-'])
  })

  it('says what a value has to be', () => {
    expect(hintOf({ type: 'number', exclusiveMinimum: 0, maximum: 5 })).toBe('number, more than 0, at most 5')
  })
})
