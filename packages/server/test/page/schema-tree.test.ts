import { describe, expect, it } from 'vitest'

import type { JsonObject, JsonSchema } from '@hydrant/contract'
import { html } from '../../src/page/html.ts'
import { renderPage } from '../../src/page/render-page.ts'
import { schemaTree } from '../../src/page/schema-tree.ts'
import { contractOf } from './market-contract.ts'

function tree(schema: JsonSchema): string {
  return html`${schemaTree(schema)}`.toString()
}

function variant(type: string): JsonSchema {
  return { type: 'object', properties: { type: { const: type } } }
}

function words(schema: JsonSchema): string {
  return tree(schema)
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
}

describe('a schema as a tree', () => {
  it('names a recursive schema where it comes again, and ends', () => {
    const text = words({
      $ref: '#/$defs/Node',
      $defs: { Node: { type: 'object', properties: { value: { type: 'string' }, next: { $ref: '#/$defs/Node' } } } },
    })
    expect(text).toContain('next object')
    expect(text).toContain('again a Node')
    expect(text.match(/value/g)).toHaveLength(1)
  })

  it('ends when schemas contain each other through arrays, maps and alternatives', () => {
    const text = words({
      $ref: '#/$defs/A',
      $defs: {
        A: { type: 'object', properties: { list: { type: 'array', items: { $ref: '#/$defs/B' } } } },
        B: { oneOf: [{ $ref: '#/$defs/C' }, { type: 'string', maxLength: 3 }] },
        C: { type: 'object', additionalProperties: { $ref: '#/$defs/A' } },
      },
    })
    expect(text).toContain('list array of')
    expect(text).toContain('again a A')
  })

  it('ends when a reference leads to itself or nowhere', () => {
    expect(tree({ $ref: '#/$defs/A', $defs: { A: { $ref: '#/$defs/A' } } })).toBe('')
    expect(
      words({ type: 'object', properties: { a: { $ref: '#/nowhere' }, b: { $ref: 'https://example.com/x' } } }),
    ).toContain('a any')
  })

  it('merges what is required of all into one list of properties', () => {
    const text = words({
      allOf: [
        { type: 'object', required: ['a'], properties: { a: { type: 'string' } } },
        { type: 'object', required: ['b'], properties: { b: { type: 'integer' } } },
      ],
    })
    expect(text).toMatch(/a string required.*b integer required/)
  })

  it('shows a property that is named like something of the prototype', () => {
    const merged = words({
      allOf: [
        { type: 'object', properties: { constructor: { type: 'string' } } },
        JSON.parse('{"properties":{"__proto__":{"type":"integer"}}}') as JsonSchema,
      ],
    })
    expect(merged).toContain('constructor string')
    expect(merged).toContain('__proto__ integer')
  })

  it('names alternatives by the constant that tells them apart', () => {
    expect(tree({ oneOf: [variant('open'), variant('close')] })).toContain('<code>type: &quot;open&quot;</code>')
  })

  it('says in a line what the items of a simple array are', () => {
    const markup = tree({
      type: 'object',
      properties: { tags: { type: 'array', items: { type: 'string', enum: ['x', 'y'] } } },
    })
    expect(markup).toContain('array of string')
    expect(markup).toContain('Each item is a string')
    expect(markup).not.toContain('<details')
  })

  it('stops at 400 rows and says where the rest is', () => {
    const properties: JsonObject = {}
    for (let index = 0; index < 1_000; index++) properties[`p${index}`] = { type: 'string' }
    const markup = tree({ type: 'object', properties })
    expect(markup.match(/class="prop"/g)).toHaveLength(400)
    expect(markup).toContain('More is in <a href="/-/asyncapi.yaml">the contract</a>')
  })
})

describe('a page of a big contract', () => {
  // As many messages as the biggest public document that we know, each with forty properties.
  const messages: Record<string, object> = {}
  for (let index = 0; index < 105; index++) {
    const properties: Record<string, object> = { type: { const: `m${index}` } }
    for (let at = 0; at < 40; at++) {
      properties[`field${at}`] =
        at % 4 === 0
          ? {
              type: 'array',
              items: {
                type: 'object',
                properties: { price: { type: 'number' }, size: { type: 'integer', minimum: 1 } },
              },
            }
          : { type: 'string', description: `What field ${at} means to \`m${index}\`.`, enum: ['a', 'b'] }
    }
    messages[`m${index}`] = { title: `Message ${index}`, payload: { type: 'object', required: ['type'], properties } }
  }
  const contract = contractOf({
    asyncapi: '3.0.0',
    info: { title: 'Big', version: '1' },
    channels: { all: { address: '/', messages } },
    operations: { send: { action: 'send', channel: { $ref: '#/channels/all' } } },
  })

  it('is made in well under a second, and stays a few megabytes', () => {
    const start = performance.now()
    const page = renderPage(contract)
    const elapsedMs = performance.now() - start
    expect(page.match(/<details class="message"/g)).toHaveLength(105)
    expect(page.length).toBeLessThan(4_000_000)
    // 200 ms on the machine that this was written on, where a warm page of the 410 KB document takes 75.
    expect(elapsedMs).toBeLessThan(1_500)
  })

  it('folds its messages', () => {
    expect(renderPage(contract)).not.toMatch(/<details class="message"[^>]*\sopen/)
  })
})
