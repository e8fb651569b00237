import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import fc from 'fast-check'
import { Check } from 'typebox/schema'
import { describe, expect, it } from 'vitest'
import type { JsonSchema } from '../../src/index.ts'
import { problems, setFor } from '../documents.ts'

/** What ajv says. `unicodeRegExp` is on by default, `strict` off: unknown keywords are annotations. */
function ajvSays(schema: object, value: unknown): boolean {
  return new Ajv2020({ strict: false, validateFormats: false, logger: false }).compile(schema)(value)
}

const key = fc.constantFrom('a', 'b', 'c', 'constructor')
const scalar = fc.constantFrom<unknown>('a', 'b', 'ab', '', 0, 1, 2, -1, 1.5, true, false, null)
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
}))

const count = fc.integer({ min: 0, max: 3 })
const { schema } = fc.letrec<{ schema: JsonSchema; keywords: JsonSchema }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.constantFrom(true, false, {}),
    tie('keywords'),
    fc.constantFrom({ $ref: '#/$defs/d' }, { $ref: '#/$defs/r' }),
  ),
  keywords: fc
    .record(
      {
        type: fc.oneof(
          fc.constantFrom('object', 'array', 'string', 'number', 'integer', 'boolean', 'null'),
          fc.subarray(['object', 'string', 'number', 'array'], { minLength: 1 }),
        ),
        const: value,
        enum: fc
          .array(value, { minLength: 1, maxLength: 3 })
          .filter((values) => new Set(values.map((one) => JSON.stringify(one))).size === values.length),
        minimum: count,
        maximum: count,
        exclusiveMinimum: count,
        exclusiveMaximum: count,
        multipleOf: fc.constantFrom(1, 2, 0.5),
        minLength: count,
        maxLength: count,
        pattern: fc.constantFrom('a', '^a', 'b$', '^(a|b)+$', '^(?!a)'),
        properties: fc.dictionary(key, tie('schema'), { maxKeys: 3, noNullPrototype: true }),
        patternProperties: fc.dictionary(fc.constantFrom('^a', 'b', '.'), tie('schema'), {
          maxKeys: 2,
          noNullPrototype: true,
        }),
        additionalProperties: tie('schema'),
        propertyNames: tie('schema'),
        required: fc.uniqueArray(key, { maxLength: 2 }),
        minProperties: count,
        maxProperties: count,
        dependentRequired: fc.dictionary(key, fc.uniqueArray(key, { maxLength: 2 }), {
          maxKeys: 1,
          noNullPrototype: true,
        }),
        dependentSchemas: fc.dictionary(key, tie('schema'), { maxKeys: 1, noNullPrototype: true }),
        prefixItems: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }),
        items: tie('schema'),
        contains: tie('schema'),
        minItems: count,
        maxItems: count,
        uniqueItems: fc.boolean(),
        allOf: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }),
        anyOf: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }),
        oneOf: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }),
        not: tie('schema'),
        if: tie('schema'),
        // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
        then: tie('schema'),
        else: tie('schema'),
      },
      { requiredKeys: [] },
    )
    .map((all) => thin(all)),
}))

/** Few keywords at a time: a schema with all of them accepts nothing. */
function thin(all: Record<string, unknown>): JsonSchema {
  const names = Object.keys(all)
  return Object.fromEntries(
    names.filter((_, index) => (index * 7 + names.length) % 5 === 0).map((name) => [name, all[name]]),
  ) as JsonSchema
}

const definitions = { d: { type: 'string' }, r: { type: 'object', properties: { a: { $ref: '#/$defs/r' } } } }

/**
 * Where the answers differ on purpose, so that the generator leaves it out:
 * - `multipleOf` is decimal here: 54350.4 is a multiple of 0.01; ajv and typebox divide in binary.
 * - `nullable: true` accepts null whatever stands beside it; ajv wants `type` beside it, typebox does not know it.
 * - `required: ['constructor']` asks for an own property; typebox agrees, ajv only with `ownProperties`.
 * - `format` is checked with typebox's functions; ajv-formats is stricter or laxer in places (listed below).
 * - `unevaluatedProperties` with a property called `constructor`: ajv takes it for evaluated (it reads the prototype); we do not.
 * - `unevaluatedProperties` says nothing about arrays; typebox 1.4.3 applies it to them.
 * - `uniqueItems` compares all own properties; typebox 1.4.3 takes `{}` and `{ constructor: 'a' }` for the same. Ajv agrees with us.
 * - Values nested deeper than 64 levels are refused.
 */
describe('random schemas and values', () => {
  it('are judged as by ajv and by typebox', () => {
    let accepted = 0
    fc.assert(
      fc.property(schema, fc.array(value, { minLength: 1, maxLength: 6 }), (one, values) => {
        const whole = (one === true || one === false ? { allOf: [one] } : { ...one }) as Record<string, unknown>
        whole['$defs'] = definitions
        const set = setFor(whole)
        const ajv = new Ajv2020({ strict: false, validateFormats: false, logger: false, ownProperties: true }).compile(
          whole,
        )
        for (const each of values) {
          const errors = problems(set, each)
          const ours = errors.length === 0
          accepted += ours ? 1 : 0
          expect([whole, each, ours]).toEqual([whole, each, ajv(each)])
          if (isMisjudgedByTypebox(whole, each)) continue
          expect([whole, each, 'typebox', ours]).toEqual([whole, each, 'typebox', Check(whole, each)])
        }
      }),
      { numRuns: 250 },
    )
    expect(accepted).toBeGreaterThan(100)
  })

  it('also with unevaluatedProperties and unevaluatedItems', () => {
    const part = fc.record(
      {
        properties: fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom(true, { type: 'number' }), {
          noNullPrototype: true,
        }),
        required: fc.subarray(['a', 'b']),
      },
      { requiredKeys: [] },
    )
    const whole = fc.record(
      {
        allOf: fc.array(part, { minLength: 1, maxLength: 2 }),
        anyOf: fc.array(part, { minLength: 1, maxLength: 2 }),
        properties: fc.constant({ c: true }),
        unevaluatedProperties: fc.constantFrom(false, { type: 'string' }),
        prefixItems: fc.constant([true]),
        unevaluatedItems: fc.constant(false),
      },
      { requiredKeys: ['unevaluatedProperties'] },
    )
    fc.assert(
      fc.property(
        whole,
        value.filter((each) => !JSON.stringify(each).includes('constructor')),
        (one, each) => {
          expect([one, each, problems(setFor(one), each).length === 0]).toEqual([one, each, ajvSays(one, each)])
        },
      ),
      { numRuns: 100 },
    )
  })
})

it('objects that differ by a property called constructor are unique', () => {
  const values: readonly unknown[] = [{}, { constructor: 'a' }]
  expect(problems(setFor({ uniqueItems: true }), values)).toEqual([])
  expect(ajvSays({ uniqueItems: true }, values)).toBe(true)
})

function isMisjudgedByTypebox(judged: object, instance: unknown): boolean {
  return JSON.stringify(judged).includes('"uniqueItems":true') && JSON.stringify(instance).includes('"constructor"')
}

describe('formats', () => {
  const ajv = new Ajv2020({ strict: false, logger: false })
  addFormats.default(ajv)

  it.each([
    [
      'date-time',
      [
        '2024-02-29T12:00:00Z',
        '2023-02-29T12:00:00Z',
        '2024-01-01T25:00:00Z',
        '2024-01-01T00:00:00+01:00',
        '2024-01-01',
        'x',
      ],
    ],
    ['date', ['2024-02-29', '2023-02-29', '2024-13-01', 'x']],
    ['email', ['a@b.test', 'a', '@b', 'a@', 'a b@c.test']],
    ['uuid', ['123e4567-e89b-12d3-a456-426614174000', '123e4567', 'x']],
    ['ipv4', ['1.2.3.4', '256.1.1.1', '1.2.3', '']],
    ['ipv6', ['::1', '1::2::3', 'fe80::1%eth0', 'x']],
    ['uri', ['https://x.test/a?b#c', 'urn:a:b', '/relative', 'x y']],
    ['hostname', ['a.test', '-a.test', 'a'.repeat(64), 'a b']],
    ['json-pointer', ['', '/a/~0b', 'a', '/~2']],
    ['duration', ['P1D', 'PT1H', 'P', 'x']],
    ['time', ['12:00:00Z', '25:00:00Z', 'x']],
  ])('%s is judged as by ajv-formats', (format, texts) => {
    const set = setFor({ type: 'string', format })
    const check = ajv.compile({ type: 'string', format })
    expect(texts.map((text) => [text, problems(set, text).length === 0])).toEqual(
      texts.map((text) => [text, check(text)]),
    )
  })
})
