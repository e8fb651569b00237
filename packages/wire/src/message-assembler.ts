import { isUtf8 } from 'node:buffer'
import { inflate, INFLATE_TAIL } from './deflate/inflate.ts'
import type { WireErrorCode } from './errors.ts'
import { GrowingBuffer } from './growing-buffer.ts'
import { DEFAULT_LIMITS, type WireLimits } from './limits.ts'
import { Utf8Stream } from './utf8.ts'

const EMPTY: Buffer = Buffer.alloc(0)

/** Where complete messages go. */
export interface MessageSink {
  onMessage(payload: Buffer, binary: boolean): void
}

const NOBODY: MessageSink = { onMessage() {} }

/** What has been received of a message that did not come as a whole. */
class Pieces {
  readonly bytes = new GrowingBuffer()
  readonly utf8 = new Utf8Stream()
}

/**
 * Puts the frames of one message together: limits, UTF-8 as it comes, inflating at the end. Methods return the error
 * that the peer made, if any.
 */
export class MessageAssembler {
  #limits: WireLimits = DEFAULT_LIMITS
  #sink: MessageSink = NOBODY
  /** Undefined while nothing is stored, which is nearly always: most messages come in one frame and one read. */
  #pieces: Pieces | undefined
  #inProgress = false
  #binary = false
  #compressed = false
  #fragments = 0
  /** Sum of the announced lengths; what was received follows behind. */
  #announced = 0
  /** How long the message will be at most, once its last frame has been announced. */
  #total = Infinity

  /** Works for this sink from now on. Nothing may be in progress. */
  attach(limits: WireLimits, sink: MessageSink): void {
    this.#limits = limits
    this.#sink = sink
  }

  /** Forgets whom it worked for. */
  detach(): void {
    this.drop()
    this.#sink = NOBODY
  }

  /** True from the first frame of a message to the end of its last. */
  get inProgress(): boolean {
    return this.#inProgress
  }

  /** True while no payload has been stored, so that a final frame that is there as a whole needs no copy. */
  get isEmpty(): boolean {
    return this.#pieces === undefined || this.#pieces.bytes.length === 0
  }

  /** Bytes held in memory for the message in progress. */
  get heldBytes(): number {
    return this.#pieces?.bytes.capacity ?? 0
  }

  begin(binary: boolean, compressed: boolean): void {
    this.#inProgress = true
    this.#binary = binary
    this.#compressed = compressed
    this.#fragments = 0
    this.#announced = 0
    this.#total = Infinity
  }

  /** The header of the next frame: refuses what is too much before a byte of it has come. */
  announce(length: number, final: boolean): WireErrorCode | undefined {
    this.#announced += length
    if (final) this.#total = this.#announced + INFLATE_TAIL.length
    // Beyond 2^53 a length is no exact number any more, and no limit could mean it.
    const { maxMessageBytes } = this.#limits
    const limit = this.#compressed ? compressedBound(maxMessageBytes) : maxMessageBytes
    if (this.#announced > limit || this.#announced > Number.MAX_SAFE_INTEGER) {
      return 'message-too-big'
    }
    if (++this.#fragments > this.#limits.maxFragments) return 'too-many-fragments'
    return undefined
  }

  append(bytes: Buffer, start: number, end: number): WireErrorCode | undefined {
    const pieces = (this.#pieces ??= new Pieces())
    if (!this.#binary && !this.#compressed && !pieces.utf8.push(bytes, start, end)) return 'bad-utf8'
    pieces.bytes.append(bytes, start, end, this.#total)
    return undefined
  }

  /** The last frame has been appended. */
  finish(): WireErrorCode | undefined {
    this.#inProgress = false
    const pieces = this.#pieces
    this.#pieces = undefined
    if (this.#compressed) {
      const { bytes } = pieces ?? new Pieces()
      bytes.append(INFLATE_TAIL, 0, INFLATE_TAIL.length, 0)
      return this.#deliverInflated(bytes.view())
    }
    if (pieces !== undefined && !pieces.utf8.complete) return 'bad-utf8'
    this.#sink.onMessage(pieces === undefined ? EMPTY : pieces.bytes.view(), this.#binary)
    return undefined
  }

  /**
   * The whole payload of a message, in place of `append` and `finish`. `seen` is the OR of its bytes (or 0x80 if that
   * is not known): pure ASCII needs no validation.
   */
  deliverWhole(payload: Buffer, seen: number): WireErrorCode | undefined {
    this.#inProgress = false
    if (this.#compressed) return this.#deliverInflated(Buffer.concat([payload, INFLATE_TAIL]))
    if (!this.#binary && seen >= 0x80 && !isUtf8(payload)) return 'bad-utf8'
    this.#sink.onMessage(payload, this.#binary)
    return undefined
  }

  /** Forgets the message in progress. */
  drop(): void {
    this.#inProgress = false
    this.#pieces = undefined
  }

  #deliverInflated(compressed: Buffer): WireErrorCode | undefined {
    const payload = inflate(compressed, this.#limits.maxMessageBytes)
    if (typeof payload === 'string') return payload
    if (!this.#binary && !isUtf8(payload)) return 'bad-utf8'
    this.#sink.onMessage(payload, this.#binary)
    return undefined
  }
}

/**
 * What a message of this size may take compressed: deflate makes data that does not shrink larger. Source: the most
 * cautious case of zlib's `deflateBound`.
 */
function compressedBound(bytes: number): number {
  return bytes + Math.ceil(bytes / 8) + Math.ceil(bytes / 64) + 16
}
