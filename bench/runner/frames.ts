import { encodeTextFrame } from '@hydrant/wire'
import { TRADES_IN_CYCLE, type TradeShape, tradeMaker } from '../peers/trades.ts'
import type { Dialect, PreambleStep } from './dialects.ts'

/** A prepared stream of equal pieces, to be played or expected in a cycle. */
export interface Cycle {
  readonly bytes: Buffer
  readonly pieceBytes: number
  /** Where in each piece the time of its sending stands. */
  readonly stampAt?: number
}

const ECHO_FRAMES_IN_CYCLE = 256

/** What a client of the echo rows sends: masked text frames, each with its own key. */
export function echoRequests(payloadBytes: number): Cycle {
  const payload = echoPayload(payloadBytes)
  const keys = Array.from({ length: ECHO_FRAMES_IN_CYCLE }, (_, i) => 0x9e3779b9 * (i + 1))
  return cycleOf(keys.map((key) => maskedFrame(1, payload, key)))
}

/** What it gets back. */
export function echoAnswers(payloadBytes: number): Cycle {
  const frame = encodeTextFrame(echoPayload(payloadBytes))
  return cycleOf(Array.from({ length: ECHO_FRAMES_IN_CYCLE }, () => frame))
}

/** What a subscriber of the fan-out rows gets, in its server's way. */
export function tradeArrivals(shape: TradeShape, dialect: Dialect): Cycle {
  const trade = tradeMaker(shape)
  const pieces = Array.from({ length: TRADES_IN_CYCLE }, (_, i) => dialect.arrival(JSON.stringify(trade(i))))
  const cycle = cycleOf(pieces)
  return shape.isStamped ? { ...cycle, stampAt: pieces[0]!.indexOf('"time":') + '"time":'.length } : cycle
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

/** At most 125 bytes. Written by hand: what measures the engine does not use it. */
function maskedFrame(opcode: 1 | 2, payload: Buffer, key: number): Buffer {
  const frame = Buffer.alloc(6 + payload.length)
  frame[0] = 0x80 | opcode
  frame[1] = 0x80 | payload.length
  frame.writeInt32LE(key | 0, 2)
  for (let i = 0; i < payload.length; i++) frame[6 + i] = payload[i]! ^ frame[2 + (i & 3)]!
  return frame
}

function cycleOf(pieces: readonly Buffer[]): Cycle {
  const pieceBytes = pieces[0]!.length
  if (pieces.some((piece) => piece.length !== pieceBytes)) throw new RangeError('pieces of different lengths')
  return { bytes: Buffer.concat(pieces), pieceBytes }
}
