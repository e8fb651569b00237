import { isUtf8 } from 'node:buffer'
import { isSendableCloseCode, MAX_REASON_BYTES } from './close-codes.ts'
import { compress } from './deflate/compress.ts'
import { completeDeflateOptions, type DeflateOptions } from './deflate/parameters.ts'
import { misuse } from './errors.ts'
import * as op from './opcodes.ts'

/** Bytes of a header without its mask key. RFC 6455 §5.2. */
export function headerBytes(payloadBytes: number): number {
  return payloadBytes < op.LENGTH_IS_16_BIT ? 2 : payloadBytes < 65_536 ? 4 : 10
}

/** Writes a header without mask key and returns the position after it. */
export function writeHeader(
  target: Buffer,
  at: number,
  firstByte: number,
  payloadBytes: number,
  maskBit: number,
): number {
  target[at] = firstByte
  if (payloadBytes < op.LENGTH_IS_16_BIT) {
    target[at + 1] = maskBit | payloadBytes
    return at + 2
  }
  if (payloadBytes < 65_536) {
    target[at + 1] = maskBit | op.LENGTH_IS_16_BIT
    target[at + 2] = payloadBytes >>> 8
    target[at + 3] = payloadBytes & 0xff
    return at + 4
  }
  target[at + 1] = maskBit | op.LENGTH_IS_64_BIT
  target.writeUInt32BE(Math.floor(payloadBytes / 0x1_0000_0000), at + 2)
  target.writeUInt32BE(payloadBytes % 0x1_0000_0000, at + 6)
  return at + 10
}

/**
 * A whole unmasked text frame, to be shared by every connection of a server. Throws a TypeError for a string with lone
 * surrogates or bytes that are not UTF-8.
 */
export function encodeTextFrame(payload: string | Uint8Array): Buffer {
  if (typeof payload !== 'string') return encodeFrame(op.FIN_BIT | op.TEXT, checkedUtf8(payload))
  checkWellFormed(payload)
  const length = Buffer.byteLength(payload)
  const frame = Buffer.allocUnsafe(headerBytes(length) + length)
  frame.write(payload, writeHeader(frame, 0, op.FIN_BIT | op.TEXT, length, 0))
  return frame
}

/** A whole unmasked binary frame, to be shared by every connection of a server. */
export function encodeBinaryFrame(payload: Uint8Array): Buffer {
  return encodeFrame(op.FIN_BIT | op.BINARY, checkedBytes(payload))
}

/** A whole unmasked Close frame. Without a code its payload is empty. Throws a TypeError for a code that may not travel. */
export function encodeCloseFrame(code?: number, reason?: string): Buffer {
  return encodeFrame(op.FIN_BIT | op.CLOSE, closePayload(code, reason))
}

/**
 * A whole unmasked frame, compressed once for every connection that agreed to permessage-deflate with a window of at
 * least `options.windowBits`. A payload below the threshold, or one that does not shrink, is left as it is.
 */
export function encodeCompressedFrame(
  payload: string | Uint8Array,
  options?: DeflateOptions & { readonly binary?: boolean | undefined },
): Buffer {
  const binary = options?.binary === true
  const bytes = binary ? checkedBytes(payload) : textBytes(payload)
  const opcode = op.FIN_BIT | (binary ? op.BINARY : op.TEXT)
  const compressed = compress(bytes, completeDeflateOptions(options ?? true)!)
  return compressed === undefined ? encodeFrame(opcode, bytes) : encodeFrame(opcode | op.RSV1_BIT, compressed)
}

function encodeFrame(firstByte: number, payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(headerBytes(payload.length) + payload.length)
  frame.set(payload, writeHeader(frame, 0, firstByte, payload.length, 0))
  return frame
}

/** The payload of a Close frame. Throws a TypeError when it may not be sent. */
export function closePayload(code: number | undefined, reason: string | undefined): Buffer {
  if (code === undefined) {
    if (reason !== undefined && reason !== '') throw misuse('bad-close-reason', 'a reason without a code')
    return Buffer.alloc(0)
  }
  if (typeof code !== 'number' || !isSendableCloseCode(code)) throw misuse('bad-close-code', String(code))
  if (reason !== undefined && typeof reason !== 'string') throw misuse('bad-close-reason', typeof reason)
  const text = reason ?? ''
  const length = Buffer.byteLength(text)
  if (length > MAX_REASON_BYTES) throw misuse('bad-close-reason', `${length} bytes`)
  if (!text.isWellFormed()) throw misuse('bad-close-reason', 'a lone surrogate')
  const payload = Buffer.allocUnsafe(2 + length)
  payload.writeUInt16BE(code, 0)
  payload.write(text, 2)
  return payload
}

/** UTF-8 bytes of a text payload. Throws a TypeError for anything that is not text. */
export function textBytes(payload: string | Uint8Array): Uint8Array {
  if (typeof payload !== 'string') return checkedUtf8(payload)
  checkWellFormed(payload)
  return Buffer.from(payload)
}

export function checkWellFormed(text: string): void {
  // Encoding would replace a lone surrogate silently, and the peer would get another text than was sent.
  if (!text.isWellFormed()) throw misuse('bad-text', 'a lone surrogate')
}

export function checkedUtf8(payload: Uint8Array): Uint8Array {
  if (!(payload instanceof Uint8Array)) throw misuse('bad-text', typeof payload)
  if (!isUtf8(payload)) throw misuse('bad-text', 'bytes that are not UTF-8')
  return payload
}

/** Only Uint8Array: the length of any other view counts elements, and would frame the wrong bytes. */
export function checkedBytes(payload: unknown): Uint8Array {
  if (!(payload instanceof Uint8Array)) throw misuse('bad-data', typeof payload)
  return payload
}

/** Payload of a ping or pong. */
export function controlPayload(payload: string | Uint8Array | undefined): Uint8Array {
  if (payload === undefined) return Buffer.alloc(0)
  if (typeof payload !== 'string' && !(payload instanceof Uint8Array)) {
    throw misuse('bad-control-payload', typeof payload)
  }
  const bytes = textOrBytes(payload)
  if (bytes.length > op.MAX_CONTROL_PAYLOAD_BYTES) throw misuse('bad-control-payload', `${bytes.length} bytes`)
  return bytes
}

function textOrBytes(payload: string | Uint8Array): Uint8Array {
  return typeof payload === 'string' ? textBytes(payload) : payload
}
