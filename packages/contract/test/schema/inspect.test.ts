import { describe, expect, it } from 'vitest'
import { documentOf, findings, withCode } from '../documents.ts'

describe('a schema', () => {
  it.each([
    [{ type: 'strin' }, 'schema-keyword', '/type'],
    [{ type: [] }, 'schema-keyword', '/type'],
    [{ enum: [] }, 'schema-keyword', '/enum'],
    [{ enum: 'a' }, 'schema-keyword', '/enum'],
    [{ required: true }, 'schema-keyword', '/required'],
    [{ minimum: '1' }, 'schema-keyword', '/minimum'],
    [{ maxLength: -1 }, 'schema-keyword', '/maxLength'],
    [{ multipleOf: 0 }, 'schema-keyword', '/multipleOf'],
    [{ properties: { a: 5 } }, 'schema-keyword', '/properties'],
    [{ allOf: [] }, 'schema-keyword', '/allOf'],
    [{ items: 'x' }, 'schema-keyword', '/items'],
    [{ $reF: '#/x' }, 'schema-keyword', '/$reF'],
    [{ ENUM: ['a'] }, 'schema-keyword', '/ENUM'],
    [{ properties: { a: { oneof: [{}] } } }, 'schema-keyword', '/properties/a/oneof'],
    [{ minimum: 5, maximum: 1 }, 'schema-unsatisfiable', ''],
  ])('%j is a warning at %s%s', (payload, code, pointer) => {
    expect(findings(documentOf({ m: { payload } }))).toEqual([
      `warning ${code} /channels/c/messages/m/payload${pointer}`,
    ])
  })

  it('that no message uses is looked at as well', () => {
    expect(findings(documentOf({ m: {} }, { components: { schemas: { unused: { type: 'strin' } } } }))).toEqual([
      'warning schema-keyword /components/schemas/unused/type',
    ])
  })

  it('may have properties named like keywords, and annotations of any kind', () => {
    const payload = {
      type: 'object',
      properties: { type: { type: 'string' }, $ref: { type: 'string' }, enum: {}, required: {} },
      example: 5,
      'x-Type': 1,
      default: { type: 'strin' },
      const: { $ref: '#/none' },
    }
    expect(findings(documentOf({ m: { payload } }))).toEqual([])
  })
})

it('a field AsyncAPI does not know is a warning, with the field that was probably meant', () => {
  const document = documentOf({ m: { Payload: {}, nonsense: 1, 'x-fine': 1 } })
  expect(
    withCode(document, 'unknown-field').map(({ pointer, message }) => [
      pointer,
      message.includes('did you mean "payload"?'),
    ]),
  ).toEqual([
    ['/channels/c/messages/m/Payload', true],
    ['/channels/c/messages/m/nonsense', false],
  ])
})
