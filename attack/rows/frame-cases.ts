import { deflateRawSync } from 'node:zlib'
import { clientFrame, hex } from '../kit/peer.ts'

/** Frames of one row and the frames that have to come back. */
export interface FrameCase {
  readonly row: string
  readonly what: string
  /** As a client sends them, with the mask 00000000. */
  readonly bytes: Buffer
  /** Frames as `describeFrame` tells them, in order. Without a Close a ping is added, whose pong ends the case. */
  readonly answer: readonly string[]
  /** Another answer that is as good. */
  readonly or?: readonly string[]
}

const text = (payload: string | Buffer): Buffer => clientFrame(1, payload)
const close = (code: number, reason: Buffer | string = ''): Buffer => {
  const head = Buffer.alloc(2)
  head.writeUInt16BE(code)
  return clientFrame(8, Buffer.concat([head, Buffer.from(reason)]))
}
const part = (opcode: number, payload: Buffer | string): Buffer => clientFrame(opcode, payload, { fin: false })
const join = (pieces: readonly Buffer[]): Buffer => Buffer.concat(pieces)
const MASK = '00000000'

function row(
  id: string,
  cases: readonly (readonly [what: string, bytes: Buffer, answer: string | readonly string[], or?: string])[],
): FrameCase[] {
  return cases.map(([what, bytes, answer, or]) => ({
    row: id,
    what,
    bytes,
    answer: [answer].flat(),
    ...(or === undefined ? {} : { or: [or] }),
  }))
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i)

/** Frames that a client may or may not send (RFC 6455 §5 to §8). */
export const FRAME_CASES: readonly FrameCase[] = [
  ...row('B01', [
    ['82FF, length FFFFFFFFFFFFFFFF', hex(`82FF FFFFFFFFFFFFFFFF ${MASK}`), 'close 1002'],
    ['82FF, length 8000000000000001', hex(`82FF 8000000000000001 ${MASK}`), 'close 1002'],
  ]),
  ...row('B04', [
    ['5 bytes, length in 16 bits', hex(`82FE 0005 ${MASK} 0000000000`), 'close 1002'],
    ['5 bytes, length in 64 bits', hex(`82FF 0000000000000005 ${MASK} 0000000000`), 'close 1002'],
    ['125 bytes, length in 16 bits', join([hex(`82FE 007D ${MASK}`), Buffer.alloc(125)]), 'close 1002'],
    [
      '65,535 bytes, length in 64 bits',
      join([hex(`82FF 000000000000FFFF ${MASK}`), Buffer.alloc(65_535)]),
      'close 1002',
    ],
  ]),
  ...row('B05', [
    ['text without a mask', hex('8102 6869'), 'close 1002'],
    ['ping without a mask', hex('8900'), 'close 1002'],
    ['Close without a mask', hex('8802 03E8'), 'close 1002'],
  ]),
  ...row('B06', [
    ['RSV1 without deflate', clientFrame(1, 'hi', { rsv: 4 }), 'close 1002'],
    ['RSV2', clientFrame(1, 'hi', { rsv: 2 }), 'close 1002'],
    ['RSV3', clientFrame(2, 'hi', { rsv: 1 }), 'close 1002'],
    ['RSV1 on a continuation', join([part(1, 'h'), clientFrame(0, 'i', { rsv: 4 })]), 'close 1002'],
    ['RSV1 on a ping', clientFrame(9, '', { rsv: 4 }), 'close 1002'],
    ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map(
      (opcode) => [`opcode ${opcode}`, clientFrame(opcode, ''), 'close 1002'] as const,
    ),
  ]),
  ...row('B07', [
    ['a ping of 126 bytes', clientFrame(9, Buffer.alloc(126)), 'close 1002'],
    ['a pong of 126 bytes', clientFrame(10, Buffer.alloc(126)), 'close 1002'],
    ['a Close of 126 bytes', clientFrame(8, Buffer.alloc(126)), 'close 1002'],
    ['a ping with FIN=0', part(9, ''), 'close 1002'],
    ['a Close with FIN=0', clientFrame(8, hex('03E8'), { fin: false }), 'close 1002'],
  ]),
  ...row('B08', [
    ['a continuation first', clientFrame(0, 'x'), 'close 1002'],
    ['a continuation with FIN=0 first', part(0, 'x'), 'close 1002'],
    ['text inside a message', join([part(1, 'a'), text('b')]), 'close 1002'],
    ['binary inside a text', join([part(1, 'a'), clientFrame(2, 'b')]), 'close 1002'],
    [
      'a continuation after a whole message',
      join([text('a'), clientFrame(0, 'b')]),
      ['text "a"', 'close 1002'],
      'close 1002',
    ],
  ]),
  ...row('B09', [
    [
      'a ping between fragments',
      join([part(1, 'he'), clientFrame(9, hex('00FF01FE')), clientFrame(0, 'llo')]),
      ['pong 00ff01fe', 'text "hello"'],
    ],
    ['125 bytes of ping', clientFrame(9, Buffer.alloc(125, 7)), 'pong (125)'],
  ]),
  ...row('B10', [
    ['a surrogate', text(hex('EDA080')), 'close 1007'],
    ['an overlong slash', text(hex('C0AF')), 'close 1007'],
    ['an overlong NUL in three bytes', text(hex('E08080')), 'close 1007'],
    ['above 10FFFF', text(hex('F4908080')), 'close 1007'],
    ['F5', text(hex('F5')), 'close 1007'],
    ['a code point cut by the end', text(hex('CEBAE1BDB9CF83CEBCCE')), 'close 1007'],
    ['a code point cut by the last fragment', join([part(1, hex('CE')), clientFrame(0, '')]), 'close 1007'],
    ['wrong in the first fragment, never finished', part(1, hex('61 FF')), 'close 1007'],
    ['a code point over two fragments', join([part(1, hex('C3')), clientFrame(0, hex('A9'))]), 'text "é"'],
  ]),
  ...row('B11', [
    ['a Close of one byte', clientFrame(8, hex('03')), 'close 1002'],
    ['a reason that is not UTF-8', close(1000, hex('C0AF')), 'close 1007'],
    ...[0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535].map(
      (code) => [`code ${code}`, close(code), 'close 1002'] as const,
    ),
  ]),
  ...row('B12', [
    ['no code', clientFrame(8), 'close', 'close 1005'],
    ...[...range(1000, 1003), ...range(1007, 1014), 3000, 3999, 4000, 4999].map(
      (code) => [`code ${code}`, close(code), `close ${code}`] as const,
    ),
    ['a reason of 123 bytes', close(1000, 'x'.repeat(123)), 'close 1000'],
  ]),
  ...row('B13', [
    ['text after Close', join([close(1000), text('late')]), 'close 1000'],
    ['a second Close', join([close(1000), close(1001)]), 'close 1000'],
    ['a violation after Close', join([close(1000), clientFrame(3, '')]), 'close 1000'],
  ]),
  ...row('B15', [
    ['empty text', text(''), 'text ""'],
    ['an empty last fragment', join([part(1, 'hi'), clientFrame(0, '')]), 'text "hi"'],
    ['an empty first fragment', join([part(2, ''), clientFrame(0, 'hi')]), 'binary 6869'],
    ['an empty ping', clientFrame(9, ''), 'pong'],
    ['an unasked pong', join([clientFrame(10, 'x'), clientFrame(9, 'y')]), 'pong 79'],
  ]),
]

/** A deflate block of `bytes` zeros, as RFC 7692 sends it: about a thousandth of that. */
export function bomb(bytes: number): Buffer {
  const whole = deflateRawSync(Buffer.alloc(bytes), { level: 9, finishFlush: 2 })
  return whole.subarray(0, whole.length - 4)
}
