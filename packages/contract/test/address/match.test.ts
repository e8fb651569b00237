import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Contract, JsonObject } from '../../src/index.ts'
import { contractOf, documentWith } from '../documents.ts'
import { cpuMs } from '../cpu-time.ts'

function serving(...addresses: string[]): Contract {
  const channels = Object.fromEntries(
    addresses.map((address, index) => [`c${index}`, { address, messages: { m: {} } }]),
  )
  return contractOf(documentWith({ channels, operations: {} }))
}

describe('a matching address', () => {
  it('gives the channel, the canonical address and the parameters', () => {
    const contract = serving('/v1/{exchange}/prices/{symbol}')
    expect(contract.match('/v1/nyse/prices/AAPL')).toMatchObject({
      ok: true,
      address: '/v1/nyse/prices/AAPL',
      parameters: { exchange: 'nyse', symbol: 'AAPL' },
    })
  })

  it('prefers literal text to parameters, whatever the order in the document', () => {
    const contract = serving('/{a}/{b}', '/x/{b}', '/x/y', '/x/y-{b}')
    const idOf = (path: string): string | undefined => {
      const found = contract.match(path)
      return found.ok ? found.channel.address : undefined
    }
    expect(['/x/y', '/x/y-1', '/x/z', '/q/z'].map(idOf)).toEqual(['/x/y', '/x/y-{b}', '/x/{b}', '/{a}/{b}'])
  })

  it('may have text around a parameter in one segment', () => {
    const contract = serving('/f/{base}-{quote}.json')
    expect(contract.match('/f/btc-usd-x.json')).toMatchObject({ ok: true, parameters: { base: 'btc', quote: 'usd-x' } })
    expect(contract.match('/f/btc-.json')).toEqual({ ok: false, reason: 'unknown' })
    expect(contract.match('/f/-usd.json')).toEqual({ ok: false, reason: 'unknown' })
  })

  it('gives the same match again, which nobody can change, for as long as it is asked for', () => {
    const contract = serving('/v1/{symbol}')
    const first = contract.match('/v1/AAPL')
    for (let i = 0; i < 3000; i++) {
      expect(contract.match(`/v1/${i}`)).toMatchObject({ ok: true, address: `/v1/${i}` })
      if (i % 500 === 0) expect(contract.match('/v1/AAPL')).toBe(first)
    }
    expect(Object.isFrozen(first) && first.ok && Object.isFrozen(first.parameters)).toBe(true)
  })

  it('is found anew when two thousand others were asked for in between, or when it is written in a long way', () => {
    const contract = serving('/v1/{symbol}')
    const first = contract.match('/v1/AAPL')
    for (let i = 0; i < 2048; i++) contract.match(`/v1/${i}`)
    expect(contract.match('/v1/AAPL')).not.toBe(first)
    expect(contract.match('/v1/AAPL')).toEqual(first)
    const long = `/v1/${'%41'.repeat(85)}`
    expect(contract.match(long)).toEqual(contract.match(long))
    expect(contract.match(long)).not.toBe(contract.match(long))
  })

  it('serves the root channel at / only', () => {
    const contract = serving('/')
    expect(contract.match('/')).toMatchObject({ ok: true, address: '/' })
    expect(contract.match('/x')).toEqual({ ok: false, reason: 'unknown' })
    expect(contract.match('')).toMatchObject({ reason: 'malformed' })
  })

  it('keeps the characters that stream names use', () => {
    const contract = serving('/ws/{stream}')
    for (const name of ['btcusdt@kline_1m@+08:00', '!ticker@arr', "a'(b)*,$&=~|"]) {
      expect(contract.match(`/ws/${name}`)).toMatchObject({ ok: true, parameters: { stream: name } })
    }
  })

  it('never matches below /-/, which is reserved', () => {
    expect(serving('/{a}/{b}').match('/-/docs')).toEqual({ ok: false, reason: 'unknown' })
    expect(serving('/{a}/{b}').match('/%2D/docs')).toEqual({ ok: false, reason: 'unknown' })
  })
})

describe('a parameter', () => {
  const contract = contractOf(
    documentWith({
      channels: {
        c: { address: '/p/{symbol}', parameters: { symbol: { enum: ['AAPL', 'MSFT'] } }, messages: { m: {} } },
      },
      operations: {},
    }),
  )

  it('must be one of its enum values', () => {
    expect(contract.match('/p/GOOG')).toMatchObject({
      ok: false,
      reason: 'parameter',
      parameter: 'symbol',
      got: 'GOOG',
      expected: 'one of "AAPL", "MSFT"',
    })
    expect(contract.match('/p/aapl')).toMatchObject({ reason: 'parameter' })
  })

  it('may have a dangerous name', () => {
    const found = serving('/{constructor}/{__proto__}').match('/a/b')
    expect(found.ok && Object.entries(found.parameters)).toEqual([
      ['constructor', 'a'],
      ['__proto__', 'b'],
    ])
    expect(({} as { a?: unknown }).a).toBeUndefined()
  })

  it('lets another channel with the same shape answer when its enum does not allow the value', () => {
    const two = contractOf(
      documentWith({
        channels: {
          stocks: { address: '/{a}', parameters: { a: { enum: ['AAPL'] } }, messages: { m: {} } } as JsonObject,
          coins: { address: '/{b}', parameters: { b: { enum: ['BTC'] } }, messages: { m: {} } },
        },
        operations: {},
      }),
    )
    expect(two.match('/BTC')).toMatchObject({ ok: true, channel: { id: 'coins' } })
    expect(two.match('/DOGE')).toMatchObject({ ok: false, reason: 'parameter', channel: { id: 'stocks' } })
  })
})

describe('a malformed address', () => {
  const contract = serving('/{a}', '/{a}/{b}', '/{a}/{b}/{c}')

  it.each([
    ['no leading slash', 'a'],
    ['another host', 'http://host/x'],
    ['an empty segment', '//host/x'],
    ['a trailing slash', '/a/'],
    ['dot segments', '/a/../b'],
    ['a single dot', '/a/./b'],
    ['encoded dot segments', '/a/%2e%2E/b'],
    ['half-encoded dot segments', '/a/.%2e'],
    ['an encoded slash', '/a%2Fb'],
    ['an encoded slash, in lower case', '/a%2fb'],
    ['a backslash', '/a\\b'],
    ['an encoded backslash', '/a%5Cb'],
    ['a path parameter', '/a;x'],
    ['an encoded semicolon', '/a%3Bx'],
    ['a fragment', '/a#b'],
    ['an encoded hash', '/a%23b'],
    ['a query', '/a?b'],
    ['an encoded question mark', '/a%3Fb'],
    ['a double escape', '/a%252Fb'],
    ['a stray percent sign', '/a%b'],
    ['an escape that is not UTF-8', '/%ff'],
    ['an overlong escape', '/%c0%af'],
    ['a null byte', '/a%00'],
    ['a control character', '/a\u0007'],
    ['a C1 control character', '/a%C2%85'],
    ['a line break', '/a%0D%0Ab'],
    ['a lone surrogate', '/a\uD800'],
  ])('[A19] is refused for %s', (_what, path) => {
    expect(contract.match(path)).toMatchObject({ ok: false, reason: 'malformed' })
  })

  it('[C13] is refused over 255 characters and over 32 segments, at once', () => {
    expect(contract.match(`/${'a'.repeat(254)}`)).toMatchObject({ ok: true })
    expect(contract.match(`/${'a'.repeat(255)}`)).toMatchObject({ reason: 'malformed' })
    expect(contract.match(`/${'%C3%A9'.repeat(254)}`)).toMatchObject({ ok: true })
    expect(contract.match('/a'.repeat(33))).toMatchObject({ reason: 'malformed' })
    expect(contract.match('/a'.repeat(32))).toEqual({ ok: false, reason: 'unknown' })
    const started = cpuMs()
    expect(contract.match('/'.repeat(65_400))).toMatchObject({ reason: 'malformed' })
    expect(cpuMs() - started).toBeLessThan(50)
  })

  it('[C13] has one Unicode form: both spellings of é are the same address', () => {
    const composed = contract.match('/caf\u00E9')
    const decomposed = contract.match('/cafe\u0301')
    const escaped = contract.match('/caf%C3%A9')
    expect(composed).toMatchObject({ ok: true, address: '/café' })
    expect(decomposed).toEqual(composed)
    expect(escaped).toEqual(composed)
  })

  it('[C13] keeps upper and lower case apart', () => {
    expect(serving('/Prices').match('/prices')).toEqual({ ok: false, reason: 'unknown' })
  })
})

describe('any address', () => {
  const contract = serving('/', '/a/{b}', '/{a}', '/a-{b}-{c}', '/{a}/x/{b}')

  it('is matched without throwing, and a canonical address matches itself', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.stringMatching(/^[/a-z%2FfeEcC.;#-]{0,40}$/),
      fc.webPath(),
    )
    fc.assert(
      fc.property(texts, (text) => {
        for (const path of [text, `/${text}`]) {
          const found = contract.match(path)
          const again = found.ok ? contract.match(found.address) : found
          expect(again).toEqual(found)
        }
      }),
      { numRuns: 1_000 },
    )
  })
})
