import { describe, expect, it } from 'vitest'
import type { JsonObject, Message } from '../../src/index.ts'
import { contractOf, documentOf, findings, problems, setFor, setOf } from '../documents.ts'

function messageOf(message: JsonObject, parts: JsonObject = {}): Message {
  return contractOf(documentOf({ m: message }, parts)).channels[0]!.messages[0]!
}

describe('a message', () => {
  it('has its texts, tags, correlation id, headers and examples', () => {
    const message = {
      name: 'price',
      title: 'T',
      summary: 'S',
      description: 'D',
      tags: [{ name: 't', description: 'd' }],
      correlationId: { location: '$message.payload#/id', description: 'c' },
      headers: { type: 'object', properties: { h: { type: 'string' } } },
      payload: { type: 'object' },
      examples: [{ name: 'e', summary: 's', payload: { a: 1 }, headers: { h: 'x' } }],
    }
    const { payload, headers, ...rest } = message
    expect(messageOf(message)).toMatchObject({
      id: 'm',
      ...rest,
      payloadSchema: payload,
      headersSchema: headers,
      contentType: 'application/json',
      encoding: 'json',
    })
  })

  it('gets its traits; its own payload is never mixed', () => {
    const message = messageOf(
      {
        title: 'own',
        payload: { type: 'string' },
        traits: [
          { title: 'x', contentType: 'text/plain', headers: { type: 'object' } },
          { $ref: '#/components/messageTraits/t' },
        ],
      },
      { components: { messageTraits: { t: { contentType: 'application/json', summary: 'second' } } } },
    )
    expect(message).toMatchObject({
      title: 'own',
      contentType: 'text/plain',
      summary: 'second',
      headersSchema: { type: 'object' },
      payloadSchema: { type: 'string' },
    })
  })

  it('that is a oneOf stands for several', () => {
    const parts = { components: { messages: { a: { payload: { const: 'a' } } } } }
    const set = setOf({ all: { oneOf: [{ $ref: '#/components/messages/a' }, { payload: { const: 'b' } }] } }, parts)
    expect(set.messages.map(({ id }) => id)).toEqual(['a', 'all.1'])
    expect(problems(set, 'b')).toEqual([])
  })

  it('without a payload takes anything, and is asked last', () => {
    const set = setOf({ any: {}, number: { payload: { type: 'number' } } })
    const nameFor = (value: unknown): unknown => {
      const result = set.check({ encoding: 'json', value })
      return result.ok && result.message.name
    }
    expect([1, 'x', null, [1]].map(nameFor)).toEqual(['number', 'any', 'any', 'any'])
    expect(messageOf({}).payloadSchema).toBeUndefined()
  })
})

describe('the content type', () => {
  it.each([
    ['application/json', 'json'],
    ['application/json; charset=utf-8', 'json'],
    ['APPLICATION/JSON', 'json'],
    ['application/cloudevents+json', 'json'],
    ['text/json', 'json'],
    ['text/plain', 'text'],
    ['text/csv;header=present', 'text'],
    ['application/octet-stream', 'binary'],
    ['application/x-protobuf', 'binary'],
    ['image/png', 'binary'],
    ['application/xml', 'binary'],
  ])('%s means %s', (contentType, encoding) => {
    expect(messageOf({ contentType })).toMatchObject({ contentType, encoding })
  })

  it('is the document’s default where the message has none', () => {
    expect(messageOf({}, { defaultContentType: 'text/plain' }).encoding).toBe('text')
    expect(messageOf({ contentType: 'application/json' }, { defaultContentType: 'text/plain' }).encoding).toBe('json')
  })

  it('that cannot be read is a warning, and JSON', () => {
    expect(messageOf({ contentType: 'json' }).encoding).toBe('json')
    expect(findings(documentOf({ m: { contentType: 'json' } }))).toContain(
      'warning message-content-type /channels/c/messages/m/contentType',
    )
  })

  it('that is missing next to a string of format binary is octet-stream', () => {
    expect(findings(documentOf({ m: { payload: { type: 'string', format: 'binary' } } }))).toEqual([
      'info message-binary-schema /channels/c/messages/m/payload',
    ])
    expect(messageOf({ payload: { type: 'string', format: 'binary' } })).toMatchObject({
      contentType: 'application/octet-stream',
      encoding: 'binary',
    })
  })

  it('decides which messages a payload can be', () => {
    const set = setOf({
      j: { payload: { type: 'object' } },
      t: { contentType: 'text/plain', payload: { type: 'string', pattern: '^a' } },
      b: { contentType: 'application/octet-stream' },
    })
    expect(set.encodings).toEqual(['json', 'text', 'binary'])
    expect(set.check({ encoding: 'text', value: 'abc' })).toMatchObject({ ok: true, message: { id: 't' } })
    expect(set.check({ encoding: 'text', value: 'xyz' })).toMatchObject({
      ok: false,
      message: { id: 't' },
      errors: [{ expected: 'text matching /^a/' }],
    })
    expect(set.check({ encoding: 'binary', value: new Uint8Array([255]) })).toMatchObject({
      ok: true,
      message: { id: 'b' },
    })
    expect(set.check({ encoding: 'text', value: 'abc' }, 'j')).toMatchObject({
      ok: false,
      errors: [{ expected: 'json content', got: 'text' }],
    })
    expect(setOf({ j: {} }).check({ encoding: 'binary', value: new Uint8Array() })).toMatchObject({
      ok: false,
      errors: [{ expected: 'json content', got: 'binary' }],
    })
  })
})

describe('the schema format', () => {
  const wrapped = (schemaFormat: string): JsonObject => ({ payload: { schemaFormat, schema: { type: 'number' } } })

  it.each([
    'application/vnd.aai.asyncapi;version=3.0.0',
    'application/vnd.aai.asyncapi+yaml;version=2.6.0',
    'application/schema+json;version=draft-07',
    'application/schema+yaml;version=draft-2020-12',
    'application/vnd.oai.openapi+json;version=3.0.0',
  ])('%s is validated', (format) => {
    expect(problems(setOf({ m: wrapped(format) }), 'x')).toEqual([': number, got "x" (string)'])
    expect(findings(documentOf({ m: wrapped(format) }))).toEqual([])
  })

  it.each([
    'application/vnd.apache.avro;version=1.9.0',
    'application/vnd.google.protobuf;version=3',
    'application/raml+yaml;version=1.0',
    'application/x-own',
  ])('%s is not validated, with a warning', (format) => {
    expect(problems(setOf({ m: wrapped(format) }), 'x')).toEqual([])
    expect(findings(documentOf({ m: wrapped(format) }))).toEqual([
      'warning schema-format /channels/c/messages/m/payload/schemaFormat',
    ])
  })

  it('is understood behind references, also inside schemas', () => {
    const components = {
      schemas: { s: { schemaFormat: 'application/schema+json;version=draft-07', schema: { type: 'number' } } },
    }
    expect(problems(setFor({ $ref: '#/components/schemas/s' }, { components }), 'x')).toHaveLength(1)
    expect(problems(setFor({ items: { $ref: '#/components/schemas/s' } }, { components }), ['x'])).toHaveLength(1)
  })

  it('of every draft: tuples, prefixItems, $defs and definitions', () => {
    expect(problems(setFor({ items: [{ type: 'number' }], additionalItems: false }), [1, 2])).toEqual([
      '/1: no item after the first 1, got 2 (number)',
    ])
    expect(problems(setFor({ prefixItems: [{ type: 'number' }], items: false }), ['a'])).toEqual([
      '/0: number, got "a" (string)',
    ])
    for (const defs of ['$defs', 'definitions']) {
      expect(
        problems(setFor({ items: { $ref: `#/${defs}/n` }, [defs]: { n: { type: 'number' } } }), ['a']),
      ).toHaveLength(1)
    }
  })
})

describe('examples', () => {
  it('that do not match their own schema are warnings with the place', () => {
    const message = {
      payload: { type: 'object', properties: { a: { type: 'number' } } },
      headers: { type: 'object', properties: { h: { type: 'number' } } },
      examples: [{ payload: { a: 1 } }, { payload: { a: 'x' } }, { headers: { h: 'x' } }, 'no'],
    }
    expect(findings(documentOf({ m: message }))).toEqual([
      'error wrong-type /channels/c/messages/m/examples/3',
      'warning example-invalid /channels/c/messages/m/examples/1/payload/a',
      'warning example-invalid /channels/c/messages/m/examples/2/headers/h',
    ])
  })

  it('are not held against messages whose payload cannot be written down', () => {
    const message = {
      contentType: 'application/octet-stream',
      payload: { type: 'string', maxLength: 1 },
      examples: [{ payload: 'long' }],
    }
    expect(findings(documentOf({ m: message }))).toEqual([])
  })
})

describe('a set of messages', () => {
  it('says whether a JSON array can be one message', () => {
    expect(setFor({ type: 'array' }).acceptsArray).toBe(true)
    expect(setFor({ oneOf: [{ type: 'object' }, { type: 'array' }] }).acceptsArray).toBe(true)
    expect(setFor({ type: 'object' }).acceptsArray).toBe(false)
    expect(setOf({ m: {} }).acceptsArray).toBe(false)
    expect(setOf({ m: { contentType: 'text/plain', payload: { type: 'array' } } }).acceptsArray).toBe(false)
  })

  it('checks one message when its name or key is given', () => {
    const set = setOf({ a: { name: 'A', payload: { type: 'number' } }, b: { payload: { type: 'number' } } })
    expect(set.check({ encoding: 'json', value: 1 }, 'b')).toMatchObject({ ok: true, message: { id: 'b' } })
    expect(set.check({ encoding: 'json', value: 1 }, 'A')).toMatchObject({ ok: true, message: { id: 'a' } })
    expect(problems(set, 'x', 'b')).toEqual([': number, got "x" (string)'])
    expect(problems(set, 1, 'toString')).toEqual([': a message named one of "A", "b", got "toString"'])
  })

  it('without messages takes nothing', () => {
    const [channel] = contractOf(documentOf({ m: {} })).channels
    expect(channel!.fromClients.messages).toEqual([])
    expect(problems(channel!.fromClients, 1)).toEqual([': no message here, got 1 (number)'])
    expect(problems(channel!.fromClients, 1, 'm')).toEqual([': no message, got "m"'])
  })
})
