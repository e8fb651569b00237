import { describe, expect, it } from 'vitest'

import type { JsonSchema } from '@hydrant/contract'
import { exampleOfPattern } from '../../src/page/example-pattern.ts'
import { examplesOf } from '../../src/page/message-example.ts'
import { contractOf } from './market-contract.ts'

/** The example that the page would show for a schema, and the contract's own word on it. */
function exampleFor(schema: JsonSchema): { payload: unknown; accepted: boolean } {
  const contract = contractOf({
    asyncapi: '3.0.0',
    info: { title: 'T', version: '1' },
    channels: { c: { address: '/c', messages: { m: { payload: schema } } } },
    operations: { o: { action: 'send', channel: { $ref: '#/channels/c' } } },
  })
  const channel = contract.channels[0]!
  const [example] = examplesOf(channel, channel.messages[0]!)
  const accepted = channel.all.check({ encoding: 'json', value: example?.payload }, 'm').ok
  expect(example?.valid).toBe(accepted)
  expect(example?.fromDocument).toBe(false)
  return { payload: example?.payload, accepted }
}

describe('a generated example is valid against its schema', () => {
  const schemas: Record<string, JsonSchema> = {
    'an integer between limits': { type: 'integer', minimum: 10, maximum: 12 },
    'a number above an exclusive limit': { type: 'number', exclusiveMinimum: 5 },
    'a number inside a narrow range': { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 0.001 },
    'a multiple of a hundredth above one': { type: 'number', multipleOf: 0.01, minimum: 1.5 },
    'a negative multiple': { type: 'integer', multipleOf: 7, maximum: -3 },
    'a string of a length': { type: 'string', minLength: 12, maxLength: 13 },
    'a short string': { type: 'string', maxLength: 2 },
    'a string of a pattern': { type: 'string', pattern: String.raw`^[A-Z]{3}-\d{4}(\.[a-z]+)?$` },
    'a pattern with a length': { type: 'string', pattern: '^[a-z]+$', minLength: 5 },
    'a date and time': { type: 'string', format: 'date-time' },
    'a UUID': { type: 'string', format: 'uuid' },
    'an enum': { enum: ['b', 'a'] },
    'a constant': { const: { deep: [1, null] } },
    'two types': { type: ['null', 'integer'] },
    'distinct items': { type: 'array', items: { enum: ['a', 'b', 'c'] }, minItems: 3, uniqueItems: true },
    'a tuple': { type: 'array', items: [{ type: 'string' }, { type: 'integer' }], additionalItems: false },
    'items that contain something': { type: 'array', contains: { const: 7 }, items: { type: 'integer' } },
    'a map': { type: 'object', additionalProperties: { type: 'integer' } },
    'a closed object': {
      type: 'object',
      properties: { a: { type: 'string' } },
      required: ['a'],
      additionalProperties: false,
    },
    'an object with some properties at least': { type: 'object', minProperties: 2 },
    'a base and what extends it': {
      allOf: [
        { type: 'object', required: ['a'], properties: { a: { type: 'integer', minimum: 3 } } },
        { properties: { a: { maximum: 3 }, b: { type: 'boolean' } }, required: ['b'] },
      ],
    },
    'exactly one alternative': {
      oneOf: [
        { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] },
        { type: 'object', properties: { b: { type: 'string' } }, required: ['b'], additionalProperties: false },
      ],
    },
    'an alternative that only the second candidate meets': {
      type: 'object',
      properties: { kind: { type: 'string' } },
      oneOf: [
        { properties: { kind: { const: 'x' } }, not: {} },
        { properties: { kind: { const: 'y' } }, required: ['kind'] },
      ],
    },
    'an example of the schema’s own that does not fit': { type: 'string', enum: ['a'], examples: ['b'] },
    'a recursive schema': {
      $ref: '#/definitions/Node',
      definitions: {
        Node: {
          type: 'object',
          required: ['name', 'children'],
          properties: {
            name: { type: 'string' },
            parent: { $ref: '#/definitions/Node' },
            children: { type: 'array', items: { $ref: '#/definitions/Node' } },
          },
        },
      },
    },
    'properties named like the prototype’s': {
      allOf: [
        JSON.parse('{"required":["constructor"],"properties":{"constructor":{"type":"integer"}}}') as JsonSchema,
        JSON.parse('{"required":["__proto__"],"properties":{"__proto__":{"type":"integer"}}}') as JsonSchema,
      ],
    },
    'anything at all': true,
  }
  for (const [name, schema] of Object.entries(schemas)) {
    it(name, () => expect(exampleFor(schema)).toMatchObject({ accepted: true }))
  }

  it('is the schema’s own example where it has one', () => {
    expect(exampleFor({ type: 'integer', examples: [42] })).toEqual({ payload: 42, accepted: true })
  })

  it('is said to be wrong when nothing can be valid', () => {
    expect(exampleFor({ type: 'integer', minimum: 5, maximum: 4 })).toMatchObject({ accepted: false })
  })
})

describe('a string for a pattern', () => {
  it.each([
    [String.raw`^\d{2,4}$`, '11'],
    ['^(foo|bar)+$', 'foo'],
    ['^[^A-Z]$', 'a'],
    [String.raw`^\w+@\w+\.com$`, 'a@a.com'],
    [String.raw`[\]x]`, 'x'],
    ['^(?:a|b)?c$', 'ac'],
  ])('%s', (pattern, expected) => {
    expect(exampleOfPattern(pattern)).toBe(expected)
  })

  it.each(['^(?=a)b$', String.raw`^(a)\1$`, '^[', '(', 'a{9999}', '^a$b'])('gives up on %s', (pattern) => {
    expect(exampleOfPattern(pattern)).toBeUndefined()
  })
})
