import type { WireErrorCode } from './errors.ts'
import { unmask, viewForMask } from './mask.ts'
import { MessageAssembler, type MessageSink } from './message-assembler.ts'
import * as op from './opcodes.ts'
import type { WireTerms } from './terms.ts'

/** What the parser reports besides messages. Payloads are views that are valid during the call only. */
export interface FrameSink {
  onPingFrame(payload: Buffer): void
  onPongFrame(payload: Buffer): void
  onCloseFrame(payload: Buffer): void
  /** The peer broke a rule. The parser has stopped. */
  onViolation(code: WireErrorCode): void
}

// States: what the next byte is.
const FIRST_BYTE = 0
const SECOND_BYTE = 1
const LENGTH_BYTE = 2
const KEY_BYTE = 3
const MESSAGE_PAYLOAD = 4
const CONTROL_PAYLOAD = 5
const STOPPED = 6

/**
 * Reads frames (RFC 6455 §5) from bytes that come in any pieces: one integer state, one method for each. Every rule is
 * checked at the first byte that can break it, so that nothing is held, or waited for, in vain.
 *
 * Hot: every byte received goes through here. Watched by the echo rows of `bench/`.
 */
export class FrameParser {
  readonly #sink: FrameSink
  readonly #messages = new MessageAssembler()
  /** Bits that are an error in the first byte of a data frame. */
  #forbiddenBits = 0
  #expectsMask = false
  #isReading = false
  #state = FIRST_BYTE
  #skipsMessages = false
  #passedBoundary = false
  // The frame being read.
  #final = false
  #opcode = 0
  #length = 0
  /** Bytes of the extended length or of the mask key still to come. */
  #missing = 0
  #extendedLengthBytes = 0
  /** Little-endian: the first key byte is the lowest. */
  #key = 0
  /** Payload bytes already consumed. */
  #consumed = 0
  /** A view of the bytes being read. */
  #view: DataView | undefined
  /** The payload of a control frame that is split between two reads. */
  #control: Buffer | undefined

  constructor(sink: FrameSink) {
    this.#sink = sink
  }

  /** Reads what a connection of these terms gets from now on. `skipsMessages`: see {@link FrameParser.skipMessages}. */
  attach({ role, limits, deflate }: WireTerms, messages: MessageSink, skipsMessages: boolean): void {
    this.#messages.attach(limits, messages)
    this.#expectsMask = role === 'server'
    this.#forbiddenBits = deflate === undefined ? op.RSV2_AND_RSV3_BITS | op.RSV1_BIT : op.RSV2_AND_RSV3_BITS
    this.#skipsMessages = skipsMessages
    this.#state = FIRST_BYTE
  }

  /** Forgets for whom it read. */
  detach(): void {
    this.#messages.detach()
    this.#control = undefined
  }

  /** True while {@link receive} runs. */
  get isReading(): boolean {
    return this.#isReading
  }

  /** True when a frame or a message has begun and is not complete. */
  get isMidway(): boolean {
    return this.#messages.inProgress || (this.#state !== FIRST_BYTE && this.#state !== STOPPED)
  }

  /** True when the last {@link receive} ended a message, or a control frame outside one: what is midway is a new one. */
  get passedBoundary(): boolean {
    return this.#passedBoundary
  }

  /** Bytes of payload held in memory between two reads. */
  get heldBytes(): number {
    return this.#messages.heldBytes + (this.#control?.length ?? 0)
  }

  /**
   * Reads everything. Payloads are unmasked in place: the bytes are the parser's from now on. When something that it reports to throws, it is of no
   * further use.
   */
  receive(bytes: Buffer): void {
    this.#passedBoundary = false
    this.#isReading = true
    if (this.#expectsMask) this.#view = viewForMask(bytes)
    this.#readAll(bytes, bytes.length)
    // The bytes are their owner's again.
    this.#view = undefined
    this.#isReading = false
  }

  #readAll(bytes: Buffer, end: number): void {
    let at = 0
    while (at < end) {
      switch (this.#state) {
        case FIRST_BYTE: {
          const after = this.#readShortMessage(bytes, at, end)
          at = after > at ? after : this.#readFirstByte(bytes, at)
          break
        }
        case SECOND_BYTE:
          at = this.#readSecondByte(bytes, at)
          break
        case LENGTH_BYTE:
          at = this.#readLengthByte(bytes, at)
          break
        case KEY_BYTE:
          at = this.#readKeyByte(bytes, at, end)
          break
        case MESSAGE_PAYLOAD:
          at = this.#readMessagePayload(bytes, at, end)
          break
        case CONTROL_PAYLOAD:
          at = this.#readControlPayload(bytes, at, end)
          break
        default:
          return
      }
    }
  }

  /** From now on messages are read past; only control frames are reported. */
  skipMessages(): void {
    this.#skipsMessages = true
    this.#messages.drop()
  }

  /** From now on everything is ignored. */
  stop(): void {
    this.#state = STOPPED
    this.#control = undefined
    this.#messages.drop()
  }

  /**
   * The common case in one step: a whole message in one masked frame of at most 125 bytes, all of it here. Returns where
   * it ends, or `at` when this is anything else, a violation among it: then it is read state by state.
   */
  #readShortMessage(bytes: Buffer, at: number, end: number): number {
    const first = bytes[at]!
    if ((first !== (op.FIN_BIT | op.TEXT) && first !== (op.FIN_BIT | op.BINARY)) || end - at < 6) return at
    const length = bytes[at + 1]! - op.MASK_BIT
    const stop = at + 6 + length
    if (length <= 0 || length > op.MAX_CONTROL_PAYLOAD_BYTES || stop > end) return at
    if (!this.#expectsMask || this.#skipsMessages || this.#messages.inProgress) return at
    this.#messages.begin(first === (op.FIN_BIT | op.BINARY), false)
    let error = this.#messages.announce(length, true)
    if (error === undefined) {
      const key = bytes[at + 2]! | (bytes[at + 3]! << 8) | (bytes[at + 4]! << 16) | (bytes[at + 5]! << 24)
      const seen = unmask(bytes, this.#view, at + 6, stop, key, 0)
      this.#passedBoundary = true
      error = this.#messages.deliverWhole(bytes.subarray(at + 6, stop), seen)
    }
    if (error !== undefined) this.#violate(error)
    return stop
  }

  #readFirstByte(bytes: Buffer, at: number): number {
    const byte = bytes[at]!
    const opcode = byte & op.OPCODE_BITS
    this.#opcode = opcode
    this.#final = byte >= op.FIN_BIT
    this.#key = 0
    this.#consumed = 0
    const error = (opcode & op.CONTROL_BIT) === 0 ? this.#beginDataFrame(byte) : this.#beginControlFrame(byte)
    if (error !== undefined) this.#violate(error)
    else this.#state = SECOND_BYTE
    return at + 1
  }

  #beginDataFrame(byte: number): WireErrorCode | undefined {
    if ((byte & this.#forbiddenBits) !== 0) return 'reserved-bits'
    const opcode = this.#opcode
    if (opcode > op.BINARY) return 'unknown-opcode'
    if (opcode === op.CONTINUATION) {
      // RFC 7692 §6: only the first frame of a message carries RSV1.
      if ((byte & op.RSV1_BIT) !== 0) return 'reserved-bits'
      if (!this.#messages.inProgress) return this.#skipsMessages ? undefined : 'unexpected-continuation'
      return undefined
    }
    if (this.#messages.inProgress) return 'unfinished-message'
    if (!this.#skipsMessages) this.#messages.begin(opcode === op.BINARY, (byte & op.RSV1_BIT) !== 0)
    return undefined
  }

  #beginControlFrame(byte: number): WireErrorCode | undefined {
    if ((byte & (op.RSV1_BIT | op.RSV2_AND_RSV3_BITS)) !== 0) return 'reserved-bits'
    if (this.#opcode > op.PONG) return 'unknown-opcode'
    if (!this.#final) return 'fragmented-control'
    return undefined
  }

  #readSecondByte(bytes: Buffer, at: number): number {
    const byte = bytes[at]!
    const length = byte & op.LENGTH_BITS
    if (byte >= op.MASK_BIT !== this.#expectsMask) {
      this.#violate(this.#expectsMask ? 'unmasked-frame' : 'masked-frame')
    } else if (length === 1 && this.#opcode === op.CLOSE) {
      // RFC 6455 §5.5.1: a Close carries a code of two bytes, or nothing.
      this.#violate('bad-close-payload')
    } else if (length <= op.MAX_CONTROL_PAYLOAD_BYTES) {
      this.#length = length
      this.#lengthIsKnown()
    } else if ((this.#opcode & op.CONTROL_BIT) !== 0) {
      this.#violate('long-control')
    } else {
      this.#length = 0
      this.#extendedLengthBytes = length === op.LENGTH_IS_16_BIT ? 2 : 8
      this.#missing = this.#extendedLengthBytes
      this.#state = LENGTH_BYTE
    }
    return at + 1
  }

  #readLengthByte(bytes: Buffer, at: number): number {
    const byte = bytes[at]!
    // RFC 6455 §5.2: the most significant bit of a 64-bit length is 0.
    if (this.#missing === 8 && byte >= 0x80) {
      this.#violate('bad-length')
      return at + 1
    }
    this.#length = this.#length * 256 + byte
    if (--this.#missing === 0) {
      const shortest = this.#extendedLengthBytes === 2 ? 126 : 65_536
      if (this.#length < shortest) this.#violate('bad-length')
      else this.#lengthIsKnown()
    }
    return at + 1
  }

  #lengthIsKnown(): void {
    if ((this.#opcode & op.CONTROL_BIT) === 0 && !this.#skipsMessages) {
      const error = this.#messages.announce(this.#length, this.#final)
      if (error !== undefined) {
        this.#violate(error)
        return
      }
    }
    if (this.#expectsMask) {
      this.#missing = 4
      this.#state = KEY_BYTE
    } else {
      this.#beginPayload()
    }
  }

  #readKeyByte(bytes: Buffer, at: number, end: number): number {
    if (this.#missing === 4 && end - at >= 4) {
      this.#key = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
      this.#beginPayload()
      return at + 4
    }
    this.#key |= bytes[at]! << (8 * (4 - this.#missing))
    if (--this.#missing === 0) this.#beginPayload()
    return at + 1
  }

  #beginPayload(): void {
    const isControl = (this.#opcode & op.CONTROL_BIT) !== 0
    this.#state = isControl ? CONTROL_PAYLOAD : MESSAGE_PAYLOAD
    if (this.#length > 0) return
    // No byte will come to enter the state with.
    if (isControl) this.#reportControl(Buffer.alloc(0))
    else this.#endFrame()
  }

  #readMessagePayload(bytes: Buffer, at: number, end: number): number {
    const stop = Math.min(end, at + this.#length - this.#consumed)
    if (this.#skipsMessages) {
      this.#consumed += stop - at
      if (this.#consumed === this.#length) this.#state = FIRST_BYTE
      return stop
    }
    const seen = this.#expectsMask ? unmask(bytes, this.#view, at, stop, this.#key, this.#consumed & 3) : 0x80
    if (this.#final && stop - at === this.#length && this.#messages.isEmpty) {
      // A message that ends in this read and of which nothing is stored: no copy, just a view.
      this.#state = FIRST_BYTE
      this.#passedBoundary = true
      const error = this.#messages.deliverWhole(bytes.subarray(at, stop), seen)
      if (error !== undefined) this.#violate(error)
      return stop
    }
    this.#consumed += stop - at
    const error = this.#messages.append(bytes, at, stop)
    if (error !== undefined) this.#violate(error)
    else if (this.#consumed === this.#length) this.#endFrame()
    return stop
  }

  #endFrame(): void {
    // Before the report: a callback may stop the parser, and that must last.
    this.#state = FIRST_BYTE
    if (!this.#final || this.#skipsMessages) return
    this.#passedBoundary = true
    const error = this.#messages.finish()
    if (error !== undefined) this.#violate(error)
  }

  #readControlPayload(bytes: Buffer, at: number, end: number): number {
    const stop = Math.min(end, at + this.#length - this.#consumed)
    if (this.#expectsMask) unmask(bytes, this.#view, at, stop, this.#key, this.#consumed & 3)
    if (stop - at === this.#length) {
      this.#reportControl(bytes.subarray(at, stop))
      return stop
    }
    this.#control ??= Buffer.allocUnsafeSlow(this.#length)
    bytes.copy(this.#control, this.#consumed, at, stop)
    this.#consumed += stop - at
    if (this.#consumed === this.#length) {
      const payload = this.#control
      this.#control = undefined
      this.#reportControl(payload)
    }
    return stop
  }

  #reportControl(payload: Buffer): void {
    this.#state = FIRST_BYTE
    this.#passedBoundary ||= !this.#messages.inProgress
    if (this.#opcode === op.PING) this.#sink.onPingFrame(payload)
    else if (this.#opcode === op.PONG) this.#sink.onPongFrame(payload)
    else this.#sink.onCloseFrame(payload)
  }

  #violate(code: WireErrorCode): void {
    this.stop()
    this.#sink.onViolation(code)
  }
}
