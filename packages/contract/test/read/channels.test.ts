import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/index.ts'
import { contractOf, documentWith, findings, withCode } from '../documents.ts'

function withChannels(channels: JsonObject): JsonObject {
  return documentWith({ channels, operations: {} })
}

function at(address: unknown, more: JsonObject = {}): JsonObject {
  return withChannels({ c: { address: address as string, messages: { m: {} }, ...more } })
}

describe('an address', () => {
  it.each([
    ['level2', '/level2', 'address-no-slash'],
    ['/a/', '/a', 'address-cleaned'],
    ['/a//b', '/a/b', 'address-cleaned'],
    ['/a#b', '/a', 'address-cleaned'],
    ['wss://host.test/a/b', '/a/b', 'address-cleaned'],
    ['', '/', 'address-no-slash'],
    ['/a%20b', '/a b', undefined],
    ['/', '/', undefined],
  ])('%j is served at %j', (written, served, code) => {
    expect(contractOf(at(written)).channels[0]!.address).toBe(served)
    const found = findings(at(written)).filter((finding) => finding.includes('address-'))
    expect(found).toEqual(code === undefined ? [] : [`warning ${code} /channels/c/address`])
  })

  it.each(['/a/../b', '/a;b', '/{a}{b}', '/{}', '/{a}/{a}', '/a{b', '/%2F', '/a'.repeat(40)])(
    '%j is not served, with an error',
    (written) => {
      expect(findings(at(written))).toEqual([
        'error address-malformed /channels/c/address',
        'error nothing-to-serve /channels',
      ])
    },
  )

  it('below /-/ is reserved', () => {
    expect(findings(at('/-/docs'))).toContain('error address-reserved /channels/c/address')
  })

  it('that is null or missing means that the channel is not served', () => {
    for (const channel of [{ address: null }, {}]) {
      const { contract, codes } = read(
        withChannels({ c: { ...channel, messages: { m: {} } }, d: { address: '/d', messages: { m: {} } } }),
      )
      expect(contract.channels.map(({ id }) => id)).toEqual(['d'])
      expect(codes).toContain('address-unknown')
    }
  })

  it('that is missing is taken from a key that looks like one', () => {
    expect(contractOf(withChannels({ '/a/{b}': { messages: { m: {} } } })).channels[0]!.address).toBe('/a/{b}')
  })

  it('with a query is served without it, and the query is checked at the handshake when it is there', () => {
    const document = at('/stream?streams={streams}&v=2', {
      parameters: { streams: { enum: ['trades', 'quotes'], description: 'Which' } },
    })
    const { contract, codes } = read(document)
    const channel = contract.channels[0]!
    expect(codes).toContain('address-query')
    expect(codes).not.toContain('parameter-unused')
    expect(channel.address).toBe('/stream')
    expect(channel.parameters).toEqual([])
    expect(channel.webSocket.query).toEqual({
      type: 'object',
      properties: { streams: { type: 'string', enum: ['trades', 'quotes'], description: 'Which' }, v: { const: '2' } },
    })
    const check = (query: string): string[] =>
      channel.checkHandshake(new URLSearchParams(query), () => undefined).map(({ pointer }) => pointer)
    expect(check('')).toEqual([])
    expect(check('streams=trades&v=2')).toEqual([])
    expect(check('streams=x&v=3')).toEqual(['/query/streams', '/query/v'])
  })
})

describe('channels with one address', () => {
  it('are one channel with the messages and operations of all', () => {
    const document = documentWith({
      channels: {
        a: { address: '/x', title: 'First', messages: { one: { payload: { const: 1 } } } },
        b: { address: 'x', title: 'Second', messages: { two: { payload: { const: 2 } } } },
      },
      operations: {
        sendA: { action: 'send', channel: { $ref: '#/channels/a' } },
        receiveB: { action: 'receive', channel: { $ref: '#/channels/b' } },
      },
    })
    const { contract, codes } = read(document)
    expect(codes).toContain('address-shared')
    const [channel] = contract.channels
    expect(contract.channels).toHaveLength(1)
    expect(channel).toMatchObject({ id: 'a', title: 'First' })
    expect(channel!.toClients.messages.map(({ id }) => id)).toEqual(['one'])
    expect(channel!.fromClients.messages.map(({ id }) => id)).toEqual(['two'])
    expect(channel!.operations.map(({ id }) => id)).toEqual(['sendA', 'receiveB'])
    expect(contract.operations.every((operation) => operation.channel === channel)).toBe(true)
  })

  it('that only look alike are reported', () => {
    expect(
      findings(
        withChannels({ a: { address: '/{x}', messages: { m: {} } }, b: { address: '/{y}', messages: { m: {} } } }),
      ),
    ).toContain('warning address-ambiguous /channels/b')
  })
})

describe('parameters', () => {
  it('have description, enum, default, examples and location', () => {
    const symbol = {
      description: 'Ticker',
      enum: ['A', 'B'],
      default: 'A',
      examples: ['B'],
      location: '$message.payload#/symbol',
    }
    const document = at('/{symbol}', { parameters: { symbol: { $ref: '#/components/parameters/symbol' } } })
    const contract = contractOf({ ...document, components: { parameters: { symbol } } })
    expect(contract.channels[0]!.parameters).toEqual([{ name: 'symbol', ...symbol }])
  })

  it('that are not declared, not used, or contradict themselves are reported', () => {
    const found = findings(at('/{a}', { parameters: { b: {}, c: null } }))
    expect(found).toContain('warning parameter-undeclared /channels/c/address')
    expect(found).toContain('warning parameter-unused /channels/c/parameters/b')
    const wrong = findings(at('/{a}', { parameters: { a: { enum: ['x'], default: 'y', examples: ['z'] } } }))
    expect(wrong).toContain('warning parameter-default /channels/c/parameters/a/default')
    expect(wrong).toContain('warning parameter-default /channels/c/parameters/a/examples/0')
  })

  it('with a schema, as in version 2, are read as meant', () => {
    const document = at('/{a}', { parameters: { a: { schema: { type: 'string', enum: ['x'], default: 'x' } } } })
    expect(contractOf(document).channels[0]!.parameters).toEqual([{ name: 'a', enum: ['x'], default: 'x' }])
    expect(withCode(document, 'parameter-schema')).toHaveLength(1)
  })

  it('with enum values that are not strings are read as text', () => {
    const document = at('/{a}', { parameters: { a: { enum: [1, 2] } } })
    expect(contractOf(document).match('/2')).toMatchObject({ ok: true })
    expect(withCode(document, 'wrong-type')).toHaveLength(2)
  })
})

describe('a channel', () => {
  it('keeps its texts and tags, and follows its reference', () => {
    const document = documentWith({
      channels: { c: { $ref: '#/components/channels/c' } },
      components: {
        channels: {
          c: { address: '/c', title: 'T', summary: 'S', description: 'D', tags: [{ name: 't' }], messages: { m: {} } },
        },
      },
    })
    expect(contractOf(document).channels[0]).toMatchObject({
      id: 'c',
      title: 'T',
      summary: 'S',
      description: 'D',
      tags: [{ name: 't' }],
    })
  })

  it('that no operation uses is open in both directions', () => {
    const document = withChannels({ c: { address: '/c', messages: { m: {} } } })
    const { contract, codes } = read(document)
    expect(codes).toEqual(['channel-no-operation'])
    expect(contract.channels[0]!.toClients.messages).toHaveLength(1)
    expect(contract.channels[0]!.fromClients.messages).toHaveLength(1)
  })

  it('without messages is reported', () => {
    expect(findings(withChannels({ c: { address: '/c' } }))).toContain('warning channel-no-message /channels/c')
  })

  it('comes in document order', () => {
    const channels = Object.fromEntries(['z', 'a', 'm'].map((id) => [id, { address: `/${id}`, messages: { x: {} } }]))
    expect(contractOf(withChannels(channels)).channels.map(({ id }) => id)).toEqual(['z', 'a', 'm'])
  })
})

describe('the ws binding', () => {
  const document = at('/c', {
    bindings: {
      ws: {
        method: 'GET',
        query: {
          type: 'object',
          required: ['depth'],
          properties: {
            depth: { type: 'integer', minimum: 1 },
            full: { type: 'boolean' },
            tags: { type: 'array', items: { type: 'number' } },
            name: { type: 'string' },
          },
        },
        headers: { $ref: '#/components/schemas/headers' },
      },
    },
  })
  const contract = contractOf({
    ...document,
    components: {
      schemas: { headers: { type: 'object', required: ['X-Version'], properties: { 'X-Version': { const: 2 } } } },
    },
  })
  const check = (query: string, headers: Record<string, string> = { 'X-Version': '2' }): string[] =>
    contract.channels[0]!.checkHandshake(new URLSearchParams(query), (name) => headers[name]).map(
      ({ pointer, expected, got }) => `${pointer}: ${expected}, got ${got}`,
    )

  it('checks the query, with texts coerced to the types asked for', () => {
    expect(check('depth=5&full=true&tags=1&tags=2&name=7')).toEqual([])
    expect(check('depth=0')).toEqual(['/query/depth: at least 1, got 0 (number)'])
    expect(check('depth=x&full=yes')).toEqual([
      '/query/depth: integer, got "x" (string)',
      '/query/full: boolean, got "yes" (string)',
    ])
    expect(check('')).toEqual(['/query/depth: integer (required), got nothing'])
    expect(check('depth=1&tags=a')).toEqual(['/query/tags/0: number, got "a" (string)'])
  })

  it('lets unknown query parameters pass', () => {
    expect(check('depth=5&since=abc&__proto__=1')).toEqual([])
  })

  it('checks headers, through references', () => {
    expect(check('depth=1', {})).toEqual(['/headers/X-Version: 2 (required), got nothing'])
    expect(check('depth=1', { 'X-Version': '3' })).toEqual(['/headers/X-Version: 2, got 3 (number)'])
  })
})

function read(document: JsonObject): { contract: ReturnType<typeof contractOf>; codes: string[] } {
  return { contract: contractOf(document), codes: findings(document).map((finding) => finding.split(' ')[1]!) }
}
