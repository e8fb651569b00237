/** Contracts that use most of what can be said in one; the fuzzers change them. */
export const DOCUMENTS: readonly object[] = [
  {
    asyncapi: '3.0.0',
    info: { title: 'x', version: '1', tags: [{ name: 't' }] },
    defaultContentType: 'application/json',
    servers: {
      s: {
        host: 'h',
        protocol: 'wss',
        security: [{ $ref: '#/components/securitySchemes/k' }],
        variables: { v: { enum: ['a'] } },
      },
    },
    'x-hydrant': { unknown: 'strip', defaults: 'apply', coerce: true },
    channels: {
      c: {
        address: '/c/{p}',
        parameters: { p: { enum: ['a'], default: 'a' } },
        messages: {
          m: { $ref: '#/components/messages/m' },
          n: {
            payload: { oneOf: [{ $ref: '#/components/schemas/s' }, { type: 'null' }] },
            traits: [{ headers: { type: 'object' } }],
          },
        },
        bindings: { ws: { query: { type: 'object', properties: { q: { type: 'number' } } } } },
        'x-hydrant': { kind: 'state', key: 'id', history: { messages: 5 } },
      },
      d: {
        address: '/d',
        messages: {
          one: {
            payload: {
              type: 'object',
              properties: { kind: { const: 'one' }, a: { type: 'string', pattern: '^[a-z]+$', maxLength: 5 } },
            },
          },
          two: {
            payload: {
              type: 'object',
              properties: {
                kind: { enum: ['two'] },
                b: { type: 'array', items: { type: 'integer', minimum: 0 }, uniqueItems: true },
              },
            },
          },
        },
      },
    },
    operations: {
      o: {
        action: 'send',
        channel: { $ref: '#/channels/c' },
        messages: [{ $ref: '#/channels/c/messages/m' }],
        reply: { channel: { $ref: '#/channels/c' } },
      },
      p: { action: 'receive', channel: { $ref: '#/channels/d' } },
    },
    components: {
      messages: { m: { payload: { $ref: '#/components/schemas/s' }, examples: [{ payload: { id: 1 } }] } },
      schemas: {
        s: {
          type: 'object',
          properties: {
            id: { type: 'number', default: 1 },
            s: { $ref: '#/components/schemas/s' },
            p: { pattern: '^a+$', format: 'uuid' },
          },
          required: ['id'],
          additionalProperties: false,
        },
      },
      securitySchemes: { k: { type: 'http', scheme: 'basic' } },
    },
  },
  {
    asyncapi: '2.6.0',
    info: { title: 'x', version: '1' },
    servers: { s: { url: 'wss://x/{y}', protocol: 'wss', security: [{ k: [] }] } },
    channels: {
      '/c/{p}': {
        parameters: { p: { schema: { enum: ['a'] } } },
        publish: {
          message: { oneOf: [{ $ref: '#/components/messages/m' }, { payload: {}, traits: [{}] }] },
          traits: [{}],
        },
        subscribe: { operationId: 'o', message: { $ref: '#/components/messages/m' } },
      },
    },
    components: {
      messages: { m: { payload: { type: 'object' }, schemaFormat: 'application/schema+json' } },
      securitySchemes: { k: { type: 'httpApiKey', name: 'x', in: 'header' } },
    },
  },
]
