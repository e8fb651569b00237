import { describe, expect, it } from 'vitest'
import {
  REFUSALS,
  WireMisuseError,
  type Refused,
  type RequestHead,
  acceptHandshake,
  type Accepted,
  type AcceptOptions,
} from '../src/index.ts'
import { cpuMs } from './cpu-time.ts'
import { GOOD } from './good-request.ts'

/** The good request with headers replaced (a value), removed (undefined) or added. */
function head(
  changes: Record<string, string | string[] | undefined> = {},
  rest: Partial<RequestHead> = {},
): RequestHead {
  const headers = GOOD.filter(([name]) => !Object.hasOwn(changes, name))
  for (const [name, value] of Object.entries(changes)) {
    for (const each of value === undefined ? [] : [value].flat()) headers.push([name, each])
  }
  return { method: 'GET', target: '/chat', httpVersion: '1.1', headers: headers.flat(), ...rest }
}

function accept(request: RequestHead, options?: AcceptOptions): Accepted {
  const answer = acceptHandshake(request, options)
  if (!answer.ok) throw new Error(answer.code)
  return answer
}

const refusal = (request: RequestHead, options?: AcceptOptions): string => {
  const answer = acceptHandshake(request, options)
  return answer.ok ? 'accepted' : `${answer.status} ${answer.code}`
}

const extensionOf = (offer: string | string[], options: AcceptOptions = { deflate: true }): string | undefined =>
  /Sec-WebSocket-Extensions: (.*)\r\n/.exec(
    accept(head({ 'Sec-WebSocket-Extensions': offer }), options)
      .response()
      .toString(),
  )?.[1]

describe('acceptHandshake', () => {
  it('[W60] answers the example of RFC 6455 §1.3, byte for byte', () => {
    const answer = accept(head({ 'Sec-WebSocket-Protocol': 'chat, superchat' }), { protocols: ['superchat', 'chat'] })
    expect(answer.protocol).toBe('chat')
    expect(answer.response([['X-Extra', 'yes']]).toString()).toBe(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: chat\r\nX-Extra: yes\r\n\r\n',
    )
  })

  it('reads header names, "websocket" and "upgrade" in any case, and lists with empty elements', () => {
    const headers = GOOD.flatMap(([name, value]) => [name.toUpperCase(), name === 'Upgrade' ? 'WebSocket' : value])
    expect(refusal(head({}, { headers }))).toBe('accepted')
    expect(refusal(head({ Connection: 'keep-alive, , UPGRADE,' }))).toBe('accepted')
    expect(refusal(head({ Connection: ['keep-alive', 'Upgrade'] }))).toBe('accepted')
    expect(refusal(head({ Upgrade: 'h2c,\twebsocket' }))).toBe('accepted')
  })

  it('[A06] [W61] hostile lists are refused in linear time', () => {
    const started = cpuMs()
    const spaces = ' '.repeat(32_000)
    expect(refusal(head({ 'Sec-WebSocket-Protocol': `b${spaces}x` }))).toBe('400 bad-protocols')
    expect(refusal(head({ Connection: ', '.repeat(32_000) }))).toBe('400 bad-connection')
    expect(refusal(head({ Connection: `upgrade${spaces}x` }))).toBe('400 bad-connection')
    expect(refusal(head({ 'Sec-WebSocket-Extensions': `a; b="${'\\c'.repeat(32_000)}` }))).toBe('400 bad-extensions')
    expect(refusal(head({ 'Sec-WebSocket-Extensions': `a${spaces}b` }))).toBe('400 bad-extensions')
    expect(refusal(head({ 'Sec-WebSocket-Version': '1'.repeat(64_000) }))).toBe('400 bad-version')
    expect(refusal(head({ 'Sec-WebSocket-Key': 'A'.repeat(64_000) }))).toBe('400 bad-key')
    // Some 10 ms; a quadratic reader needs seconds.
    expect(cpuMs() - started).toBeLessThan(500)
  })

  it('[A07] [W61] names of the prototype are only names', () => {
    for (const name of ['constructor', '__proto__', 'hasOwnProperty', 'toString']) {
      expect(accept(head({ 'Sec-WebSocket-Extensions': name }), { deflate: true }).deflate).toBeUndefined()
      expect(extensionOf(`permessage-deflate; ${name}`)).toBeUndefined()
      expect(extensionOf(`permessage-deflate; ${name}=10`)).toBeUndefined()
      expect(accept(head({ 'Sec-WebSocket-Protocol': name }), { protocols: ['chat'] }).protocol).toBeUndefined()
      const headers = [...head().headers, name, 'x']
      expect(refusal(head({}, { headers }))).toBe('accepted')
    }
  })

  it.each([
    ['Sec-WebSocket-Protocol', '\x80\xff', '400 bad-protocols'],
    ['Sec-WebSocket-Protocol', 'a b', '400 bad-protocols'],
    ['Sec-WebSocket-Protocol', '', '400 bad-protocols'],
    ['Sec-WebSocket-Protocol', ',,', '400 bad-protocols'],
    ['Sec-WebSocket-Protocol', 'a, b, a', '400 bad-protocols'],
    ['Sec-WebSocket-Protocol', 'a"b', '400 bad-protocols'],
    ['Sec-WebSocket-Version', '13'.repeat(10_000), '400 bad-version'],
  ])('[A08] %s: %j is %s', (name, value, expected) => {
    expect(refusal(head({ [name]: value }))).toBe(expected)
  })

  it.each(['0', '7', '8', '14', '255'])('[A09] version %s: 426 with the version that would do', (version) => {
    const answer = acceptHandshake(head({ 'Sec-WebSocket-Version': version })) as Refused
    expect([answer.status, answer.code]).toEqual([426, 'unsupported-version'])
    expect(answer.headers).toEqual([['Sec-WebSocket-Version', '13']])
  })

  it.each([undefined, '', '013', '1 3', '+13', '256', 'x', '13.0', ['13', '13'], ['13', '8'], '13, 8'])(
    '[A09] version %j: 400',
    (version) => {
      expect(refusal(head({ 'Sec-WebSocket-Version': version }))).toBe('400 bad-version')
    },
  )

  it.each([
    undefined,
    '',
    ['dGhlIHNhbXBsZSBub25jZQ==', 'dGhlIHNhbXBsZSBub25jZQ=='],
    'dGhlIHNhbXBsZSBub25jZQ',
    'dGhlIHNhbXBsZSBub25jZ===',
    'dGhlIHNhbXBsZSBub25j',
    'dGhlIHNhbXBsZSBub25jZWU=',
    'dGhlIHNhbXBsZSBub25jZQ==x',
    'dGhlIHNhbXBsZSBub25jZ-==',
    'dGhlIHNhbXBs ZSBub25jZQ==',
  ])('[A10] key %j: 400', (key) => {
    expect(refusal(head({ 'Sec-WebSocket-Key': key }))).toBe('400 bad-key')
  })

  it('[A11] hixie-76: 400', () => {
    const draft = { 'Sec-WebSocket-Key1': '4 @1  46546xW%0l 1 5', 'Sec-WebSocket-Key2': '12998 5 Y3 1  .P00' }
    expect(refusal(head({ ...draft, 'Sec-WebSocket-Key': undefined, 'Sec-WebSocket-Version': undefined }))).toBe(
      '400 draft-handshake',
    )
    expect(refusal(head(draft))).toBe('400 draft-handshake')
  })

  it.each([
    ['POST', head({}, { method: 'POST' }), '400 bad-method'],
    ['HEAD', head({}, { method: 'HEAD' }), '400 bad-method'],
    ['get', head({}, { method: 'get' }), '400 bad-method'],
    ['HTTP/1.0', head({}, { httpVersion: '1.0' }), '400 bad-http-version'],
    ['HTTP/0.9', head({}, { httpVersion: '0.9' }), '400 bad-http-version'],
    ['HTTP/2.0', head({}, { httpVersion: '2.0' }), '505 unsupported-http-version'],
    ['no Host', head({ Host: undefined }), '400 bad-host'],
    ['two Hosts', head({ Host: ['a', 'b'] }), '400 bad-host'],
    ['Content-Length', head({ 'Content-Length': '5' }), '400 request-body'],
    ['Transfer-Encoding', head({ 'Transfer-Encoding': 'chunked' }), '400 request-body'],
  ])('[A12] %s on an upgrade', (_name, request, expected) => {
    expect(refusal(request)).toBe(expected)
  })

  it('[A16] no Upgrade: 426 that says what to upgrade to; Upgrade to something else: 400', () => {
    const answer = acceptHandshake(head({ Upgrade: undefined })) as Refused
    expect([answer.status, answer.code]).toEqual([426, 'not-an-upgrade'])
    expect(answer.headers).toEqual([
      ['Upgrade', 'websocket'],
      ['Connection', 'Upgrade'],
      ['Sec-WebSocket-Version', '13'],
    ])
    expect(refusal(head({ Upgrade: 'h2c' }))).toBe('400 bad-upgrade')
    expect(refusal(head({ Upgrade: '' }))).toBe('400 bad-upgrade')
    expect(refusal(head({ Upgrade: 'websocket/13 x' }))).toBe('400 bad-upgrade')
    expect(refusal(head({ Connection: undefined }))).toBe('400 bad-connection')
    expect(refusal(head({ Connection: 'keep-alive' }))).toBe('400 bad-connection')
  })

  it('an odd list of raw headers is read as far as it goes', () => {
    expect(refusal(head({}, { headers: [...head().headers, 'Dangling'] }))).toBe('accepted')
  })

  it('subprotocols: the first of the client that we speak; a callback may choose; never one that was not offered', () => {
    const request = head({ 'Sec-WebSocket-Protocol': ['a, b', 'c'] })
    expect(accept(request, { protocols: ['c', 'b'] }).protocol).toBe('b')
    expect(accept(request, { protocols: ['x'] }).protocol).toBeUndefined()
    expect(accept(request).protocol).toBeUndefined()
    expect(accept(request, { selectProtocol: (offered) => offered.at(-1) }).protocol).toBe('c')
    expect(accept(request, { selectProtocol: () => undefined }).protocol).toBeUndefined()
    expect(accept(head(), { selectProtocol: () => 'never asked' }).protocol).toBeUndefined()
    expect(() => accept(request, { selectProtocol: () => 'x' })).toThrow(WireMisuseError)
  })

  it('extra headers that are no headers are a TypeError', () => {
    const answer = accept(head())
    for (const [name, value] of [
      ['a b', 'x'],
      ['', 'x'],
      ['a', 'x\r\nSet-Cookie: y'],
      ['a', '\u0100'],
      ['a', '\x7f'],
    ] as const) {
      expect(() => answer.response([[name, value]])).toThrow(TypeError)
    }
  })

  it('[W60] every refusal has a status and a sentence', () => {
    for (const { status, sentence } of Object.values(REFUSALS)) {
      expect([400, 426, 431, 505]).toContain(status)
      expect(sentence).toMatch(/^[A-Z].*\.$/)
    }
  })
})

describe('[W62] permessage-deflate, as server', () => {
  const BOTH = 'permessage-deflate; server_no_context_takeover; client_no_context_takeover'

  it('is not agreed to unless it is on', () => {
    expect(extensionOf('permessage-deflate', {})).toBeUndefined()
    expect(extensionOf('permessage-deflate', { deflate: false })).toBeUndefined()
  })

  it.each([
    ['permessage-deflate', BOTH],
    ['permessage-deflate; client_max_window_bits', BOTH],
    ['permessage-deflate; client_max_window_bits=8', BOTH],
    ['permessage-deflate; client_max_window_bits="10"', BOTH],
    ['permessage-deflate ; client_max_window_bits = 15', BOTH],
    ['permessage-deflate; server_no_context_takeover; client_no_context_takeover', BOTH],
    ['permessage-deflate; server_max_window_bits=9', `${BOTH}; server_max_window_bits=9`],
    ['permessage-deflate; server_max_window_bits=15', `${BOTH}; server_max_window_bits=15`],
    ['permessage-deflate; server_max_window_bits="1\\2"', `${BOTH}; server_max_window_bits=12`],
    ['x-webkit-deflate-frame, permessage-deflate', BOTH],
    ['permessage-deflate; server_max_window_bits=8, permessage-deflate', BOTH],
    [
      'permessage-deflate; unknown, permessage-deflate; server_max_window_bits=10',
      `${BOTH}; server_max_window_bits=10`,
    ],
    ['permessage-deflate, permessage-deflate; server_max_window_bits=10', BOTH],
  ])('%s is accepted', (offer, answer) => {
    expect(extensionOf(offer)).toBe(answer)
  })

  it('the window asked for is the one compressed with, and ours where it is smaller', () => {
    expect(
      accept(head({ 'Sec-WebSocket-Extensions': 'permessage-deflate; server_max_window_bits=11' }), { deflate: true })
        .deflate,
    ).toEqual({ threshold: 1_024, level: 6, windowBits: 11 })
    expect(extensionOf('permessage-deflate; server_max_window_bits=11', { deflate: { windowBits: 9 } })).toBe(
      `${BOTH}; server_max_window_bits=9`,
    )
    expect(
      accept(head({ 'Sec-WebSocket-Extensions': 'permessage-deflate' }), {
        deflate: { threshold: 5, level: 1, windowBits: 10 },
      }).deflate,
    ).toEqual({ threshold: 5, level: 1, windowBits: 10 })
  })

  it.each([
    'permessage-deflate; client_max_window_bits=7',
    'permessage-deflate; client_max_window_bits=16',
    'permessage-deflate; client_max_window_bits=010',
    'permessage-deflate; client_max_window_bits=1x',
    'permessage-deflate; client_max_window_bits; client_max_window_bits',
    'permessage-deflate; client_max_window_bits=10; client_max_window_bits=10',
    'permessage-deflate; server_max_window_bits',
    'permessage-deflate; server_max_window_bits=7',
    'permessage-deflate; server_max_window_bits=16',
    'permessage-deflate; server_max_window_bits=8',
    'permessage-deflate; server_no_context_takeover=1',
    'permessage-deflate; client_no_context_takeover=true',
    'permessage-deflate; server_no_context_takeover; server_no_context_takeover',
    'permessage-deflate; mux',
    'permessage-bzip2',
    'PERMESSAGE-DEFLATE-X',
  ])('[A17] %s is declined, and the connection goes on without', (offer) => {
    expect(extensionOf(offer)).toBeUndefined()
  })

  it.each([
    'permessage-deflate; client_max_window_bits=',
    'permessage-deflate; client_max_window_bits=""',
    'permessage-deflate;',
    'permessage-deflate; =',
    'a b',
    '"a"',
    '',
    ',',
    'a; b="',
    'a; b="x',
    'a; b="x\\',
    'a; b="x y"',
  ])('[A17] %j is malformed: 400', (offer) => {
    expect(refusal(head({ 'Sec-WebSocket-Extensions': offer }))).toBe('400 bad-extensions')
  })

  it('[A17] of 1,000 offers, 8 are read', () => {
    const bad = 'permessage-deflate; server_max_window_bits=8'
    const offers = (count: number): string[] => [...Array.from({ length: count }, () => bad), 'permessage-deflate']
    expect(extensionOf(offers(7))).toBe(BOTH)
    expect(extensionOf(offers(8))).toBeUndefined()
    expect(extensionOf(offers(1_000))).toBeUndefined()
    expect(extensionOf(`${offers(1_000).join(',')}, mal formed`)).toBeUndefined()
  })
})
