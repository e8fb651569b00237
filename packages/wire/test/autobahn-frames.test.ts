// The case families of the Autobahn TestSuite (https://github.com/crossbario/autobahn-testsuite), rebuilt as tables in
// its spirit: what the suite's peer sends, what an echo must answer, and how the connection must end. Both roles.
import { describe, expect, it } from 'vitest'
import type { Role } from '../src/index.ts'
import { describeFrame, frame as build, type FrameOptions, readFrames } from './frames.ts'
import { play, type PlayOptions, playEveryWay, seededBytes, type Trace } from './recorder.ts'

const KEY = Buffer.from('a1b2c3d4', 'hex')

const TEXT = 1
const BINARY = 2
const CONTINUATION = 0
const CLOSE = 8
const PING = 9
const PONG = 10

/** Frames as the peer of an engine in that role sends them. */
function bytesFor(role: Role, frames: readonly Omit<FrameOptions, 'mask'>[]): Buffer {
  return Buffer.concat(frames.map((each) => build({ ...each, mask: role === 'server' ? KEY : undefined })))
}

const text = (payload: string | Buffer, fin = true): FrameOptions => ({ opcode: TEXT, payload, fin })
const binary = (payload: Buffer, fin = true): FrameOptions => ({ opcode: BINARY, payload, fin })
const more = (payload: string | Buffer, fin = false): FrameOptions => ({ opcode: CONTINUATION, payload, fin })
const ping = (payload: string | Buffer = ''): FrameOptions => ({ opcode: PING, payload })
const pong = (payload: string | Buffer = ''): FrameOptions => ({ opcode: PONG, payload })
const close = (code?: number, reason: string | Buffer = ''): FrameOptions => ({
  opcode: CLOSE,
  payload: code === undefined ? '' : Buffer.concat([Buffer.of(code >> 8, code & 255), Buffer.from(reason)]),
})

const answer = (frame: FrameOptions): string => describeFrame(readFrames(build(frame))[0]!)

/** Plays the frames to an echo and compares what it sends back. Every frame it sends must be masked as its role says. */
function expectAnswer(
  role: Role,
  frames: readonly FrameOptions[],
  expected: readonly FrameOptions[],
  options: PlayOptions & { everyWay?: boolean } = {},
): Trace {
  const { everyWay = true, ...rest } = options
  const bytes = bytesFor(role, frames)
  const trace = everyWay
    ? playEveryWay(bytes, { role, echo: true, ...rest })
    : play([bytes], { role, echo: true, ...rest })
  expect(trace.sent).toEqual(expected.map((each) => answer(each)))
  const sent = readFrames(trace.sentBytes)
  for (const [i, each] of sent.entries()) {
    expect(each.masked).toBe(role === 'client')
    if (each.opcode !== CLOSE || expected[i]!.payload !== undefined) {
      if (each.opcode !== CLOSE) expect(each.payload.equals(Buffer.from(expected[i]!.payload ?? ''))).toBe(true)
    }
  }
  return trace
}

for (const role of ['server', 'client'] as const) {
  const name = `as ${role}`
  /** The echo answers these frames, and then the closing handshake with code 1000. */
  const answers = (
    frames: FrameOptions[],
    expected: FrameOptions[],
    options: PlayOptions & { everyWay?: boolean } = {},
  ): void => {
    const trace = expectAnswer(role, [...frames, close(1000)], [...expected, close(1000)], options)
    expect(trace.ending).toMatchObject({ kind: 'peer-closed', code: 1000 })
  }
  /** The echo answers these frames and then fails the connection; what comes after is ignored. */
  const fails = (frames: FrameOptions[], expected: FrameOptions[], code: number, options: PlayOptions = {}): void => {
    const trace = expectAnswer(role, [...frames, ping('late'), close(1000)], [...expected, close(code)], options)
    expect(trace.ending).toMatchObject({ kind: 'peer-violation', code })
  }

  describe(`1 framing, ${name}`, () => {
    const sizes = [0, 125, 126, 127, 128, 65_535, 65_536]
    it.each(sizes.map((size, i) => [`1.1.${i + 1}`, size] as const))('[%s] text of %i bytes is echoed', (_id, size) => {
      answers([text('*'.repeat(size))], [text('*'.repeat(size))])
    })
    it('[1.1.8] text of 65,536 bytes in chops of 997 is echoed', () => {
      const bytes = bytesFor(role, [text('*'.repeat(65_536))])
      const chops = Array.from({ length: Math.ceil(bytes.length / 997) }, (_, i) =>
        bytes.subarray(i * 997, i * 997 + 997),
      )
      expect(play(chops, { role, echo: true }).sent).toEqual([answer(text('*'.repeat(65_536)))])
    })
    it.each(sizes.map((size, i) => [`1.2.${i + 1}`, size] as const))(
      '[%s] binary of %i bytes is echoed',
      (_id, size) => {
        answers([binary(Buffer.alloc(size, 0xfe))], [binary(Buffer.alloc(size, 0xfe))])
      },
    )
    it('[1.2.8] binary of 65,536 bytes in chops of 997 is echoed', () => {
      const payload = Buffer.alloc(65_536, 0xfe)
      const bytes = bytesFor(role, [binary(payload)])
      const chops = Array.from({ length: Math.ceil(bytes.length / 997) }, (_, i) =>
        bytes.subarray(i * 997, i * 997 + 997),
      )
      expect(play(chops, { role, echo: true }).sent).toEqual([answer(binary(payload))])
    })
  })

  describe(`2 pings and pongs, ${name}`, () => {
    it.each([
      ['2.1', ''],
      ['2.2', 'Hello, world!'],
      ['2.3', Buffer.from('00fffefdfcfb00ff', 'hex')],
      ['2.4', Buffer.alloc(125, 0xfe)],
    ])('[%s] a ping is answered by a pong with its payload', (_id, payload) => {
      answers([ping(payload)], [pong(payload)])
    })
    it('[2.5] a ping of 126 bytes fails', () => fails([ping(Buffer.alloc(126, 0xfe))], [], 1002))
    it('[2.6] a ping of 125 bytes, an octet at a time', () => {
      const bytes = bytesFor(role, [ping(Buffer.alloc(125, 0xfe)), close(1000)])
      const trace = play(
        Array.from(bytes, (_, i) => bytes.subarray(i, i + 1)),
        { role, echo: true },
      )
      expect(trace.sent).toEqual([answer(pong(Buffer.alloc(125, 0xfe))), 'close 1000'])
    })
    it('[2.7] an unsolicited empty pong is ignored', () => answers([pong()], []))
    it('[2.8] an unsolicited pong with a payload is ignored', () => answers([pong('unsolicited pong payload')], []))
    it('[2.9] an unsolicited pong, then a ping', () =>
      answers([pong('unsolicited'), ping('ping payload')], [pong('ping payload')]))
    it.each(['2.10', '2.11'])('[%s] ten pings are answered in order, whole and an octet at a time', () => {
      const payloads = Array.from({ length: 10 }, (_, i) => `payload-${i}`)
      answers(
        payloads.map((each) => ping(each)),
        payloads.map((each) => pong(each)),
      )
    })
  })

  describe(`3 reserved bits, ${name}`, () => {
    const small = 'Hello, world!'
    it('[3.1] RSV=1 on a text', () => fails([{ ...text(small), rsv: 1 }], [], 1002))
    it('[3.2] RSV=2 after a good text', () =>
      fails([text(small), { ...text(small), rsv: 2 }, ping()], [text(small)], 1002))
    it('[3.3] RSV=3 after a good text, chopped', () =>
      fails([text(small), { ...text(small), rsv: 3 }, ping()], [text(small)], 1002))
    it('[3.4] RSV=4 after a good text, without compression', () =>
      fails([text(small), { ...text(small), rsv: 4 }, ping()], [text(small)], 1002))
    it('[3.5] RSV=5 on a binary', () => fails([{ ...binary(Buffer.alloc(8)), rsv: 5 }], [], 1002))
    it('[3.6] RSV=6 on a ping', () => fails([{ ...ping(small), rsv: 6 }], [], 1002))
    it('[3.7] RSV=7 on a Close', () => fails([{ ...close(1000), rsv: 7 }], [], 1002))
  })

  describe(`4 opcodes, ${name}`, () => {
    const small = 'Hello, world!'
    for (const [family, opcodes] of [
      ['4.1', [3, 4, 5, 6, 7]],
      ['4.2', [11, 12, 13, 14, 15]],
    ] as const) {
      it.each(opcodes.map((opcode, i) => [`${family}.${i + 1}`, opcode, i] as const))(
        '[%s] reserved opcode %i',
        (_id, opcode, i) => {
          if (i < 2) fails([{ opcode, payload: i === 1 ? 'reserved payload' : '' }], [], 1002)
          else fails([text(small), { opcode, payload: i === 3 ? 'reserved payload' : '' }, ping()], [text(small)], 1002)
        },
      )
    }
  })

  describe(`5 fragmentation, ${name}`, () => {
    it('[5.1] a ping in two fragments fails', () =>
      fails([{ ...ping('frag'), fin: false }, more('ment', true)], [], 1002))
    it('[5.2] a pong in two fragments fails', () =>
      fails([{ ...pong('frag'), fin: false }, more('ment', true)], [], 1002))
    it.each(['5.3', '5.4', '5.5'])('[%s] text in two fragments, whole, chopped by frame and by octet', () =>
      answers([text('fragment1', false), more('fragment2', true)], [text('fragment1fragment2')]),
    )
    it.each(['5.6', '5.7', '5.8'])('[%s] text in two fragments with a ping between', () =>
      answers(
        [text('fragment1', false), ping('ping payload'), more('fragment2', true)],
        [pong('ping payload'), text('fragment1fragment2')],
      ),
    )
    it.each(['5.9', '5.10', '5.11', '5.12', '5.13', '5.14'])(
      '[%s] a continuation with nothing to continue, then a text',
      (id) => fails([more('non-continuation payload', Number(id.slice(2)) < 12), text('Hello, world!')], [], 1002),
    )
    it('[5.15] a message in two fragments, then a continuation without start, then a text', () =>
      fails(
        [text('fragment1', false), more('fragment2', true), more('fragment3', false), text('fragment4', true)],
        [text('fragment1fragment2')],
        1002,
      ))
    it.each([
      ['5.16', false],
      ['5.17', true],
    ] as const)('[%s] a continuation with FIN=%s and nothing to continue, twice', (_id, fin) =>
      fails([more('fragment1', fin), text('fragment2', false), more('fragment3', true)], [], 1002),
    )
    it('[5.18] two texts, the first with FIN=0', () =>
      fails([text('fragment1', false), text('fragment2', true)], [], 1002))
    it.each(['5.19', '5.20'])('[%s] text in five fragments, pings between', () =>
      answers(
        [
          text('fragment1', false),
          more('fragment2'),
          ping('pongme 1!'),
          more('fragment3'),
          more('fragment4'),
          ping('pongme 2!'),
          more('fragment5', true),
        ],
        [pong('pongme 1!'), pong('pongme 2!'), text('fragment1fragment2fragment3fragment4fragment5')],
      ),
    )
  })

  describe(`7 closing, ${name}`, () => {
    it('[7.1.1] a message and then Close', () => answers([text('Hello World!')], [text('Hello World!')]))
    it('[7.1.2] two Closes: the second is ignored', () => {
      expectAnswer(role, [close(1000), close(1000)], [close(1000)])
    })
    it('[7.1.3] a ping after Close is ignored', () => {
      expectAnswer(role, [close(1000), ping()], [close(1000)])
    })
    it('[7.1.4] a text after Close is ignored', () => {
      expectAnswer(role, [close(1000), text('Hello World!')], [close(1000)])
    })
    it('[7.1.5] a message in fragments, Close, and then its last fragment', () => {
      expectAnswer(role, [text('fragment1', false), close(1000), more('fragment2', true)], [close(1000)])
    })
    it('[7.1.6] 256 KiB, a text, Close, a ping', () => {
      const big = 'BAsd7&jh23'.repeat(26_214)
      expectAnswer(
        role,
        [text(big), text('Hello World!'), close(1000), ping()],
        [text(big), text('Hello World!'), close(1000)],
        {
          limits: { maxMessageBytes: 1_000_000 },
        },
      )
    })
    it('[7.3.1] an empty Close', () => {
      const trace = expectAnswer(role, [close()], [close()])
      expect(trace.ending).toMatchObject({ kind: 'peer-closed', code: 1005 })
    })
    it('[7.3.2] a Close of one byte', () => fails([{ opcode: CLOSE, payload: 'a' }], [], 1002))
    it('[7.3.3] a Close with a code', () => answers([], []))
    it('[7.3.4] a Close with a code and a reason', () => {
      const trace = expectAnswer(role, [close(1000, 'Hello World!')], [close(1000, 'Hello World!')])
      expect(trace.ending).toEqual({ kind: 'peer-closed', code: 1000, reason: 'Hello World!' })
    })
    it('[7.3.5] a Close with the longest reason, 123 bytes', () => {
      expectAnswer(role, [close(1000, '*'.repeat(123))], [close(1000, '*'.repeat(123))])
    })
    it('[7.3.6] a Close with a reason of 124 bytes', () => fails([close(1000, '*'.repeat(124))], [], 1002))
    it('[7.5.1] a Close with a reason that is not UTF-8', () =>
      fails([close(1000, Buffer.from('cebae1bdb9cf83cebcceb5eda080656469746564', 'hex'))], [], 1007))
    const good = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999]
    it.each(good.map((code, i) => [`7.7.${i + 1}`, code] as const))('[%s] Close %i is answered', (_id, code) => {
      expect(expectAnswer(role, [close(code)], [close(code)]).ending).toMatchObject({ kind: 'peer-closed', code })
    })
    const bad = [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999]
    it.each(bad.map((code, i) => [`7.9.${i + 1}`, code] as const))('[%s] Close %i fails', (_id, code) =>
      fails([close(code)], [], 1002),
    )
    it.each([
      ['7.13.1', 5000],
      ['7.13.2', 65_535],
    ] as const)('[%s] Close %i fails', (_id, code) => fails([close(code)], [], 1002))
  })

  describe(`9 limits and performance, ${name}`, () => {
    const KIB = 1024
    const limits = { maxMessageBytes: 16 * KIB * KIB, maxFragments: 65_537 }
    const fast = { everyWay: false, limits }
    it.each([64, 256, 1024, 4096].map((kib, i) => [`9.1.${i + 1}`, kib] as const))(
      '[%s] text of %i KiB',
      (_id, kib) => {
        answers([text('BAsd7&jh'.repeat(kib * 128))], [text('BAsd7&jh'.repeat(kib * 128))], fast)
      },
    )
    it('[9.1.6] [9.2.6] a message of 16 MiB, text and binary', () => {
      const payload = Buffer.alloc(16 * KIB * KIB, 'BAsd7&jh')
      answers([text(payload)], [text(payload)], fast)
      answers([binary(payload)], [binary(payload)], fast)
    })
    it('[9.1] one byte over the limit fails with 1009', () => {
      fails([binary(Buffer.alloc(1001))], [], 1009, { limits: { maxMessageBytes: 1000 } })
    })
    it.each([64, 256, 1024, 4096].map((kib, i) => [`9.2.${i + 1}`, kib] as const))(
      '[%s] binary of %i KiB',
      (_id, kib) => {
        answers([binary(Buffer.alloc(kib * KIB, 0xfe))], [binary(Buffer.alloc(kib * KIB, 0xfe))], fast)
      },
    )
    const pieces = [64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304]
    it.each(pieces.map((size, i) => [`9.3.${i + 1}] [9.4.${i + 1}`, size] as const))(
      '[%s] 4 MiB in fragments of %i bytes',
      (_id, size) => {
        const payload = Buffer.alloc(4 * KIB * KIB, 'BAsd7&jh')
        const cut = (opcode: number): FrameOptions[] =>
          Array.from({ length: payload.length / size }, (_, i) => ({
            opcode: i === 0 ? opcode : CONTINUATION,
            fin: (i + 1) * size === payload.length,
            payload: payload.subarray(i * size, (i + 1) * size),
          }))
        answers(cut(TEXT), [text(payload)], fast)
        if (size !== 64) answers(cut(BINARY), [binary(payload)], fast)
      },
    )
    it('[9.3.1] 65,537 fragments are one more than 65,536', () => {
      const parts = [text('a', false), ...Array.from({ length: 65_535 }, () => more('a')), more('a', true)]
      answers(parts, [text('a'.repeat(65_537))], fast)
      fails(parts, [], 1008, { limits: { maxMessageBytes: 100_000, maxFragments: 65_536 } })
    })
    it.each([64, 128, 256, 512, 1024, 2048].map((size, i) => [`9.5.${i + 1}] [9.6.${i + 1}`, size] as const))(
      '[%s] 1 MiB in chops of %i bytes',
      (_id, size) => {
        const payload = Buffer.alloc(KIB * KIB, 'BAsd7&jh')
        const bytes = bytesFor(role, [text(payload), binary(payload)])
        const chops = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
          bytes.subarray(i * size, (i + 1) * size),
        )
        expect(play(chops, { role, echo: true, limits }).sent).toEqual([answer(text(payload)), answer(binary(payload))])
      },
    )
    it.each([0, 16, 64, 256, 1024, 4096].map((size, i) => [`9.7.${i + 1}] [9.8.${i + 1}`, size] as const))(
      '[%s] 1,000 messages of %i bytes, each echoed',
      (_id, size) => {
        const messages = Array.from({ length: 1000 }, (_, i) =>
          i % 2 === 0 ? text('*'.repeat(size)) : binary(Buffer.alloc(size, 0xfe)),
        )
        answers(messages, messages, fast)
      },
    )
  })

  describe(`10 fragmentation by the sender, ${name}`, () => {
    it('[10.1.1] a text of 65,536 bytes in fragments of 1,300 is echoed', () => {
      const payload = Buffer.alloc(65_536, '*')
      const parts = Array.from({ length: Math.ceil(65_536 / 1_300) }, (_, i) => ({
        opcode: i === 0 ? TEXT : CONTINUATION,
        fin: (i + 1) * 1_300 >= 65_536,
        payload: payload.subarray(i * 1_300, (i + 1) * 1_300),
      }))
      answers(parts, [text(payload)])
    })
  })
}

describe('client masks', () => {
  it('[W21] are fresh for every frame', () => {
    const trace = play(
      [
        bytesFor(
          'client',
          Array.from({ length: 300 }, () => text('hello')),
        ),
      ],
      {
        role: 'client',
        echo: true,
        random: seededBytes(7),
      },
    )
    const masks = new Set<string>()
    for (let at = 0; at < trace.sentBytes.length; at += 11) masks.add(trace.sentBytes.toString('hex', at + 2, at + 6))
    expect(masks.size).toBe(300)
  })
})
