// Autobahn's family 6: every valid and invalid UTF-8 sequence, whole, in fragments and byte by byte, with strict fail-fast.
import { isUtf8 } from 'node:buffer'
import { describe, expect, it } from 'vitest'
import { Utf8Stream } from '../src/utf8.ts'
import { frame } from './frames.ts'
import { play, playEveryWay } from './recorder.ts'

const KEY = Buffer.from('37fa213d', 'hex')
const GREEK = Buffer.from('κόσμε')
const hex = (text: string): Buffer => Buffer.from(text.replace(/ /g, ''), 'hex')

const text = (payload: Buffer, fin = true): Buffer => frame({ opcode: 1, fin, payload, mask: KEY })
const more = (payload: Buffer, fin: boolean): Buffer => frame({ opcode: 0, fin, payload, mask: KEY })
const bytewise = (payload: Buffer): Buffer =>
  Buffer.concat([
    text(payload.subarray(0, 1), payload.length <= 1),
    ...Array.from({ length: Math.max(0, payload.length - 1) }, (_, i) =>
      more(payload.subarray(i + 1, i + 2), i + 2 === payload.length),
    ),
  ])

const VALID: [string, Buffer][] = [
  ['6.2.1', Buffer.from('Hello-µ@ßöäüàá-UTF-8!!')],
  ['6.5.1', hex('48656c6c6f2dc2b540c39fc3b6c3a4c3bcc3a0c3a12d5554462d382121')],
  ['6.5.2', hex('ceba')],
  ['6.5.3', hex('cebae1bdb9')],
  ['6.5.4', hex('cebae1bdb9cf83')],
  ['6.5.5', hex('cebae1bdb9cf83cebcceb5')],
  ['6.6.2', hex('ceba')],
  ['6.6.5', hex('cebae1bdb9')],
  ['6.6.7', hex('cebae1bdb9cf83')],
  ['6.6.9', hex('cebae1bdb9cf83cebc')],
  ['6.6.11', hex('cebae1bdb9cf83cebcceb5')],
  ['6.7.1', hex('00')],
  ['6.7.2', hex('c280')],
  ['6.7.3', hex('e0a080')],
  ['6.7.4', hex('f0908080')],
  ['6.9.1', hex('7f')],
  ['6.9.2', hex('dfbf')],
  ['6.9.3', hex('efbfbf')],
  ['6.9.4', hex('f48fbfbf')],
  ['6.11.1', hex('ed9fbf')],
  ['6.11.2', hex('ee8080')],
  ['6.11.3', hex('efbfbd')],
  ['6.11.4', hex('f48fbfbf')],
  // Noncharacters are characters here.
  ...[
    0xfffe,
    0xffff,
    ...Array.from({ length: 16 }, (_, i) => [(i + 1) * 0x10000 + 0xfffe, (i + 1) * 0x10000 + 0xffff]).flat(),
  ].map((point, i): [string, Buffer] => [`6.22.${i + 1}`, Buffer.from(String.fromCodePoint(point))]),
  ['6.23.1', hex('efbfbd')],
]

const INVALID: [string, Buffer][] = [
  ['6.3.1', Buffer.concat([GREEK, hex('eda080'), Buffer.from('edited')])],
  ['6.3.2', Buffer.concat([GREEK, hex('f4908080'), Buffer.from('edited')])],
  ['6.6.1', hex('ce')],
  ['6.6.3', hex('cebae1')],
  ['6.6.4', hex('cebae1bd')],
  ['6.6.6', hex('cebae1bdb9cf')],
  ['6.6.8', hex('cebae1bdb9cf83ce')],
  ['6.6.10', hex('cebae1bdb9cf83cebcce')],
  ['6.8.1', hex('f888808080')],
  ['6.8.2', hex('fc8480808080')],
  ['6.10.1', hex('f7bfbfbf')],
  ['6.10.2', hex('fbbfbfbfbf')],
  ['6.10.3', hex('fdbfbfbfbfbf')],
  ['6.11.5', hex('f4908080')],
  ...Array.from({ length: 8 }, (_, i): [string, Buffer] => [
    `6.12.${i + 1}`,
    i === 0
      ? hex('80')
      : i === 1
        ? hex('bf')
        : Buffer.from(Array.from({ length: i }, (_byte, j) => (j % 2 === 0 ? 0x80 : 0xbf))),
  ]),
  ...(
    [
      [0xc0, 0xdf],
      [0xe0, 0xef],
      [0xf0, 0xf7],
      [0xf8, 0xfb],
      [0xfc, 0xfd],
    ] as const
  ).map(([from, to], i): [string, Buffer] => [
    `6.13.${i + 1}`,
    Buffer.from(Array.from({ length: to - from + 1 }, (_, j) => [from + j, 0x20]).flat()),
  ]),
  ...['c0', 'e080', 'f08080', 'f8808080', 'fc80808080', 'df', 'efbf', 'f7bfbf', 'fbbfbfbf', 'fdbfbfbfbf'].map(
    (bytes, i): [string, Buffer] => [`6.14.${i + 1}`, hex(bytes)],
  ),
  ['6.15.1', hex('c0e080f08080f8808080fc80808080dfefbff7bfbffbbfbfbffdbfbfbfbf')],
  ['6.16.1', hex('fe')],
  ['6.16.2', hex('ff')],
  ['6.16.3', hex('fefeffff')],
  ...['c0af', 'e080af', 'f08080af', 'f8808080af', 'fc80808080af'].map((b, i): [string, Buffer] => [
    `6.17.${i + 1}`,
    hex(b),
  ]),
  ...['c1bf', 'e09fbf', 'f08fbfbf', 'f887bfbfbf', 'fc83bfbfbfbf'].map((b, i): [string, Buffer] => [
    `6.18.${i + 1}`,
    hex(b),
  ]),
  ...['c080', 'e08080', 'f0808080', 'f880808080', 'fc8080808080'].map((b, i): [string, Buffer] => [
    `6.19.${i + 1}`,
    hex(b),
  ]),
  ...['eda080', 'edadbf', 'edae80', 'edafbf', 'edb080', 'edbe80', 'edbfbf'].map((b, i): [string, Buffer] => [
    `6.20.${i + 1}`,
    hex(b),
  ]),
  ...[
    'eda080edb080',
    'eda080edbfbf',
    'edadbfedb080',
    'edadbfedbfbf',
    'edae80edb080',
    'edae80edbfbf',
    'edafbfedb080',
    'edafbfedbfbf',
  ].map((b, i): [string, Buffer] => [`6.21.${i + 1}`, hex(b)]),
]

describe('6 UTF-8', () => {
  it('[6.1.1] [6.1.2] [6.1.3] empty text, whole and in empty or nearly empty fragments', () => {
    const empty = Buffer.alloc(0)
    expect(playEveryWay(text(empty), { echo: true }).sent).toEqual(['text ""'])
    expect(
      playEveryWay(Buffer.concat([text(empty, false), more(empty, false), more(empty, true)]), { echo: true }).sent,
    ).toEqual(['text ""'])
    expect(
      playEveryWay(Buffer.concat([text(empty, false), more(Buffer.from('middle'), false), more(empty, true)]), {
        echo: true,
      }).sent,
    ).toEqual(['text "middle"'])
  })

  it.each(VALID)(
    '[%s] [6.2.2] [6.2.3] valid text is echoed, whole, in two fragments and in one per byte',
    (_id, payload) => {
      const expected = [frame({ opcode: 1, payload })]
      for (const bytes of [
        text(payload),
        bytewise(payload),
        ...Array.from({ length: payload.length - 1 }, (_, i) =>
          Buffer.concat([text(payload.subarray(0, i + 1), false), more(payload.subarray(i + 1), true)]),
        ),
      ]) {
        expect([playEveryWay(bytes, { echo: true }).sentBytes]).toEqual(expected)
      }
    },
  )

  it.each(INVALID)('[%s] invalid text fails with 1007, whole and in one fragment per byte', (_id, payload) => {
    for (const bytes of [text(payload), bytewise(payload)]) {
      const trace = playEveryWay(bytes, { echo: true })
      expect(trace.sent).toEqual(['close 1007'])
      expect(trace.ending).toMatchObject({ kind: 'peer-violation', code: 1007, error: { code: 'bad-utf8' } })
    }
  })

  const PART_1 = hex('cebae1bdb9cf83cebcceb5')
  it.each([
    ['6.4.1', Buffer.concat([PART_1, hex('f4')]), hex('90')],
    ['6.4.2', PART_1, hex('f490')],
  ] as const)('[%s] fails fast on the fragment that is wrong, before the message ends', (_id, good, bad) => {
    const before = [text(good, false)]
    expect(play(before).events).toEqual([])
    expect(play([...before, more(bad, false)]).sent).toEqual(['close 1007'])
  })

  it.each(['6.4.3', '6.4.4'])('[%s] fails fast on the octet that is wrong, inside the frame', () => {
    const bytes = text(Buffer.concat([PART_1, hex('f4908080'), Buffer.from('edited')]))
    // Header and key are 6 bytes; F4 is allowed, the 90 behind it is not.
    const wrong = 6 + PART_1.length + 2
    const octets = Array.from(bytes, (_, i) => bytes.subarray(i, i + 1))
    expect(play(octets.slice(0, wrong - 1)).events).toEqual([])
    expect(play(octets.slice(0, wrong)).sent).toEqual(['close 1007'])
    expect(play([bytes.subarray(0, wrong - 1)]).events).toEqual([])
    expect(play([bytes.subarray(0, wrong)]).sent).toEqual(['close 1007'])
  })
})

describe('the validator', () => {
  /** The shortest prefix that no valid text begins with, found by asking whether any ending makes it valid. */
  function failsAt(bytes: Buffer): number {
    const endings = [
      '',
      '80',
      '8080',
      '808080',
      'a0',
      'a080',
      '90',
      '9080',
      '908080',
      'bf',
      'bfbf',
      '9f',
      '9fbf',
      '8f',
      '8fbf',
      '8fbfbf',
    ].map(hex)
    for (let length = 1; length <= bytes.length; length++) {
      const prefix = bytes.subarray(0, length)
      if (!endings.some((ending) => isUtf8(Buffer.concat([prefix, ending])))) return length
    }
    return Infinity
  }

  it('fails at the first byte that cannot be right, for every pair of bytes and every third', () => {
    for (let first = 0x7e; first < 256; first++) {
      for (let second = 0; second < 256; second++) {
        for (const third of second >= 0x80 && second < 0xc0 ? [0x7f, 0x80, 0xbf, 0xc0] : [0x80]) {
          const bytes = Buffer.of(first, second, third)
          const expected = failsAt(bytes)
          const stream = new Utf8Stream()
          let failed = Infinity
          for (let i = 0; i < 3 && failed === Infinity; i++) if (!stream.push(bytes, i, i + 1)) failed = i + 1
          if (failed !== expected) expect([bytes.toString('hex'), failed]).toEqual([bytes.toString('hex'), expected])
          // In one piece it must agree on whether, if not on where.
          const whole = new Utf8Stream().push(bytes, 0, 3)
          if (whole !== (expected === Infinity))
            expect([bytes.toString('hex'), whole]).toEqual([bytes.toString('hex'), expected === Infinity])
        }
      }
    }
  })
})
