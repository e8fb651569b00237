import fc from 'fast-check'
import { expect, it } from 'vitest'
import { generateTypes } from '../../src/types/generate.ts'
import { compile } from './compile.ts'
import { sending } from './contract-of.ts'

/** A schema, and a value that was made to be valid against it. */
interface Sample {
  readonly schema: unknown
  readonly value: unknown
}

const scalar: fc.Arbitrary<Sample> = fc.oneof(
  fc
    .string({ unit: 'binary', maxLength: 4 })
    .map((value) => ({ schema: { type: 'string', description: value }, value })),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => ({ schema: { type: 'number' }, value })),
  fc.integer().map((value) => ({ schema: { type: ['integer', 'boolean'] }, value })),
  fc.boolean().map((value) => ({ schema: { type: 'boolean', deprecated: value }, value })),
  fc.constantFrom(
    { schema: { type: 'string', nullable: true }, value: null },
    { schema: {}, value: [1] },
    { schema: true, value: {} },
  ),
  fc
    .array(fc.oneof(fc.string({ unit: 'binary', maxLength: 3 }), fc.integer(), fc.constant(null), fc.boolean()), {
      minLength: 1,
      maxLength: 5,
    })
    .map((values) => ({ schema: { enum: values }, value: values[0] })),
  fc
    .jsonValue({ maxDepth: 2 })
    .filter((value) => !JSON.stringify(value).includes('__proto__'))
    .map((value) => ({ schema: { const: value }, value })),
  fc.constantFrom(0, 1, 2).map((depth) => ({ schema: { $ref: '#/components/schemas/Node' }, value: chain(depth) })),
)

const propertyName = fc
  .oneof(fc.string({ unit: 'binary', maxLength: 3 }), fc.constantFrom('a', 'b', 'constructor', 'new'))
  .filter((name) => name !== '__proto__')

const { sample } = fc.letrec<{ sample: Sample }>((tie) => ({
  sample: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    objectOf(tie('sample')),
    tie('sample').map(({ schema, value }) => ({ schema: { type: 'array', items: schema }, value: [value, value] })),
    fc
      .tuple(fc.array(tie('sample'), { minLength: 1, maxLength: 3 }), fc.nat(3), fc.boolean())
      .map(([items, least, closed]) => ({
        schema: {
          type: 'array',
          prefixItems: items.map(({ schema }) => schema),
          minItems: Math.min(least, items.length),
          ...(closed ? { items: false } : {}),
        },
        value: items.slice(0, least).map(({ value }) => value),
      })),
    fc
      .tuple(fc.array(tie('sample'), { minLength: 1, maxLength: 4 }), fc.constantFrom('anyOf', 'oneOf'))
      .map(([arms, keyword]) => ({
        schema: { [keyword]: arms.map(({ schema }) => schema) },
        value: arms[0]!.value,
      })),
    tie('sample').map(({ schema, value }) => ({
      schema: { type: 'object', additionalProperties: schema },
      value: { x: value, 'y z': value },
    })),
    fc.tuple(objectOf(tie('sample')), objectOf(tie('sample'))).map(([a, b]) => ({
      schema: { allOf: [a.schema, b.schema] },
      value: { ...(a.value as object), ...(b.value as object) },
    })),
  ),
}))

it('every random schema compiles, and every value that is valid has its type', async () => {
  const samples = fc.sample(sample, { numRuns: 400, seed: Number(process.env['SEED'] ?? 42) })
  const payloads = Object.fromEntries(samples.map(({ schema }, index) => [`m${index}`, schema]))
  const node = { type: 'object', required: ['v'], properties: { v: {}, next: { $ref: '#/components/schemas/Node' } } }
  const contract = sending(payloads, { Node: node })
  const [channel] = contract.channels
  const valid = samples.flatMap(({ value }, index) =>
    channel!.all.check({ encoding: 'json', value }, `m${index}`).ok ? [{ index, value }] : [],
  )
  // Some are made in vain: allOf with contradictions, oneOf with two arms that accept.
  expect(valid.length).toBeGreaterThan(200)
  const values = valid.map(
    ({ index, value }) => `export const v${index}: Api['/a']['receives']['m${index}'] = ${JSON.stringify(value)}`,
  )
  const errors = await compile({
    'api.ts': generateTypes(contract),
    'values.ts': `import type { Api } from './api.ts'\n${values.join('\n')}\n`,
  })
  expect(errors).toEqual([])
})

function objectOf(inner: fc.Arbitrary<Sample>): fc.Arbitrary<Sample> {
  return fc
    .tuple(
      fc.dictionary(propertyName, fc.tuple(inner, fc.boolean()), { maxKeys: 4, noNullPrototype: true }),
      fc.boolean(),
    )
    .map(([members, closed]) => {
      const entries = Object.entries(members)
      return {
        schema: {
          type: 'object',
          properties: Object.fromEntries(entries.map(([name, [member]]) => [name, member.schema])),
          required: entries.flatMap(([name, [, required]]) => (required ? [name] : [])),
          ...(closed ? { additionalProperties: false } : {}),
        },
        value: Object.fromEntries(entries.map(([name, [member]]) => [name, member.value])),
      }
    })
}

function chain(depth: number): object {
  return depth === 0 ? { v: 1 } : { v: 'x', next: chain(depth - 1) }
}
