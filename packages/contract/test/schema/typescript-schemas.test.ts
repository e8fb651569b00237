import { Type } from 'typebox'
import { describe, expect, it } from 'vitest'
import { ContractError, type StandardSchema, defineContract, readContract } from '../../src/index.ts'
import { contractOf, documentOf, findings, problems } from '../documents.ts'

/** What zod and its like make: an object (with functions) that carries the interface. */
function standard(validate: StandardSchema['~standard']['validate'], more: object = {}): StandardSchema {
  return { '~standard': { version: 1, vendor: 'test', validate, ...more } }
}

const even = standard((value) =>
  typeof value === 'number' && value % 2 === 0 ? { value } : { issues: [{ message: 'an even number' }] },
)

describe('a Standard Schema object', () => {
  it('checks the payload where it stands in the document', () => {
    const set = contractOf(documentOf({ m: { payload: even } })).channels[0]!.all
    expect(problems(set, 2)).toEqual([])
    expect(problems(set, 3)).toEqual([': an even number, got 3'])
  })

  it('gives the path of each issue, and may be a function', () => {
    const callable = Object.assign(
      () => undefined,
      standard(() => ({ issues: [{ message: 'a name', path: ['a', { key: 0 }] }, { message: 'else' }] })),
    )
    const set = contractOf(documentOf({ m: { payload: callable } })).channels[0]!.all
    expect(problems(set, { a: ['x'] })).toEqual(['/a/0: a name, got "x"', ': else, got {"a":["x"]}'])
  })

  it('may transform: that counts as normalization', () => {
    const trimmed = standard((value) => ({ value: String(value).trim() }))
    const set = contractOf(documentOf({ m: { payload: trimmed } })).channels[0]!.all
    expect(set.check({ encoding: 'json', value: ' a ' })).toMatchObject({ ok: true, value: 'a', changed: true })
    expect(set.check({ encoding: 'json', value: 'a' })).toMatchObject({ ok: true, value: 'a', changed: false })
  })

  it('that throws or is asynchronous makes the message invalid, and says so', () => {
    const throwing = standard(() => {
      throw new Error('boom')
    })
    const asynchronous = standard((value) => Promise.resolve({ value }))
    const expectation = (payload: StandardSchema): string =>
      problems(contractOf(documentOf({ m: { payload } })).channels[0]!.all, 1)[0]!
    expect(expectation(throwing)).toContain('it threw "boom"')
    expect(expectation(asynchronous)).toContain('a schema that answers synchronously')
  })

  it('is described in the served document by its own JSON Schema, or by its vendor', () => {
    const described = standard((value) => ({ value }), { jsonSchema: { input: () => ({ type: 'number' }) } })
    const contract = contractOf(documentOf({ a: { payload: described }, b: { payload: even } }))
    const { messages } = contract.channels[0]!
    expect(messages.map(({ payloadSchema }) => payloadSchema)).toEqual([{ type: 'number' }, true])
    expect(JSON.parse(JSON.stringify(contract.document))).toMatchObject({
      channels: {
        c: {
          messages: {
            a: { payload: { type: 'number' } },
            b: { payload: { description: 'Checked by a test schema.' } },
          },
        },
      },
    })
  })
})

describe('a TypeBox schema', () => {
  const order = Type.Object({
    id: Type.Integer(),
    side: Type.Union([Type.Literal('buy'), Type.Literal('sell')]),
    note: Type.Optional(Type.String()),
  })

  it('is a payload like any JSON Schema', () => {
    const set = contractOf(documentOf({ m: { payload: order } })).channels[0]!.all
    expect(problems(set, { id: 1, side: 'buy' })).toEqual([])
    expect(problems(set, { id: 'x', side: 'hold' })).toEqual([
      '/id: integer, got "x" (string)',
      '/side: "buy" or "sell", got "hold" (string)',
    ])
  })

  it('may be recursive', () => {
    const tree = Type.Cyclic(
      { Tree: Type.Object({ value: Type.Number(), children: Type.Array(Type.Ref('Tree')) }) },
      'Tree',
    )
    const set = contractOf(documentOf({ m: { payload: tree } })).channels[0]!.all
    expect(problems(set, { value: 1, children: [{ value: 2, children: [] }] })).toEqual([])
    expect(problems(set, { value: 1, children: [{ value: 'x', children: [] }] })).toEqual([
      '/children/0/value: number, got "x" (string)',
    ])
  })

  it('may replace what a document says, by the message’s name or key', () => {
    const yaml = `
asyncapi: 3.0.0
info: { title: x, version: '1' }
channels: { c: { address: /c, messages: { m: { name: order } } } }
`
    for (const name of ['m', 'order']) {
      const { contract } = readContract(yaml, { payloads: { [name]: order } })
      expect(problems(contract!.channels[0]!.all, { id: 1 })).toEqual(['/side: a value (required), got nothing'])
      expect(JSON.stringify(contract!.document)).toContain('"side"')
    }
    expect(findings(yaml, { payloads: { none: order } })).toContain('error payload-unused ')
  })
})

describe('defineContract', () => {
  it('gives the contract, and throws its errors', () => {
    expect(defineContract(documentOf({ m: { payload: even } })).channels).toHaveLength(1)
    const wrong = (): unknown => defineContract(documentOf({ m: { payload: { $ref: '#/none' } } }))
    expect(wrong).toThrow(ContractError)
    expect(wrong).toThrow(/1 error\.\n\/channels\/c\/messages\/m\/payload\/\$ref: "#\/none" leads nowhere/)
  })
})
