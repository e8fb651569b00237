import { describe, expect, it } from 'vitest'
import * as wire from '../src/index.ts'

describe('what users depend on', () => {
  it('the names of the package', () => {
    expect(Object.keys(wire).toSorted()).toEqual([
      'ClientHandshake',
      'DEFAULT_LIMITS',
      'HANDSHAKE_FAILURES',
      'MISUSE_ERRORS',
      'REFUSALS',
      'RequestHeadParser',
      'TIMERS',
      'WIRE_ERRORS',
      'WireConnection',
      'WireError',
      'WireMisuseError',
      'acceptHandshake',
      'completeLimits',
      'createHandshakeRequest',
      'encodeBinaryFrame',
      'encodeCloseFrame',
      'encodeCompressedFrame',
      'encodeTextFrame',
      'isSendableCloseCode',
    ])
  })

  it('the error codes and their close codes', () => {
    const codes = Object.entries(wire.WIRE_ERRORS).map(([code, { closeCode }]) => `${closeCode} ${code}`)
    expect(codes.toSorted()).toEqual([
      '1002 bad-close-code',
      '1002 bad-close-payload',
      '1002 bad-length',
      '1002 fragmented-control',
      '1002 long-control',
      '1002 masked-frame',
      '1002 reserved-bits',
      '1002 unexpected-continuation',
      '1002 unfinished-message',
      '1002 unknown-opcode',
      '1002 unmasked-frame',
      '1006 no-close',
      '1006 no-pong',
      '1007 bad-close-reason',
      '1007 bad-deflate',
      '1007 bad-utf8',
      '1008 slow-message',
      '1008 too-many-control-frames',
      '1008 too-many-fragments',
      '1009 message-too-big',
    ])
  })

  it('every sentence fits into a Close frame', () => {
    for (const { closeCode, sentence } of Object.values(wire.WIRE_ERRORS)) {
      expect(Buffer.byteLength(sentence)).toBeLessThanOrEqual(123)
      if (closeCode !== 1006) expect(wire.encodeCloseFrame(closeCode, sentence)).toHaveLength(4 + sentence.length)
    }
  })

  it('the default limits', () => {
    expect(wire.DEFAULT_LIMITS).toEqual({
      maxMessageBytes: 65_536,
      maxFragments: 1_024,
      assemblyTimeoutMs: 30_000,
      controlFramesPerSecond: 20,
      pingIntervalMs: 25_000,
      pongTimeoutMs: 10_000,
      closeTimeoutMs: 5_000,
    })
  })

  it('complete limits are frozen, and taken as they are: many connections share one object', () => {
    const limits = wire.completeLimits({ maxMessageBytes: 10 })
    expect(limits).toEqual({ ...wire.DEFAULT_LIMITS, maxMessageBytes: 10 })
    expect(Object.isFrozen(limits)).toBe(true)
    expect(wire.completeLimits(limits)).toBe(limits)
    expect(wire.completeLimits({ ...limits })).not.toBe(limits)
    expect(wire.completeLimits(undefined)).toBe(wire.DEFAULT_LIMITS)
  })

  it('the shapes of whole frames', () => {
    expect(wire.encodeTextFrame('é').toString('hex')).toBe('8102c3a9')
    expect(wire.encodeTextFrame(Buffer.from('é')).toString('hex')).toBe('8102c3a9')
    expect(wire.encodeBinaryFrame(Buffer.of(0, 255)).toString('hex')).toBe('820200ff')
    expect(wire.encodeCloseFrame(1000, 'ok').toString('hex')).toBe('880403e86f6b')
    expect(wire.encodeCloseFrame().toString('hex')).toBe('8800')
    for (const [size, header] of [
      [125, '827d'],
      [126, '827e007e'],
      [65_535, '827effff'],
      [65_536, '827f0000000000010000'],
    ] as const) {
      const frame = wire.encodeBinaryFrame(Buffer.alloc(size))
      expect(frame.toString('hex', 0, frame.length - size)).toBe(header)
    }
    expect(() => wire.encodeTextFrame('\ud800')).toThrow(wire.WireMisuseError)
    expect(() => wire.encodeTextFrame(Buffer.of(255))).toThrow(wire.WireMisuseError)
    expect(() => wire.encodeBinaryFrame('text' as never)).toThrow(wire.WireMisuseError)
    expect(() => wire.encodeCloseFrame(1005)).toThrow(wire.WireMisuseError)
  })

  it('a connection tells what was agreed', () => {
    const deflate = { threshold: 1, level: 1, windowBits: 9 }
    const events = { onMessage: () => {}, onEnd: () => {} }
    expect(new wire.WireConnection({ role: 'server', now: 0, events, deflate }).deflate).toBe(deflate)
    expect(new wire.WireConnection({ role: 'server', now: 0, events }).deflate).toBeUndefined()
  })
})
