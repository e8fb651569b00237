import { encodeBinaryFrame, encodeTextFrame } from '@hydrant/wire'
import { channelNames, type ServerPlan } from '../peers/plan.ts'
import { STAMP_BYTES, TRADES_IN_CYCLE, tradeMaker } from '../peers/trades.ts'
import type { Dialect, PreambleStep, SayStep } from './dialects.ts'

/** A prepared stream of equal pieces, to be played or expected in a cycle. */
export interface Cycle {
  readonly bytes: Buffer
  readonly pieceBytes: number
  /** Where in each piece bytes stand that differ: the time of its sending, or its channel. */
  readonly hole?: { readonly at: number; readonly bytes: number }
}

const ECHO_FRAMES_IN_CYCLE = 256

/** What a client of the echo rows sends: masked frames, each with its own key. */
export function echoRequests(payloadBytes: number, isBinary: boolean): Cycle {
  const payload = echoPayload(payloadBytes)
  const keys = Array.from({ length: ECHO_FRAMES_IN_CYCLE }, (_, i) => 0x9e3779b9 * (i + 1))
  return cycleOf(keys.map((key) => maskedFrame(isBinary ? 2 : 1, payload, key)))
}

/** What it gets back. */
export function echoAnswers(payloadBytes: number, isBinary: boolean): Cycle {
  const payload = echoPayload(payloadBytes)
  const frame = isBinary ? encodeBinaryFrame(payload) : encodeTextFrame(payload.toString())
  return cycleOf(Array.from({ length: ECHO_FRAMES_IN_CYCLE }, () => frame))
}

/** What a subscriber of the fan-out rows gets, in its server's way; compressed messages are compared by what is in them. */
export function tradeArrivals(plan: ServerPlan, dialect: Dialect): Cycle {
  const { deflate = false, shape } = plan
  const trade = tradeMaker(shape)
  const [channel] = channelNames(plan)
  const pieces = Array.from({ length: TRADES_IN_CYCLE }, (_, i) => {
    const payload = Buffer.from(JSON.stringify(trade(i)))
    return deflate ? payload : dialect.arrival(payload, channel!, shape.isBinary ?? false)
  })
  const cycle = cycleOf(pieces)
  if (shape.isStamped) return { ...cycle, hole: holeBehind(pieces[0]!, '"time":', STAMP_BYTES) }
  const { channelHole: mark } = dialect
  if (plan.channels === undefined || mark === undefined) return cycle
  return { ...cycle, hole: holeBehind(pieces[0]!, mark.behind, mark.bytes) }
}

/** The one message that everybody publishes where clients do: whose comes first is not known. */
export function clientsTrade({ shape }: ServerPlan): Buffer {
  return Buffer.from(JSON.stringify(tradeMaker(shape)(0)))
}

/** One piece, again and again. */
export function repeated(piece: Buffer): Cycle {
  return cycleOf(Array.from({ length: ECHO_FRAMES_IN_CYCLE }, () => piece))
}

/** What a client sends for a step of what it says, again and again. */
export function said({ opcode, say }: SayStep): Cycle {
  return repeated(maskedFrame(opcode, say, 0x2e4d))
}

/** A message as it is posted over HTTP. */
export function posted(path: string, payload: Buffer): Cycle {
  const head = `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${payload.length}\r\n\r\n`
  return repeated(Buffer.concat([Buffer.from(head), payload]))
}

function holeBehind(piece: Buffer, mark: string, bytes: number): { at: number; bytes: number } {
  return { at: piece.indexOf(mark) + mark.length, bytes }
}

/** What native/load.c reads as `preamble`. */
export function preambleBytes(steps: readonly PreambleStep[]): Buffer {
  return Buffer.concat(
    steps.map((step) => {
      if ('hear' in step) return record('F', step.hear, Buffer.alloc(0))
      const frame = maskedFrame(step.opcode, step.say, 0x2e4d)
      return record('W', frame.length, frame)
    }),
  )
}

function record(kind: string, count: number, bytes: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.write(kind)
  head.writeUInt32LE(count, 1)
  return Buffer.concat([head, bytes])
}

function echoPayload(bytes: number): Buffer {
  return Buffer.alloc(bytes, 'the quick brown fox jumps over the lazy dog. ')
}

/** At most 64 KiB. Written by hand: what measures the engine does not use it. */
function maskedFrame(opcode: 1 | 2, payload: Buffer, key: number): Buffer {
  const { length } = payload
  const head = Buffer.from(
    length < 126 ? [0x80 | opcode, 0x80 | length] : [0x80 | opcode, 0xfe, length >> 8, length & 255],
  )
  const frame = Buffer.alloc(head.length + 4 + length)
  frame.set(head)
  frame.writeInt32LE(key | 0, head.length)
  for (let i = 0; i < length; i++) frame[head.length + 4 + i] = payload[i]! ^ frame[head.length + (i & 3)]!
  return frame
}

function cycleOf(pieces: readonly Buffer[]): Cycle {
  const pieceBytes = pieces[0]!.length
  if (pieces.some((piece) => piece.length !== pieceBytes)) throw new RangeError('pieces of different lengths')
  return { bytes: Buffer.concat(pieces), pieceBytes }
}
