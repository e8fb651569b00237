import { constants, deflateRawSync } from 'node:zlib'
import { MIN_ZLIB_WINDOW_BITS, type DeflateParameters } from './parameters.ts'

/** Every sync flush ends in 00 00 FF FF; RFC 7692 §7.2.1 leaves these four out. */
const FLUSH_TAIL_BYTES = 4

/**
 * The payload as RFC 7692 §7.2.1 wants it, or `undefined` when it is better sent as it is: below the threshold, not
 * smaller for it, or in a window that zlib cannot make.
 */
export function compress(payload: Uint8Array, parameters: DeflateParameters): Buffer | undefined {
  if (payload.length < parameters.threshold || parameters.windowBits < MIN_ZLIB_WINDOW_BITS) return undefined
  const flushed = deflateRawSync(payload, {
    windowBits: parameters.windowBits,
    level: parameters.level,
    finishFlush: constants.Z_SYNC_FLUSH,
  })
  const length = flushed.length - FLUSH_TAIL_BYTES
  return length < payload.length ? flushed.subarray(0, length) : undefined
}
