import { Parser } from '@asyncapi/parser'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/index.ts'
import { contractOf, findings, problems, withCode } from '../documents.ts'

const version2: JsonObject = {
  asyncapi: '2.6.0',
  id: 'urn:x',
  info: { title: 'Old', version: '1' },
  tags: [{ name: 'tag' }],
  externalDocs: { url: 'https://x.test' },
  defaultContentType: 'application/json',
  servers: {
    main: {
      url: 'wss://{host}.x.test:443/base',
      protocol: 'wss',
      variables: { host: { enum: ['a', 'b'], default: 'a' } },
      security: [{ key: [] }, { oauth: ['read'] }],
    },
  },
  channels: {
    'prices/{symbol}': {
      description: 'Prices',
      servers: ['main'],
      parameters: {
        symbol: {
          description: 'Ticker',
          schema: { type: 'string', enum: ['A', 'B'], default: 'A', examples: ['B'] },
          location: '$message.payload#/symbol',
        },
      },
      subscribe: {
        operationId: 'onPrice',
        summary: 'Prices come out',
        traits: [{ summary: 'from the trait', tags: [{ name: 'op' }] }],
        message: {
          oneOf: [
            { $ref: '#/components/messages/price' },
            {
              messageId: 'heartbeat',
              payload: { type: 'object', properties: { type: { const: 'heartbeat' } }, required: ['type'] },
            },
          ],
        },
        bindings: { ws: {} },
      },
      publish: {
        operationId: 'sendOrder',
        security: [{ key: [] }],
        message: {
          name: 'order',
          schemaFormat: 'application/schema+json;version=draft-07',
          payload: { type: 'object', required: ['n'], properties: { n: { type: 'number' } } },
        },
      },
      bindings: { ws: { query: { type: 'object', properties: { full: { type: 'boolean' } } } } },
    },
  },
  components: {
    messages: {
      price: {
        contentType: 'application/json',
        traits: [{ title: 'overridden', headers: { type: 'object' } }],
        title: 'own',
        payload: { $ref: '#/components/schemas/price' },
      },
    },
    schemas: {
      price: {
        type: 'object',
        required: ['type', 'price'],
        properties: { type: { const: 'price' }, price: { type: 'number' } },
      },
    },
    securitySchemes: {
      key: { type: 'httpApiKey', name: 'k', in: 'query' },
      oauth: { type: 'oauth2', flows: { clientCredentials: { tokenUrl: 'https://x.test/t', scopes: { read: 'r' } } } },
    },
  },
}

describe('an AsyncAPI 2 document', () => {
  const contract = contractOf(version2)
  const [channel] = contract.channels

  it('is converted, with an info, and keeps its version', () => {
    expect(findings(version2)).toEqual([
      'warning address-no-slash /channels/prices~1{symbol}',
      'info converted /asyncapi',
    ])
    expect(contract.asyncapi).toBe('2.6.0')
    expect(contract.document['asyncapi']).toBe('3.0.0')
  })

  it('has publish and subscribe inverted: clients subscribe to subscribe', () => {
    expect(channel!.toClients.messages.map(({ name }) => name)).toEqual(['price', 'heartbeat'])
    expect(channel!.fromClients.messages.map(({ name }) => name)).toEqual(['order'])
    expect(contract.operations.map(({ id, action }) => [id, action])).toEqual([
      ['sendOrder', 'receive'],
      ['onPrice', 'send'],
    ])
    expect(contractOf(version2, { perspective: 'client' }).channels[0]!.fromClients.messages).toHaveLength(2)
  })

  it('keeps address, parameters, bindings, texts, and validates', () => {
    expect(channel).toMatchObject({ address: '/prices/{symbol}', description: 'Prices' })
    expect(channel!.parameters).toEqual([
      {
        name: 'symbol',
        description: 'Ticker',
        enum: ['A', 'B'],
        default: 'A',
        examples: ['B'],
        location: '$message.payload#/symbol',
      },
    ])
    expect(contract.match('/prices/C')).toMatchObject({ reason: 'parameter' })
    expect(channel!.checkHandshake(new URLSearchParams('full=x'), () => undefined)).toHaveLength(1)
    expect(problems(channel!.toClients, { type: 'price', price: 'x' })).toEqual(['/price: number, got "x" (string)'])
    expect(problems(channel!.fromClients, { n: 'x' })).toEqual(['/n: number, got "x" (string)'])
  })

  it('has its servers, security and info', () => {
    expect(contract.info).toMatchObject({
      title: 'Old',
      tags: [{ name: 'tag' }],
      externalDocs: { url: 'https://x.test' },
    })
    expect(contract.servers[0]).toMatchObject({
      host: '{host}.x.test:443',
      pathname: '/base',
      protocol: 'wss',
      security: [{ name: 'key' }, { name: 'oauth' }],
    })
    expect(contract.operations[0]!.security).toMatchObject([{ name: 'key', type: 'httpApiKey' }])
    const oauth = contract.securitySchemes.find(({ name }) => name === 'oauth')
    expect(oauth!.definition).toMatchObject({ flows: { clientCredentials: { availableScopes: { read: 'r' } } } })
  })

  it('has its traits merged as version 2 says: the trait overrides', () => {
    expect(channel!.messages.find(({ name }) => name === 'price')).toMatchObject({
      title: 'overridden',
      headersSchema: { type: 'object' },
    })
    expect(contract.operations[1]).toMatchObject({ summary: 'from the trait', tags: [{ name: 'op' }] })
  })

  it('becomes a document that the official parser accepts', async () => {
    const { diagnostics } = await new Parser().parse(JSON.stringify(contract.document))
    const errors = diagnostics.filter(({ severity }) => `${severity}` === '0')
    expect(errors.map(({ message, path }) => [message, path])).toEqual([])
  })

  it('has findings that point into the document as it was written', () => {
    const text = `asyncapi: 2.0.0
info: { title: x, version: '1' }
servers:
  s: { url: 5, protocol: wss }
channels:
  /a:
    publish:
      message:
        schemaFormat: application/vnd.apache.avro
        payload: { type: record }
    subscribe:
      message:
        name: out
        payload: { type: strin }
        examples: [ { payload: 1 }, no ]
`
    const found = findings(text)
    expect(found).toEqual(
      expect.arrayContaining([
        'error wrong-type /servers/s/url',
        'error wrong-type /channels/~1a/subscribe/message/examples/1',
        'warning schema-format /channels/~1a/publish/message/schemaFormat',
        'warning schema-keyword /channels/~1a/subscribe/message/payload/type',
      ]),
    )
    expect(withCode(text, 'schema-keyword')[0]).toMatchObject({ line: 14, column: 20 })
  })

  it('may share a message between directions, and have several of one name', () => {
    const shared = { $ref: '#/components/messages/m' }
    const document: JsonObject = {
      asyncapi: '2.3.0',
      info: { title: 'x', version: '1' },
      channels: {
        a: { publish: { message: shared }, subscribe: { message: shared } },
        b: {
          publish: { message: { name: 'm', payload: { const: 1 } } },
          subscribe: { message: { name: 'm', payload: { const: 2 } } },
        },
        c: { $ref: '#/components/channels/c' },
      },
      components: {
        messages: { m: { payload: { type: 'number' } } },
        channels: { c: { subscribe: { message: shared } } },
      },
    }
    const channels = contractOf(document).channels
    expect(channels.map(({ messages }) => messages.map(({ id }) => id))).toEqual([['m'], ['m', 'm.2'], ['m']])
    expect(problems(channels[1]!.fromClients, 2)).toHaveLength(1)
    expect(problems(channels[1]!.toClients, 2)).toEqual([])
  })

  it('with a oneOf of messages that names itself, or doubles thirty times, takes each message once', () => {
    const document = (message: JsonObject, messages: JsonObject): JsonObject => ({
      asyncapi: '2.6.0',
      info: { title: 'x', version: '1' },
      channels: { a: { subscribe: { message } } },
      components: { messages },
    })
    const to = (name: string): JsonObject => ({ $ref: `#/components/messages/${name}` })
    const m = { payload: { type: 'number' } }
    const loop = contractOf(document(to('loop'), { loop: { oneOf: [to('loop'), to('m')] }, m }))
    expect(loop.channels[0]!.messages.map(({ id }) => id)).toEqual(['m'])
    const levels = Array.from({ length: 30 }, (_, i) => [`l${i}`, { oneOf: [to(`l${i + 1}`), to(`l${i + 1}`)] }])
    const doubled = contractOf(document(to('l0'), { ...Object.fromEntries(levels), l30: m }))
    expect(doubled.channels[0]!.messages).toHaveLength(1)
  })

  it('with operations that are not objects still loads', () => {
    const document: JsonObject = {
      asyncapi: '2.1.0',
      info: { title: 'x', version: '1' },
      channels: { a: { publish: 5, subscribe: { message: 7 } }, b: null, c: { subscribe: {} } },
    }
    expect(contractOf(document).channels.map(({ id }) => id)).toEqual(['a', 'c'])
  })
})
