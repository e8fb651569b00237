/**
 * What goes over a link: `length (4 bytes) · kind (1) · id (4) · length of the head (4) · head · body`, big-endian. `length` counts what
 * follows it. The head is JSON, the body bytes that it describes: payloads are never turned into text.
 */
export interface Frame {
  readonly kind: FrameKind
  /** Of the call that it makes or answers, or of the channel that it is about; 0 where there is none. */
  readonly id: number
  readonly head: unknown
  /** A view into what was received. */
  readonly body: Buffer
}

/** The kinds of frames. `entries` is what is published, on its way to a process that reads the channel. */
export const KINDS = { call: 1, answer: 2, failure: 3, note: 4, entries: 5 } as const

export type FrameKind = (typeof KINDS)[keyof typeof KINDS]

const PREFIX_BYTES = 13
/** A frame holds one batch of messages or one page of history, with room to spare. */
const MAX_FRAME_BYTES = 0x7fff_ffff

const NO_BODY = Buffer.alloc(0)

/** The bytes of a frame. Hot: once for each publish and each delivery to a process; `bench/` watches it with its row of two workers. */
export function encodeFrame(kind: FrameKind, id: number, head: unknown, body: Buffer = NO_BODY): Buffer {
  const text = JSON.stringify(head)
  const headBytes = Buffer.byteLength(text)
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + headBytes + body.length)
  frame.writeUInt32BE(frame.length - 4, 0)
  frame[4] = kind
  frame.writeUInt32BE(id, 5)
  frame.writeUInt32BE(headBytes, 9)
  frame.write(text, PREFIX_BYTES)
  body.copy(frame, PREFIX_BYTES + headBytes)
  return frame
}

/** Cuts what comes over a link into frames, however it arrives. */
export class FrameReader {
  readonly #onFrame: (frame: Frame) => void
  #chunks: Buffer[] = []
  #bytes = 0
  /** Bytes that the first waiting frame needs; those of its length while that is not known. */
  #needed = 4

  constructor(onFrame: (frame: Frame) => void) {
    this.#onFrame = onFrame
  }

  /** Throws a RangeError for what cannot be a frame: the two sides do not speak the same language. */
  push(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    // Joined once all of a frame is here, so that a large one is copied once and not with every piece.
    if (this.#bytes < this.#needed) return
    let rest = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks, this.#bytes)
    for (;;) {
      this.#needed = 4
      if (rest.length < 4) break
      this.#needed = 4 + rest.readUInt32BE(0)
      if (this.#needed < PREFIX_BYTES || this.#needed > MAX_FRAME_BYTES) {
        throw new RangeError(`expected a frame of ${PREFIX_BYTES} to ${MAX_FRAME_BYTES} bytes, got ${this.#needed}`)
      }
      if (rest.length < this.#needed) break
      const frame = rest.subarray(0, this.#needed)
      rest = rest.subarray(this.#needed)
      this.#onFrame(decode(frame))
    }
    this.#chunks = rest.length === 0 ? [] : [rest]
    this.#bytes = rest.length
  }
}

function decode(frame: Buffer): Frame {
  const headEnd = PREFIX_BYTES + frame.readUInt32BE(9)
  return {
    kind: frame[4]! as FrameKind,
    id: frame.readUInt32BE(5),
    head: JSON.parse(frame.toString('utf8', PREFIX_BYTES, headEnd)) as unknown,
    body: frame.subarray(headEnd),
  }
}
