import { clientFrame, hex, type Peer } from '../kit/peer.ts'
import { needsEcho, needsFrames } from '../servers/kinds.ts'
import { FRAME_CASES, type FrameCase } from './frame-cases.ts'
import type { Attack, Row } from './row.ts'

const END = Buffer.from('end')
/** A frame is answered at once, or not at all. */
const ANSWER_MS = 1_000

/** Sends a case and tells the frames that came back, without what a protocol on top says of its own accord. */
async function exchange(attack: Attack, { bytes, answer }: FrameCase, sizes?: () => number): Promise<string> {
  const peer = await attack.open()
  const closes = answer.some((frame) => frame.startsWith('close'))
  const all = closes ? bytes : Buffer.concat([bytes, clientFrame(9, END)])
  if (sizes === undefined) void peer.send(all)
  else await peer.sendPieces(all, sizes)
  const isOver = (): boolean =>
    peer.frames().some((frame) => frame.startsWith('close') || frame === `pong ${END.toString('hex')}`)
  await peer.until(isOver, ANSWER_MS)
  const frames = peer
    .frames()
    .filter((frame) => frame !== `pong ${END.toString('hex')}` && (attack.kind.echoes || !frame.startsWith('text')))
  const got = frames.length > 0 ? frames.join(', ') : peer.isClosed ? 'closed without a frame' : 'nothing'
  peer.socket.destroy()
  return got
}

function casesFor(attack: Attack, row: string): FrameCase[] {
  // A server with its own protocol on top can still be asked for what it does with broken frames.
  return FRAME_CASES.filter(
    (each) => each.row === row && (attack.kind.echoes || each.answer.every((frame) => /^(?:close|pong)/.test(frame))),
  )
}

function isAnswer({ answer, or }: FrameCase, got: string): boolean {
  return got === answer.join(', ') || got === or?.join(', ')
}

function frameRow(id: string, title: string, right: string): Row {
  return {
    id,
    title,
    right,
    notFor: needsFrames,
    async run(attack) {
      for (const each of casesFor(attack, id)) {
        const got = await exchange(attack, each)
        attack.note(each.what, each.answer.join(', '), got, isAnswer(each, got))
      }
    },
  }
}

async function closeOf(peer: Peer, timeoutMs?: number): Promise<string> {
  await peer.until(() => peer.frames().some((frame) => frame.startsWith('close')), timeoutMs)
  return peer.frames().find((frame) => frame.startsWith('close')) ?? (peer.isClosed ? 'closed without a frame' : 'open')
}

/** Frames of RFC 6455 that are broken, or look so. */
export const FRAME_ROWS: readonly Row[] = [
  frameRow('B01', 'lengths of 2^64-1 and 2^63+1', '1002, nothing allocated'),
  {
    id: 'B02',
    title: 'a length of 2^53; a length above the limit; no bytes follow',
    right: '1009 from the header',
    notFor: needsFrames,
    async run(attack) {
      const limit = { hydrant: 65_537, ws: 100 * 1024 * 1024 + 1, 'socket.io': 1_000_001, node: 0 }[attack.kind.name]
      const declared = Buffer.alloc(8)
      declared.writeBigUInt64BE(BigInt(limit))
      for (const [what, bytes] of [
        ['2^53', hex('82FF 0020000000000000 00000000')],
        [`${limit.toLocaleString('en')} bytes`, Buffer.concat([hex('82FF'), declared, Buffer.alloc(4)])],
      ] as const) {
        const peer = await attack.open()
        void peer.send(bytes)
        attack.note(what, 'close 1009', await closeOf(peer))
      }
    },
  },
  frameRow('B04', 'lengths that are not in their shortest form', '1002'),
  frameRow('B05', 'client frames without a mask', '1002'),
  frameRow('B06', 'reserved bits and reserved opcodes', '1002'),
  frameRow('B07', 'control frames of 126 bytes, and fragmented ones', '1002'),
  frameRow('B08', 'continuations of nothing, messages inside messages', '1002'),
  frameRow('B09', 'a ping between fragments', 'a pong at once with the same body; the message is whole'),
  frameRow('B10', 'text that is not UTF-8', '1007, as early as the bytes allow'),
  frameRow('B11', 'Close frames with a code or reason that may not be', '1002; 1007 for the reason'),
  frameRow('B12', 'Close frames with every code that may be', 'accepted and echoed'),
  frameRow('B13', 'frames after Close', 'discarded'),
  {
    id: 'B14',
    title: 'all of the above byte by byte, and cut at random',
    right: 'the same answers as whole',
    notFor: needsFrames,
    mayPeakMiB: 128,
    async run(attack) {
      let [state, differing, cases] = [1, 0, 0]
      const random = (): number => 1 + (((state = Math.imul(state, 1_103_515_245) + 12_345) >>> 16) % 40)
      const short = FRAME_CASES.filter((each) => each.bytes.length < 400 && casesFor(attack, each.row).includes(each))
      for (const each of short) {
        const whole = await exchange(attack, each)
        for (const sizes of [() => 1, random]) {
          const got = await exchange(attack, each, sizes)
          cases++
          // Where two answers are right, how it is cut may decide between them.
          const isRight = got === whole || (isAnswer(each, got) && isAnswer(each, whole))
          if (!isRight && differing++ < 3) attack.note(`${each.row} ${each.what}, cut`, whole, got)
        }
      }
      attack.note(`${cases} cut streams`, '0 differ', `${differing} differ`)
    },
  },
  frameRow('B15', 'empty messages, fragments and pings', 'legal'),
  {
    id: 'B03',
    title: 'exactly the limit declared, one byte a second',
    right: 'the assembly deadline, 30 s, ends it',
    slow: true,
    notFor: needsFrames,
    async run(attack) {
      const peer = await attack.open()
      void peer.send(hex('82FF 0000000000010000 00000000'))
      const drip = setInterval(() => void peer.send('x'), 1_000)
      const got = await closeOf(peer, 36_000)
      clearInterval(drip)
      attack.note('dripping', 'close 1008', got)
    },
  },
  {
    id: 'B16',
    title: 'wrong use of the API: Close with a Float32Array as reason, a ping of 1000, a lone surrogate as text',
    right: 'TypeError at once; no uninitialised memory leaves',
    notFor: (kind) => needsEcho(kind) ?? (kind.name === 'node' ? 'it has no API for frames' : undefined),
    async run(attack) {
      const { misuse } = await import('./misuse.ts')
      for (const { what, got, good } of await misuse(attack)) attack.note(what, 'TypeError', got, good)
    },
  },
]
