import { encodeTextFrame } from '@hydrant/wire'
import { TRADES_IN_CYCLE, tradeAt } from '../peers/trades.ts'

/** A prepared stream of equal frames, to be played or expected in a cycle. */
export interface FrameCycle {
  readonly bytes: Buffer
  readonly frameBytes: number
}

const ECHO_FRAMES_IN_CYCLE = 256

/** What a client of the echo rows sends: masked text frames, each with its own key. */
export function echoRequests(payloadBytes: number): FrameCycle {
  const payload = echoPayload(payloadBytes)
  const frames = Array.from({ length: ECHO_FRAMES_IN_CYCLE }, (_, i) => maskedTextFrame(payload, 0x9e3779b9 * (i + 1)))
  return cycle(frames)
}

/** What it gets back. */
export function echoAnswers(payloadBytes: number): FrameCycle {
  const frame = encodeTextFrame(echoPayload(payloadBytes))
  return cycle(Array.from({ length: ECHO_FRAMES_IN_CYCLE }, () => frame))
}

/** What a subscriber of the fan-out rows gets. */
export function tradeFrames(): FrameCycle {
  return cycle(Array.from({ length: TRADES_IN_CYCLE }, (_, i) => encodeTextFrame(JSON.stringify(tradeAt(i)))))
}

function echoPayload(bytes: number): Buffer {
  return Buffer.alloc(bytes, 'the quick brown fox jumps over the lazy dog. ')
}

/** At most 125 bytes. Written by hand: what measures the engine does not use it. */
function maskedTextFrame(payload: Buffer, key: number): Buffer {
  const frame = Buffer.alloc(6 + payload.length)
  frame[0] = 0x81
  frame[1] = 0x80 | payload.length
  frame.writeInt32LE(key | 0, 2)
  for (let i = 0; i < payload.length; i++) frame[6 + i] = payload[i]! ^ frame[2 + (i & 3)]!
  return frame
}

function cycle(frames: readonly Buffer[]): FrameCycle {
  return { bytes: Buffer.concat(frames), frameBytes: frames[0]!.length }
}
