import { describe, expect, it } from 'vitest'
import { type Channel, type JsonObject, readContract } from '../../src/index.ts'
import { contractOf, documentWith, findings } from '../documents.ts'

function withSettings(settings: unknown, payload: JsonObject = {}): JsonObject {
  return documentWith({
    channels: { c: { address: '/c', messages: { m: { payload } }, 'x-hydrant': settings as JsonObject } },
    operations: {},
  })
}

function channelWith(settings: unknown, payload?: JsonObject): Channel {
  return contractOf(withSettings(settings, payload)).channels[0]!
}

function complaints(document: JsonObject): string[] {
  return findings(document).filter((finding) => finding.includes('extension-'))
}

describe('x-hydrant of a channel', () => {
  it('defaults to a stream of 100 messages or 2 minutes that drops', () => {
    expect(channelWith({})).toMatchObject({
      kind: 'stream',
      overflow: 'drop',
      history: { messages: 100, maxAgeMs: 120_000 },
    })
  })

  it('may make it a state, which conflates', () => {
    expect(channelWith({ kind: 'state' })).toMatchObject({ kind: 'state', overflow: 'conflate' })
    expect(channelWith({ kind: 'state', overflow: 'disconnect' })).toMatchObject({ overflow: 'disconnect' })
  })

  it('sets history in messages and seconds', () => {
    expect(channelWith({ history: { messages: 5, seconds: 1.5 } }).history).toEqual({ messages: 5, maxAgeMs: 1_500 })
    expect(channelWith({ history: { seconds: 0 } }).history).toEqual({ messages: 100, maxAgeMs: 0 })
  })

  it('names the key of a state, as a property or a JSON pointer', () => {
    const byName = channelWith({ kind: 'state', key: 'symbol' })
    expect(byName.keyOf({ symbol: 'AAPL' })).toBe('AAPL')
    expect(byName.keyOf({ symbol: 7 })).toBe('7')
    expect([{}, { symbol: null }, { symbol: {} }, 'x', null, undefined].map((value) => byName.keyOf(value))).toEqual(
      Array(6).fill(undefined),
    )
    expect(channelWith({ kind: 'state', key: '/a/0/b~1c' }).keyOf({ a: [{ 'b/c': 'k' }] })).toBe('k')
    expect(channelWith({ kind: 'state', key: 'constructor' }).keyOf({})).toBeUndefined()
  })

  it('without a key is one value; a stream has none', () => {
    expect(channelWith({ kind: 'state' }).keyOf({ a: 1 })).toBe('')
    expect(channelWith({}).keyOf({ a: 1 })).toBeUndefined()
  })

  it.each([
    [{ kind: 'queue' }, 'error extension-value /channels/c/x-hydrant/kind'],
    [{ overflow: 1 }, 'error extension-value /channels/c/x-hydrant/overflow'],
    [{ overflow: 'conflate' }, 'error extension-value /channels/c/x-hydrant/overflow'],
    [{ key: 'a' }, 'error extension-value /channels/c/x-hydrant/key'],
    [{ kind: 'state', key: 7 }, 'error extension-value /channels/c/x-hydrant/key'],
    [{ kind: 'state', key: '' }, 'error extension-value /channels/c/x-hydrant/key'],
    [{ history: 5 }, 'error extension-value /channels/c/x-hydrant/history'],
    [{ history: { messages: -1 } }, 'error extension-value /channels/c/x-hydrant/history/messages'],
    [{ history: { messages: 1e9 } }, 'error extension-value /channels/c/x-hydrant/history/messages'],
    [{ history: { messages: 1.5 } }, 'error extension-value /channels/c/x-hydrant/history/messages'],
    [{ history: { seconds: '5' } }, 'error extension-value /channels/c/x-hydrant/history/seconds'],
    [{ history: { hours: 5 } }, 'error extension-unknown /channels/c/x-hydrant/history/hours'],
    [{ unknown: 'drop' }, 'error extension-value /channels/c/x-hydrant/unknown'],
    [{ defaults: true }, 'error extension-value /channels/c/x-hydrant/defaults'],
    [{ coerce: 'true' }, 'error extension-value /channels/c/x-hydrant/coerce'],
    [{ errors: [] }, 'error extension-value /channels/c/x-hydrant/errors'],
    [{ errors: { MarketClosed: {} } }, 'error extension-value /channels/c/x-hydrant/errors/MarketClosed'],
    [{ errors: { a: 'closed' } }, 'error extension-value /channels/c/x-hydrant/errors/a'],
    [{ errors: { a: { status: 399 } } }, 'error extension-value /channels/c/x-hydrant/errors/a/status'],
    [{ errors: { a: { status: 600 } } }, 'error extension-value /channels/c/x-hydrant/errors/a/status'],
    [{ errors: { a: { title: 5 } } }, 'error extension-value /channels/c/x-hydrant/errors/a/title'],
    [{ errors: { a: { schema: {} } } }, 'error extension-unknown /channels/c/x-hydrant/errors/a/schema'],
    [{ knid: 'state' }, 'error extension-unknown /channels/c/x-hydrant/knid'],
    ['state', 'error extension-value /channels/c/x-hydrant'],
  ])('%j is an error, and the default is used', (settings, finding) => {
    expect(complaints(withSettings(settings))).toEqual([finding])
    expect(channelWith(settings)).toMatchObject({
      overflow: (settings as { kind?: string }).kind === 'state' ? 'conflate' : 'drop',
    })
  })

  it('declares errors, each with a code of its own', () => {
    const longest = `a${'-b'.repeat(31)}c`
    const errors = {
      'market-closed': { status: 409, title: 'The market is closed', description: 'It opens at **9:00**.' },
      'no-funds': {},
      busy: { status: 599 },
      early: { status: 400 },
      [longest]: null,
      [`${longest}d`]: {},
      constructor: {},
      'a--b': {},
    }
    expect(channelWith({ errors }).errors).toEqual([
      { code: 'market-closed', status: 409, title: 'The market is closed', description: 'It opens at **9:00**.' },
      { code: 'no-funds', status: 422, title: 'no-funds' },
      { code: 'busy', status: 599, title: 'busy' },
      { code: 'early', status: 400, title: 'early' },
      { code: longest, status: 422, title: longest },
      { code: 'constructor', status: 422, title: 'constructor' },
    ])
    expect(channelWith({}).errors).toEqual([])
  })

  it('channels that share an address have the errors of both, and the first of each code holds', () => {
    const channel = (errors: JsonObject): JsonObject => ({ address: '/c', messages: {}, 'x-hydrant': { errors } })
    const document = documentWith({
      channels: { one: channel({ a: { status: 409 } }), two: channel({ a: { status: 410 }, b: {} }) },
      operations: {},
    })
    expect(contractOf(document).channels[0]!.errors.map(({ code, status }) => [code, status])).toEqual([
      ['a', 409],
      ['b', 422],
    ])
  })

  it('says which values are allowed', () => {
    const { message } = findingsOf(withSettings({ kind: 'queue' }))
    expect(message).toBe('Expected kind to be one of "stream", "state"; got "queue". The default is used.')
  })

  it('with a key that no message declares is a warning', () => {
    const payload = { allOf: [{ properties: { symbol: { type: 'string' } } }] }
    expect(complaints(withSettings({ kind: 'state', key: 'symbol' }, payload))).toEqual([])
    expect(complaints(withSettings({ kind: 'state', key: '/symbol/x' }, payload))).toEqual([])
    expect(complaints(withSettings({ kind: 'state', key: 'sybmol' }, payload))).toEqual([
      'warning extension-key /channels/c/x-hydrant/key',
    ])
  })
})

describe('x-hydrant elsewhere', () => {
  it('has only normalization at the root and in messages', () => {
    const document = documentWith({
      'x-hydrant': { unknown: 'strip', kind: 'state' },
      channels: { c: { address: '/c', messages: { m: { 'x-hydrant': { coerce: true, history: {} } } } } },
    })
    expect(complaints(document)).toEqual([
      'error extension-unknown /x-hydrant/kind',
      'error extension-unknown /channels/c/messages/m/x-hydrant/history',
    ])
  })
})

function findingsOf(document: JsonObject): { message: string } {
  return readContract(document).diagnostics[0]!
}
