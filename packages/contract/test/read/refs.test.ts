import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/index.ts'
import { contractOf, documentOf, documentWith, findings, problems, setFor } from '../documents.ts'

describe('references', () => {
  it('are followed from anywhere to anywhere in the document', () => {
    const document = documentWith({
      channels: { c: { $ref: '#/components/channels/real' } },
      operations: { $o: { $ref: '#/components/operations/real' } },
      servers: { s: { $ref: '#/components/servers/real' } },
      components: {
        channels: {
          real: {
            address: '/c',
            messages: { m: { $ref: '#/components/messages/a' } },
            bindings: { $ref: '#/components/channelBindings/b' },
          },
        },
        operations: {
          real: {
            action: 'receive',
            channel: { $ref: '#/channels/c' },
            messages: [{ $ref: '#/channels/c/messages/m' }],
          },
        },
        servers: { real: { host: 'h', protocol: 'wss', tags: [{ $ref: '#/components/tags/t' }] } },
        messages: { a: { $ref: '#/components/messages/b' }, b: { payload: { $ref: '#/components/schemas/x%20y' } } },
        schemas: { 'x y': { type: 'number' } },
        channelBindings: { b: { ws: { query: { type: 'object' } } } },
        tags: { t: { name: 'tag' } },
      },
    })
    const contract = contractOf(document)
    expect(findings(document)).toEqual([])
    expect(contract.channels[0]!.fromClients.messages.map(({ id }) => id)).toEqual(['m'])
    expect(contract.servers[0]).toMatchObject({ id: 's', host: 'h', tags: [{ name: 'tag' }] })
    expect(problems(contract.channels[0]!.all, 'x')).toEqual([': number, got "x" (string)'])
  })

  it('that lead nowhere, outside, or around in a circle are findings, and the rest loads', () => {
    const document = documentOf(
      {
        good: { payload: { type: 'object' } },
        dead: { $ref: '#/components/messages/none' },
        outside: { $ref: './messages.yaml#/m' },
        round: { $ref: '#/components/messages/a' },
        inner: { payload: { properties: { a: { $ref: '#/none' }, b: { $ref: 'https://x.test/s.json' } } } },
      },
      {
        components: { messages: { a: { $ref: '#/components/messages/b' }, b: { $ref: '#/components/messages/a' } } },
        operations: {},
      },
    )
    const found = findings(document)
    for (const finding of [
      'error ref-not-found /channels/c/messages/dead/$ref',
      'error ref-external /channels/c/messages/outside/$ref',
      'error ref-loop /channels/c/messages/round',
      'error ref-not-found /channels/c/messages/inner/payload/properties/a/$ref',
      'error ref-external /channels/c/messages/inner/payload/properties/b/$ref',
    ])
      expect(found).toContain(finding)
    expect(contractOf(document).channels[0]!.messages.map(({ id }) => id)).toEqual(['good', 'inner'])
  })

  it('may name keys with slashes without escaping them, with a warning', () => {
    const document = documentOf(
      { m: { $ref: '#/components/messages/a/b.c' } },
      { components: { messages: { 'a/b.c': { name: 'found' } } } },
    )
    expect(contractOf(document).channels[0]!.messages[0]!.name).toBe('found')
    expect(findings(document)).toEqual(['warning ref-unescaped /channels/c/messages/m/$ref'])
  })

  it('never read the prototype', () => {
    for (const name of ['constructor', '__proto__', 'toString/name']) {
      expect(findings(documentOf({ m: { payload: { $ref: `#/components/${name}` } } }))).toContain(
        'error ref-not-found /channels/c/messages/m/payload/$ref',
      )
    }
  })
})

describe('recursive schemas', () => {
  const components = {
    schemas: {
      tree: {
        type: 'object',
        required: ['value'],
        properties: {
          value: { type: 'number' },
          children: { type: 'array', items: { $ref: '#/components/schemas/tree' } },
        },
      },
      a: { $ref: '#/components/schemas/b' },
      b: { $ref: '#/components/schemas/a' },
      c: { allOf: [{ $ref: '#/components/schemas/c' }, { type: 'number' }] },
      d: { oneOf: [{ type: 'string' }, { anyOf: [{ $ref: '#/components/schemas/d' }] }] },
    },
  }

  it('validate to the depth of the value', () => {
    const set = setFor({ $ref: '#/components/schemas/tree' }, { components })
    expect(problems(set, { value: 1, children: [{ value: 2, children: [] }] })).toEqual([])
    expect(problems(set, { value: 1, children: [{ value: 2, children: [{ value: 'x' }] }] })).toEqual([
      '/children/0/children/0/value: number, got "x" (string)',
    ])
  })

  it('are described in a self-contained form', () => {
    const contract = contractOf(documentOf({ m: { payload: { $ref: '#/components/schemas/tree' } } }, { components }))
    const schema = contract.channels[0]!.messages[0]!.payloadSchema as JsonObject
    expect(schema['$ref']).toBe('#/$defs/tree')
    expect(JSON.stringify(schema)).toContain('"items":{"$ref":"#/$defs/tree"}')
    expect(JSON.stringify(schema)).not.toContain('#/components')
  })

  it('that do not go deeper into the value are cut, with an error, and never loop', () => {
    for (const name of ['a', 'b', 'c', 'd']) {
      const payload = { $ref: `#/components/schemas/${name}` }
      expect(
        findings(documentOf({ m: { payload } }, { components })).some((finding) =>
          finding.startsWith('error schema-loop'),
        ),
      ).toBe(true)
      problems(setFor(payload, { components }), { x: 1 })
    }
    expect(problems(setFor({ $ref: '#/components/schemas/c' }, { components }), 'x')).toEqual([
      ': number, got "x" (string)',
    ])
  })

  it('may use $id, $anchor, # and their own $defs', () => {
    const set = setFor({
      $id: 'https://x.test/list',
      type: 'object',
      properties: {
        next: { $ref: '#' },
        item: { $ref: '#item' },
        other: { $ref: 'thing' },
        third: { $ref: '#/$defs/item' },
      },
      $defs: { item: { $anchor: 'item', type: 'number' }, thing: { $id: 'thing', type: 'string' } },
    })
    expect(problems(set, { next: { next: { item: 1, other: 'x', third: 3 } } })).toEqual([])
    expect(problems(set, { next: { item: 'x', other: 1, third: 'y' } })).toEqual([
      '/next/item: number, got "x" (string)',
      '/next/other: string, got 1 (number)',
      '/next/third: number, got "y" (string)',
    ])
  })
})
