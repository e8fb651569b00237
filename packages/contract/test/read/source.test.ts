import { describe, expect, it } from 'vitest'
import { readContract } from '../../src/index.ts'
import { contractOf, documentWith, findings, withCode } from '../documents.ts'
import { cpuMs } from '../cpu-time.ts'

const yaml = `# a comment
asyncapi: 3.0.0
info:
  title: Test
  version: 1.0.0
channels:
  c:
    address: c
    messages:
      m:
        payload:
          type: object
          properties:
            a: { pattern: '[' }
`

describe('YAML', () => {
  it('gives every finding its line and column', () => {
    const { diagnostics } = readContract(yaml)
    expect(diagnostics).toMatchObject([
      { code: 'pattern-invalid', line: 14, column: 18 },
      { code: 'address-no-slash', pointer: '/channels/c/address', line: 8, column: 5 },
      { code: 'channel-no-operation', pointer: '/channels/c', line: 7, column: 3 },
    ])
  })

  it('gives the nearest place for what is missing', () => {
    const [missing] = withCode(yaml.replace('  version: 1.0.0\n', ''), 'required-field')
    expect(missing).toMatchObject({ pointer: '/info', line: 3, column: 1 })
  })

  it('may begin with a byte order mark and end its lines in CRLF', () => {
    expect(contractOf(`\uFEFF${yaml.replaceAll('\n', '\r\n')}`).info.title).toBe('Test')
  })

  it('that cannot be parsed is one error with the place', () => {
    const { contract, diagnostics } = readContract('asyncapi: 3.0.0\ninfo: [a\nchannels: {}\n')
    expect(contract).toBeUndefined()
    expect(diagnostics).toMatchObject([{ code: 'not-parseable', severity: 'error', line: 3 }])
  })

  it('reports a key that is there twice; the last one counts', () => {
    const twice = yaml.replace('  title: Test\n', '  title: First\n  title: Test\n')
    expect(contractOf(twice).info.title).toBe('Test')
    expect(withCode(twice, 'duplicate-key')).toMatchObject([{ pointer: '/info/title' }])
  })

  it('may use anchors, aliases and merge keys, and follows aliases to the line they were written on', () => {
    const text = `${yaml}  d:
    address: /d
    messages: &shared
      n: { payload: { type: strin } }
  e:
    address: /e
    messages: *shared
  f:
    <<: { address: /f, title: merged }
    messages: { <<: [*shared, { o: {} }] }
`
    const contract = contractOf(text)
    expect(contract.channels.map(({ address }) => address)).toEqual(['/c', '/d', '/e', '/f'])
    expect(contract.channels[2]!.messages.map(({ id }) => id)).toEqual(['n'])
    expect(contract.channels[3]).toMatchObject({ title: 'merged' })
    expect(contract.channels[3]!.messages.map(({ id }) => id).toSorted()).toEqual(['n', 'o'])
    expect(withCode(text, 'schema-keyword')).toMatchObject([{ line: 18 }])
  })

  it('reads an alias inside its own anchor as null, with an error', () => {
    const text = `${yaml}  d: &d\n    address: /d\n    x-self: *d\n    messages: { m: {} }\n`
    expect(withCode(text, 'not-json')).toHaveLength(1)
    expect(JSON.stringify(contractOf(text).document)).toContain('"x-self":null')
  })

  it('does not expand a billion laughs', () => {
    const levels = Array.from(
      { length: 30 },
      (_, index) => `  l${index + 1}: &l${index + 1} [${`*l${index}, `.repeat(9)}*l${index}]`,
    )
    const text = `${yaml}x-laughs:\n  l0: &l0 [lol]\n${levels.join('\n')}\n`
    const started = cpuMs()
    const { contract, diagnostics } = readContract(text)
    expect(contract).toBeDefined()
    expect(diagnostics.some(({ code }) => code === 'document-too-large')).toBe(true)
    expect(JSON.stringify(contract!.document).length).toBeLessThan(20_000_000)
    expect(cpuMs() - started).toBeLessThan(3_000)
  })

  it('reads numbers as what was written where text is wanted', () => {
    const text = yaml.replace('version: 1.0.0', 'version: 2')
    expect(contractOf(text).info.version).toBe('2')
    expect(withCode(text, 'wrong-type')).toMatchObject([{ pointer: '/info/version' }])
  })

  it('drops __proto__ keys and what JSON cannot say, with errors', () => {
    const text = `${yaml}x-a:\n  __proto__: { polluted: true }\n  inf: .inf\n  ? [complex]\n  : 1\n`
    expect(
      withCode(text, 'not-json')
        .map(({ pointer }) => pointer)
        .toSorted(),
    ).toEqual(['/x-a', '/x-a/__proto__', '/x-a/inf'])
    expect(contractOf(text).document['x-a']).toEqual({ inf: null })
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })
})

describe('JSON', () => {
  const json = `{\n  "asyncapi": "3.0.0",\n  "info": { "title": "T \\"quoted\\" {[", "version": "1" },\n  "channels": {\n    "a/b": { "address": "c",\n      "messages": { "m": { "payload": { "allOf": [ {}, { "type": "strin" } ] } } } }\n  }\n}`

  it('gives every finding its line and column', () => {
    const { diagnostics } = readContract(json)
    expect(diagnostics).toMatchObject([
      { code: 'address-no-slash', pointer: '/channels/a~1b/address', line: 5, column: 14 },
      { code: 'schema-keyword', pointer: '/channels/a~1b/messages/m/payload/allOf/1/type', line: 6, column: 58 },
      { code: 'channel-no-operation', line: 5, column: 5 },
    ])
  })

  it('that is broken is reported with the place', () => {
    expect(readContract('{ "asyncapi": "3.0.0", \n "info": [ }').diagnostics).toMatchObject([
      { code: 'not-parseable', line: 2 },
    ])
  })
})

describe('an object', () => {
  it('is copied: later changes by the caller change nothing', () => {
    const document = documentWith()
    const contract = contractOf(document)
    ;(document['info'] as { title: string }).title = 'changed'
    expect(contract.document['info']).toEqual({ title: 'Test', version: '1.0.0' })
  })

  it('may be frozen, and is never changed', () => {
    const freeze = <T>(value: T): T => {
      if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) freeze(inner)
      return Object.freeze(value)
    }
    expect(contractOf(freeze(documentWith())).channels).toHaveLength(1)
  })

  it('that contains itself, throws, or is hostile is still read', () => {
    const self: Record<string, unknown> = documentWith()
    self['x-self'] = self
    expect(findings(self)).toContain('error not-json /x-self')
    const throwing = Object.defineProperty(documentWith(), 'x-bad', {
      enumerable: true,
      get: () => {
        throw new Error('no')
      },
    })
    expect(findings(throwing)[0]).toContain('not-json')
  })
})

describe('what is no AsyncAPI document', () => {
  it.each([
    ['', 'got null'],
    ['hello', 'got "hello"'],
    ['[1]', 'got [1]'],
    ['a: 1', 'got none'],
    ['asyncapi: null', 'got null'],
    ['asyncapi: 4.0.0', 'got "4.0.0"'],
    ['asyncapi: 3', 'got 3'],
    ['asyncapi: 1.2.0', 'got "1.2.0"'],
    ['openapi: 3.1.0', 'This is an openapi document'],
  ])('%j is one error', (text, got) => {
    const { contract, diagnostics } = readContract(text)
    expect(contract).toBeUndefined()
    expect(diagnostics).toHaveLength(1)
    expect(diagnostics[0]).toMatchObject({ code: 'not-asyncapi', severity: 'error' })
    expect(diagnostics[0]!.message).toContain(got)
  })

  it('a newer 3.x is read, with a warning', () => {
    const document = documentWith({ asyncapi: '3.7.0' })
    expect(findings(document)).toEqual(['warning version-unknown /asyncapi'])
    expect(contractOf(document).asyncapi).toBe('3.7.0')
  })
})
