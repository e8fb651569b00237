import { describe, expect, it } from 'vitest'
import {
  acceptHandshake,
  type AcceptOptions,
  ClientHandshake,
  createHandshakeRequest,
  HANDSHAKE_FAILURES,
  type HandshakeRequestOptions,
  RequestHeadParser,
  WireMisuseError,
} from '../src/index.ts'
import { seededBytes } from './recorder.ts'

/** The key of RFC 6455 §1.3. */
const random = (bytes: Uint8Array): void => bytes.set(Buffer.from('the sample nonce'))
const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='
const url = new URL('ws://server.example.com/chat?x=1')

const GOOD = [
  'HTTP/1.1 101 Switching Protocols',
  'Upgrade: websocket',
  'Connection: Upgrade',
  `Sec-WebSocket-Accept: ${ACCEPT}`,
]

function answered(
  lines: string[],
  options: Partial<HandshakeRequestOptions> = {},
): ReturnType<ClientHandshake['push']> {
  const bytes = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
  const bytewise = new ClientHandshake({ url, random, ...options })
  let last: ReturnType<ClientHandshake['push']>
  for (let i = 0; i < bytes.length && last === undefined; i++) last = bytewise.push(bytes.subarray(i, i + 1))
  const whole = new ClientHandshake({ url, random, ...options }).push(bytes)
  expect(last).toEqual(whole)
  return whole
}

describe('[W64] ClientHandshake', () => {
  it('sends the request of RFC 6455 §1.3', () => {
    const { bytes, key } = createHandshakeRequest({
      url,
      random,
      protocols: ['chat', 'superchat'],
      headers: [['Origin', 'http://example.com']],
    })
    expect(key).toBe('dGhlIHNhbXBsZSBub25jZQ==')
    expect(bytes.toString()).toBe(
      'GET /chat?x=1 HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n' +
        'Sec-WebSocket-Protocol: chat, superchat\r\nOrigin: http://example.com\r\n\r\n',
    )
  })

  it('offers compression without context takeover, and sends user and password', () => {
    const text = createHandshakeRequest({
      url: new URL('wss://us%3Aer:p%40ss@host:444'),
      random,
      deflate: true,
    }).bytes.toString()
    expect(text).toContain('GET / HTTP/1.1\r\nHost: host:444\r\n')
    expect(text).toContain(
      'Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover; client_max_window_bits\r\n',
    )
    expect(text).toContain(`Authorization: Basic ${Buffer.from('us:er:p@ss').toString('base64')}\r\n`)
    expect(
      createHandshakeRequest({
        url: { protocol: 'ws:', host: 'h', pathname: '', search: '?q', username: 'u' },
        random,
      }).bytes.toString(),
    ).toMatch(/^GET \/\?q .*Basic dTo=\r\n/s)
  })

  it.each([
    ['another scheme', { url: new URL('ftp://host/') }],
    ['a line break in the path', { url: { protocol: 'ws:', host: 'h', pathname: '/a\r\nb', search: '' } }],
    ['a line break in the host', { url: { protocol: 'ws:', host: 'h\r\nx: y', pathname: '/', search: '' } }],
    ['a protocol that is no token', { protocols: ['a b'] }],
    ['the same protocol twice', { protocols: ['a', 'a'] }],
    ['a header with a line break', { headers: [['a', 'b\r\nc: d']] as const }],
    ['a compression level of 12', { deflate: { level: 12 } }],
  ])('%s is a TypeError', (_name, options) => {
    expect(() => new ClientHandshake({ url, random, ...options })).toThrow(WireMisuseError)
  })

  it('accepts the answer of RFC 6455 §1.3 and hands back the first frames', () => {
    const handshake = new ClientHandshake({ url, random, protocols: ['chat'] })
    const bytes = Buffer.concat([
      Buffer.from([...GOOD, 'Sec-WebSocket-Protocol: chat', '', ''].join('\r\n')),
      Buffer.from('8100', 'hex'),
    ])
    expect(handshake.push(bytes)).toMatchObject({
      ok: true,
      protocol: 'chat',
      deflate: undefined,
      leftover: Buffer.from('8100', 'hex'),
    })
    expect(answered(['HTTP/1.1 101', ...GOOD.slice(1)])).toMatchObject({ ok: true, protocol: undefined })
    expect(answered([GOOD[0]!, 'upgrade: WebSocket', 'CONNECTION: keep-alive, upgrade', GOOD[3]!])).toMatchObject({
      ok: true,
    })
  })

  it.each([
    ['status 200', ['HTTP/1.1 200 OK', ...GOOD.slice(1)], 'unexpected-status'],
    ['HTTP/1.0', ['HTTP/1.0 101 Switching Protocols', ...GOOD.slice(1)], 'bad-response'],
    ['no HTTP', ['SSH-2.0-OpenSSH'], 'bad-response'],
    ['a folded header', [...GOOD, ' folded'], 'bad-response'],
    ['no Upgrade', GOOD.toSpliced(1, 1), 'bad-upgrade'],
    ['another Upgrade', GOOD.toSpliced(1, 1, 'Upgrade: h2c'), 'bad-upgrade'],
    ['no Connection', GOOD.toSpliced(2, 1), 'bad-upgrade'],
    ['another Connection', GOOD.toSpliced(2, 1, 'Connection: close'), 'bad-upgrade'],
    ['no Accept', GOOD.slice(0, 3), 'bad-accept'],
    ['another Accept', [...GOOD.slice(0, 3), `Sec-WebSocket-Accept: ${ACCEPT.toLowerCase()}`], 'bad-accept'],
    ['two Accepts', [...GOOD, GOOD[3]!], 'bad-accept'],
    ['a subprotocol, though none was offered', [...GOOD, 'Sec-WebSocket-Protocol: chat'], 'bad-protocol'],
    [
      'an extension, though none was offered',
      [...GOOD, 'Sec-WebSocket-Extensions: permessage-deflate'],
      'bad-extensions',
    ],
    ['more than 100 headers', [...GOOD, ...Array.from({ length: 98 }, () => 'a: b')], 'head-too-large'],
    ['more than 16 KiB', [...GOOD, `a: ${'b'.repeat(17_000)}`], 'head-too-large'],
  ])('refuses %s', (_name, lines, code) => {
    expect(answered(lines)).toMatchObject({
      ok: false,
      code,
      detail: HANDSHAKE_FAILURES[code as keyof typeof HANDSHAKE_FAILURES],
    })
  })

  it('tells status, headers and the beginning of the body of a refusal', () => {
    const bytes = Buffer.from('HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\n\r\nlater')
    expect(new ClientHandshake({ url, random }).push(bytes)).toMatchObject({
      ok: false,
      status: 503,
      headers: ['Retry-After', '5'],
      leftover: Buffer.from('later'),
    })
  })

  it('refuses a subprotocol that was not offered, or two', () => {
    expect(answered([...GOOD, 'Sec-WebSocket-Protocol: other'], { protocols: ['chat'] })).toMatchObject({
      code: 'bad-protocol',
    })
    expect(
      answered([...GOOD, 'Sec-WebSocket-Protocol: chat', 'Sec-WebSocket-Protocol: chat'], { protocols: ['chat'] }),
    ).toMatchObject({ code: 'bad-protocol' })
  })

  describe('permessage-deflate, as client', () => {
    const agreed = (extension: string): unknown => {
      const result = answered([...GOOD, `Sec-WebSocket-Extensions: ${extension}`], { deflate: true })
      return result?.ok === true ? result.deflate : result?.code
    }
    const NONE = 'permessage-deflate; server_no_context_takeover'

    it.each([
      [NONE, 15],
      [`${NONE}; client_no_context_takeover`, 15],
      [`${NONE}; client_max_window_bits=9`, 9],
      [`${NONE}; client_max_window_bits=8`, 8],
      [`${NONE}; server_max_window_bits=8; client_max_window_bits=12`, 12],
    ])('%s is right: a window of %i bits', (extension, windowBits) => {
      expect(agreed(extension)).toEqual({ threshold: 1_024, level: 6, windowBits })
    })

    it.each([
      'permessage-deflate',
      'permessage-deflate; client_no_context_takeover',
      `${NONE}; client_max_window_bits`,
      `${NONE}; client_max_window_bits=16`,
      `${NONE}; server_max_window_bits`,
      `${NONE}; server_max_window_bits=7`,
      `${NONE}; ${NONE}`,
      `${NONE}, ${NONE}`,
      `${NONE}; unknown`,
      'permessage-bzip2',
      'mal formed',
    ])('%s is not an answer to our offer', (extension) => {
      expect(agreed(extension)).toBe('bad-extensions')
    })
  })

  it('and acceptHandshake understand each other', () => {
    for (const [deflate, options] of [
      [false, {}],
      [true, { deflate: true }],
      [{ threshold: 7, windowBits: 10 }, { deflate: { windowBits: 9 } }],
      [true, {}],
    ] as [HandshakeRequestOptions['deflate'], AcceptOptions][]) {
      const client = new ClientHandshake({ url, random: seededBytes(5), protocols: ['a', 'b'], deflate })
      const received = new RequestHeadParser().push(client.request)
      if (received?.ok !== true) throw new Error('no head')
      const accepted = acceptHandshake(received.head, { protocols: ['b'], ...options })
      if (!accepted.ok) throw new Error(accepted.code)
      const done = client.push(accepted.response())
      expect(done).toMatchObject({ ok: true, protocol: 'b' })
      expect(done?.ok === true && done.deflate !== undefined).toBe(accepted.deflate !== undefined)
    }
  })
})
