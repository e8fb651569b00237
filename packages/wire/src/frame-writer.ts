import { compress } from './deflate/compress.ts'
import type { DeflateParameters } from './deflate/parameters.ts'
import { misuse } from './errors.ts'
import { checkedBytes, checkedUtf8, checkWellFormed, headerBytes, textBytes, writeHeader } from './frame-encoder.ts'
import { unmask, viewForMask } from './mask.ts'
import type { MaskKeys } from './mask-keys.ts'
import * as op from './opcodes.ts'
import { OutputQueue } from './output-queue.ts'
import { Utf8Stream } from './utf8.ts'

/**
 * Writes one connection's frames straight into its output. A server's payload is copied once; a client's is copied and
 * then masked in place (RFC 6455 §5.3), so the caller's bytes are never touched.
 */
export class FrameWriter {
  readonly output: OutputQueue = new OutputQueue()
  /** Present in the client role, and only there. */
  #keys: MaskKeys | undefined
  #deflate: DeflateParameters | undefined
  /** The fragmented message being sent: its UTF-8 state, or `'binary'`. */
  #open: Utf8Stream | 'binary' | undefined

  /** Writes for another connection from now on. Nothing may be queued. */
  attach(keys: MaskKeys | undefined, deflate: DeflateParameters | undefined): void {
    this.#keys = keys
    this.#deflate = deflate
  }

  /** True when nothing is queued, and no fragmented message is being sent. */
  get isIdle(): boolean {
    return this.output.bytes === 0 && this.#open === undefined
  }

  text(payload: string | Uint8Array): void {
    if (this.#open !== undefined) throw misuse('fragments-open')
    const deflate = this.#deflate
    if (typeof payload !== 'string') {
      checkedUtf8(payload)
      if (deflate === undefined) this.frame(op.FIN_BIT | op.TEXT, payload)
      else this.#message(op.TEXT, payload, deflate)
    } else if (deflate !== undefined && payload.length * 3 >= deflate.threshold) {
      this.#message(op.TEXT, textBytes(payload), deflate)
    } else {
      checkWellFormed(payload)
      this.#string(op.FIN_BIT | op.TEXT, payload)
    }
  }

  binary(payload: Uint8Array): void {
    if (this.#open !== undefined) throw misuse('fragments-open')
    checkedBytes(payload)
    if (this.#deflate === undefined) this.frame(op.FIN_BIT | op.BINARY, payload)
    else this.#message(op.BINARY, payload, this.#deflate)
  }

  /** Queues whole frames that were encoded for a server. */
  encoded(frames: Buffer): void {
    if (this.#keys !== undefined) throw misuse('server-only')
    if (this.#open !== undefined) throw misuse('fragments-open')
    this.output.push(checkedBytes(frames) as Buffer)
  }

  /** One frame of a fragmented message. Fragments are never compressed. */
  fragment(payload: string | Uint8Array, binary: boolean, final: boolean): void {
    const isFirst = this.#open === undefined
    const open = this.#open ?? (binary ? 'binary' : new Utf8Stream())
    const bytes = open === 'binary' ? checkedBytes(payload) : fragmentBytes(payload)
    const after = open === 'binary' ? open : continuedText(open, bytes, final)
    this.#open = final ? undefined : after
    const opcode = isFirst ? (binary ? op.BINARY : op.TEXT) : op.CONTINUATION
    this.frame(final ? op.FIN_BIT | opcode : opcode, bytes)
  }

  frame(firstByte: number, payload: Uint8Array): void {
    const at = this.#begin(firstByte, payload.length)
    this.output.buffer.set(payload, at)
    this.#end(at, payload.length)
  }

  #message(opcode: number, payload: Uint8Array, deflate: DeflateParameters): void {
    const compressed = compress(payload, deflate)
    if (compressed === undefined) this.frame(op.FIN_BIT | opcode, payload)
    else this.frame(op.FIN_BIT | op.RSV1_BIT | opcode, compressed)
  }

  #string(firstByte: number, text: string): void {
    const length = Buffer.byteLength(text)
    const at = this.#begin(firstByte, length)
    if (length > 0) this.output.buffer.write(text, at)
    this.#end(at, length)
  }

  /** Reserves a frame and writes its header; returns where the payload goes. */
  #begin(firstByte: number, length: number): number {
    const header = headerBytes(length)
    if (this.#keys === undefined) {
      const at = this.output.reserve(header + length)
      return writeHeader(this.output.buffer, at, firstByte, length, 0)
    }
    const at = this.output.reserve(header + 4 + length)
    return writeHeader(this.output.buffer, at, firstByte, length, op.MASK_BIT) + 4
  }

  /** Masks the payload where it stands, in the client role. */
  #end(at: number, length: number): void {
    if (this.#keys === undefined) return
    const key = this.#keys.next()
    const buffer = this.output.buffer
    buffer.writeInt32LE(key, at - 4)
    const payload = buffer.subarray(at, at + length)
    unmask(payload, viewForMask(payload), 0, length, key, 0)
  }
}

function fragmentBytes(payload: string | Uint8Array): Uint8Array {
  if (typeof payload === 'string') return textBytes(payload)
  if (!(payload instanceof Uint8Array)) throw misuse('bad-text', typeof payload)
  return payload
}

/** The state of the text after these bytes. The one before is left alone: a fragment that is refused changes nothing. */
function continuedText(before: Utf8Stream, bytes: Uint8Array, final: boolean): Utf8Stream {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const after = before.fork()
  if (!after.push(view, 0, view.length) || (final && !after.complete)) {
    throw misuse('bad-text', 'bytes that are not UTF-8')
  }
  return after
}
