import { constants, deflateRawSync, inflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { encodeCompressedFrame, type DeflateParameters, type Role, WireMisuseError } from '../src/index.ts'
import { frame, readFrames } from './frames.ts'
import { play, playEveryWay, seededBytes } from './recorder.ts'

const KEY = Buffer.from('01020304', 'hex')
const DEFLATE: DeflateParameters = { threshold: 0, level: 6, windowBits: 15 }
const violation = (closeCode: number, code: string): string => `end peer-violation ${closeCode} ${code}`

interface Deflater {
  readonly windowBits?: number
  readonly level?: number
  readonly strategy?: number
  readonly memLevel?: number
}

/** As RFC 7692 §7.2.1 says, written apart from the engine. */
function deflated(payload: Buffer | string, options: Deflater = {}): Buffer {
  const flushed = deflateRawSync(payload, { ...options, finishFlush: constants.Z_SYNC_FLUSH })
  expect(flushed.subarray(-4).toString('hex')).toBe('0000ffff')
  return flushed.subarray(0, -4)
}

const inflated = (payload: Buffer): Buffer =>
  inflateRawSync(Buffer.concat([payload, Buffer.from('0000ffff', 'hex')]), { finishFlush: constants.Z_SYNC_FLUSH })

function compressedFrame(opcode: number, payload: Buffer, role: Role = 'server', fin = true): Buffer {
  return frame({ opcode, rsv: opcode === 0 ? 0 : 4, fin, payload, mask: role === 'server' ? KEY : undefined })
}

/** Bytes that do not shrink. */
function noise(bytes: number): Buffer {
  const data = Buffer.alloc(bytes)
  seededBytes(7)(data)
  return data
}

/** JSON that compresses as real messages do. */
function sample(bytes: number): Buffer {
  let text = ''
  for (let i = 0; text.length < bytes; i++)
    text += JSON.stringify({ symbol: `SYM${i % 17}`, price: 100 + i * 0.25, size: i * 7 })
  return Buffer.from(text.slice(0, bytes))
}

describe('RFC 7692 §7.2.3, the examples', () => {
  it.each([
    ['one block', 'f248cdc9c90700', 'Hello'],
    ['no compression', '000500faff48656c6c6f00', 'Hello'],
    ['BFINAL=1', 'f348cdc9c9070000', 'Hello'],
    ['two blocks', 'f2480500 00 00ffff cac9c90700', 'Hello'],
  ])('%s', (_name, hex, text) => {
    const payload = Buffer.from(hex.replace(/ /g, ''), 'hex')
    expect(playEveryWay(compressedFrame(1, payload), { deflate: DEFLATE }).events).toEqual([`text "${text}"`])
  })

  it('in two fragments', () => {
    const bytes = Buffer.concat([
      compressedFrame(1, Buffer.from('f248cd', 'hex'), 'server', false),
      frame({ opcode: 9, payload: 'between', mask: KEY }),
      compressedFrame(0, Buffer.from('c9c90700', 'hex')),
    ])
    expect(playEveryWay(bytes, { deflate: DEFLATE }).events).toEqual(['ping 6265747765656e', 'text "Hello"'])
  })

  it('an uncompressed message, and fragments of one, are as good as without the extension', () => {
    const bytes = Buffer.concat([
      frame({ opcode: 1, payload: 'plain', mask: KEY }),
      frame({ opcode: 1, fin: false, payload: 'pla', mask: KEY }),
      frame({ opcode: 0, payload: 'in', mask: KEY }),
    ])
    expect(playEveryWay(bytes, { deflate: DEFLATE }).events).toEqual(['text "plain"', 'text "plain"'])
  })

  it('a message after BFINAL=1 that goes on in another stream; and not without end', () => {
    const once = deflateRawSync(Buffer.from('Hello'))
    const many = (count: number): Buffer => Buffer.concat([...Array.from({ length: count }, () => once), Buffer.of(0)])
    expect(playEveryWay(compressedFrame(1, many(3)), { deflate: DEFLATE }).events).toEqual(['text "HelloHelloHello"'])
    expect(playEveryWay(compressedFrame(1, many(1_000)), { deflate: DEFLATE }).events).toEqual([
      violation(1007, 'bad-deflate'),
    ])
  })
})

for (const role of ['server', 'client'] as const) {
  describe(`12 compression of different payloads, as ${role}`, () => {
    const sizes = [16, 64, 256, 1_024, 4_096, 8_192, 16_384, 32_768, 65_536, 131_072]
    const limits = { maxMessageBytes: 200_000, maxFragments: 10_000 }
    const kinds: [string, (size: number) => Buffer, number][] = [
      ['12.1', sample, 1],
      ['12.2', (size) => Buffer.from('ä€😀z'.repeat(Math.ceil(size / 10))), 1],
      ['12.3', (size) => Buffer.from(Buffer.alloc(size, 'Lorem ipsum dolor sit amet, ')), 2],
      [
        '12.4',
        (size) => {
          const bytes = Buffer.alloc(size)
          seededBytes(size)(bytes)
          return bytes
        },
        2,
      ],
      ['12.5', (size) => Buffer.alloc(size), 2],
    ]
    for (const [family, make, opcode] of kinds) {
      it.each(sizes.map((size, i) => [`${family}.${i + 1}`, size] as const))(
        '[%s] %i bytes are echoed, and fragments of them',
        (_id, size) => {
          const payload = make(size)
          const packed = deflated(payload)
          const cut = Math.ceil(packed.length / 7)
          const parts = Array.from({ length: Math.ceil(packed.length / cut) }, (_, i) =>
            compressedFrame(
              i === 0 ? opcode : 0,
              packed.subarray(i * cut, (i + 1) * cut),
              role,
              (i + 1) * cut >= packed.length,
            ),
          )
          const trace = play([compressedFrame(opcode, packed, role), ...parts], {
            role,
            echo: true,
            deflate: DEFLATE,
            limits,
          })
          const sent = readFrames(trace.sentBytes)
          expect(sent).toHaveLength(2)
          for (const each of sent) {
            expect(each.opcode).toBe(opcode)
            expect((each.rsv === 4 ? inflated(each.payload) : each.payload).equals(payload)).toBe(true)
            // What does not shrink travels as it is.
            expect(each.rsv === 4).toBe(each.payload.length < payload.length)
          }
        },
      )
    }
  })

  describe(`13 compression with every window, as ${role}`, () => {
    const payload = sample(60_000)
    for (const windowBits of [9, 10, 11, 12, 13, 14, 15]) {
      it(`[13.${windowBits - 8}] a window of ${windowBits} bits is read, and never exceeded`, () => {
        for (const options of [
          { windowBits },
          { windowBits, level: 1 },
          { windowBits, level: 9, memLevel: 1 },
          { windowBits, strategy: constants.Z_FIXED },
          { windowBits, level: 0 },
        ]) {
          const packed = deflated(payload, options)
          const trace = play([compressedFrame(1, packed, role)], {
            role,
            echo: true,
            deflate: { ...DEFLATE, windowBits },
            limits: { maxMessageBytes: 100_000 },
          })
          const [echoed] = readFrames(trace.sentBytes)
          expect(echoed!.rsv).toBe(4)
          // zlib refuses a distance beyond the window it is given.
          expect(
            inflateRawSync(Buffer.concat([echoed!.payload, Buffer.from('0000ffff', 'hex')]), {
              windowBits,
              finishFlush: constants.Z_SYNC_FLUSH,
            }).equals(payload),
          ).toBe(true)
        }
      })
    }
    it('[13] [W51] a window of 8 bits is read, and nothing is compressed for it, because zlib cannot', () => {
      const trace = play([compressedFrame(1, deflated('a'.repeat(200)), role)], {
        role,
        echo: true,
        deflate: { ...DEFLATE, windowBits: 8 },
      })
      expect(trace.sent).toEqual(['text (200)'])
    })
    it('[13] [W50] context is never taken over: each message inflates alone', () => {
      const packed = deflated(sample(2_000))
      const trace = play([compressedFrame(1, packed, role), compressedFrame(1, packed, role)], {
        role,
        echo: true,
        deflate: DEFLATE,
      })
      for (const each of readFrames(trace.sentBytes)) expect(inflated(each.payload).equals(sample(2_000))).toBe(true)
    })
  })
}

describe('limits of inflating', () => {
  const limits = { maxMessageBytes: 65_536 }

  it('[C05] 65 KB that inflate to 64 MiB: 1009, whole or spread over fragments', () => {
    const bomb = deflated(Buffer.alloc(64 * 1024 * 1024)).subarray(0, 65_536)
    const trace = play([compressedFrame(2, bomb)], { deflate: DEFLATE, limits })
    expect(trace.events).toEqual([violation(1009, 'message-too-big')])
    const parts = [0, 1, 2, 3].map((i) =>
      compressedFrame(i === 0 ? 2 : 0, bomb.subarray(i * 16_384, (i + 1) * 16_384), 'server', i === 3),
    )
    expect(play(parts, { deflate: DEFLATE, limits }).events).toEqual([violation(1009, 'message-too-big')])
  })

  it('[C05] stops at limit+1 bytes: exactly the limit is a message', () => {
    for (const maxMessageBytes of [1, 100, 16_384, 65_536]) {
      const options = { deflate: DEFLATE, limits: { maxMessageBytes } }
      const exact = compressedFrame(2, deflated(Buffer.alloc(maxMessageBytes), { level: 9 }))
      const over = compressedFrame(2, deflated(Buffer.alloc(maxMessageBytes + 1), { level: 9 }))
      if (maxMessageBytes > 1) expect(playEveryWay(exact, options).events[0]).toMatch(/^binary/)
      expect(playEveryWay(over, options).events).toEqual([violation(1009, 'message-too-big')])
    }
  })

  it('[W07] data that does not shrink may be larger on the wire: at the limit it passes, one byte more is 1009', () => {
    const options = { deflate: DEFLATE, limits: { maxMessageBytes: 70_000 } }
    for (const memLevel of [1, 9]) {
      const exact = noise(70_000)
      const wire = deflated(exact, { memLevel })
      expect(wire.length).toBeGreaterThan(70_000)
      const passed = play([compressedFrame(2, wire)], options)
      expect(passed.events[0]).toMatch(/^binary/)
      const over = deflated(noise(70_001), { memLevel })
      expect(play([compressedFrame(2, over)], options).events).toEqual([violation(1009, 'message-too-big')])
    }
  })

  it('[W07] what no message of the limit needs on the wire is refused from the header', () => {
    const options = { deflate: DEFLATE, limits: { maxMessageBytes: 6_400 } }
    const bound = 6_400 + 800 + 100 + 16
    const header = (length: number): Buffer => Buffer.from([0xc2, 0xfe, length >> 8, length & 0xff, 0, 0, 0, 0])
    expect(play([header(bound)], options).events).toEqual([])
    expect(play([header(bound + 1)], options).events).toEqual([violation(1009, 'message-too-big')])
  })

  it('[C05] memory while inflating a bomb stays near the limit', () => {
    const bomb = compressedFrame(2, deflated(Buffer.alloc(60 * 1024 * 1024)).subarray(0, 65_000))
    play([bomb], { deflate: DEFLATE, limits })
    const before = process.memoryUsage.rss()
    for (let i = 0; i < 20; i++) play([bomb], { deflate: DEFLATE, limits })
    expect(process.memoryUsage.rss() - before).toBeLessThan(40 * 1024 * 1024)
  })

  it('[C05] several streams in one message share one limit', () => {
    const two = Buffer.concat([
      deflateRawSync(Buffer.alloc(40_000)),
      deflateRawSync(Buffer.alloc(40_000)),
      Buffer.of(0),
    ])
    expect(play([compressedFrame(2, two)], { deflate: DEFLATE, limits }).events).toEqual([
      violation(1009, 'message-too-big'),
    ])
    const full = Buffer.concat([deflateRawSync(Buffer.alloc(65_536)), deflateRawSync(Buffer.alloc(1)), Buffer.of(0)])
    expect(play([compressedFrame(2, full)], { deflate: DEFLATE, limits }).events).toEqual([
      violation(1009, 'message-too-big'),
    ])
  })

  it('[C06] over the limit and corrupt after that: one error', () => {
    const bad = Buffer.concat([deflated(Buffer.alloc(200_000)), Buffer.from('ffffffff', 'hex')])
    const trace = playEveryWay(compressedFrame(2, bad), { deflate: DEFLATE, limits })
    expect(trace.events).toEqual([violation(1009, 'message-too-big')])
    expect(trace.sent).toEqual(['close 1009'])
  })

  it.each([
    ['a reserved block type', '07'],
    ['a stored block with wrong check', '00050000004865'],
    ['an impossible distance', '0b0240'],
    ['cut inside a block', deflated('Hello, Hello, Hello').subarray(0, 6).toString('hex')],
    ['nothing at all', ''],
    ['ones', 'ffffffffffff'],
  ])('[C06] [W52] corrupt, %s: 1007, one error', (_name, hex) => {
    const trace = playEveryWay(compressedFrame(2, Buffer.from(hex, 'hex')), { deflate: DEFLATE })
    expect(trace.events).toEqual([violation(1007, 'bad-deflate')])
    expect(trace.sent).toEqual(['close 1007'])
  })

  it('text that inflates to invalid UTF-8: 1007', () => {
    expect(
      playEveryWay(compressedFrame(1, deflated(Buffer.from('eda080', 'hex'))), { deflate: DEFLATE }).events,
    ).toEqual([violation(1007, 'bad-utf8')])
  })
})

describe('compressing', () => {
  it('[W53] leaves messages below the threshold alone', () => {
    const bytes = Buffer.concat([
      frame({ opcode: 1, payload: 'a'.repeat(99), mask: KEY }),
      frame({ opcode: 2, payload: 'a'.repeat(100), mask: KEY }),
    ])
    expect(play([bytes], { echo: true, deflate: { ...DEFLATE, threshold: 100 } }).sent).toEqual([
      'text "' + 'a'.repeat(99) + '"',
      expect.stringMatching(/^z:binary/),
    ])
  })

  it('once for every subscriber: encodeCompressedFrame', () => {
    const [text] = readFrames(encodeCompressedFrame('é'.repeat(1_000)))
    expect(text).toMatchObject({ opcode: 1, rsv: 4, fin: true, masked: false })
    expect(inflated(text!.payload).toString()).toBe('é'.repeat(1_000))
    const [binary] = readFrames(encodeCompressedFrame(Buffer.alloc(2_000), { binary: true, windowBits: 9, level: 1 }))
    expect(binary).toMatchObject({ opcode: 2, rsv: 4 })
    expect(readFrames(encodeCompressedFrame('short'))[0]).toMatchObject({ opcode: 1, rsv: 0 })
    expect(readFrames(encodeCompressedFrame(Buffer.from('short')))[0]).toMatchObject({ opcode: 1, rsv: 0 })
  })

  it('[B16] options out of range are a TypeError', () => {
    for (const options of [
      { threshold: -1 },
      { level: 10 },
      { level: 1.5 },
      { level: -1 },
      { windowBits: 8 },
      { windowBits: 16 },
      { windowBits: 9.5 },
    ]) {
      expect(() => encodeCompressedFrame('x', options)).toThrow(WireMisuseError)
    }
  })
})
