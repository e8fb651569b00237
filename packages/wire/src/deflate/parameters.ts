import { misuse } from '../errors.ts'

/** How we compress, and what a peer may ask of us. RFC 7692. */
export interface DeflateOptions {
  /** Messages below this many bytes are sent as they are. Default 1,024. */
  readonly threshold?: number | undefined
  /** zlib's level, 0 (store) to 9. Default 6. */
  readonly level?: number | undefined
  /** The largest window that we compress with, 9 to 15 bits. Default 15. */
  readonly windowBits?: number | undefined
}

/**
 * What was agreed in the handshake. There is never context takeover, in either direction, so a connection keeps no
 * compression state, and one compressed frame serves every subscriber.
 */
export interface DeflateParameters {
  readonly threshold: number
  readonly level: number
  /** The largest window that the peer lets us use, 8 to 15 bits. zlib cannot do 8: then we send uncompressed. */
  readonly windowBits: number
}

/** zlib refuses raw streams with an 8-bit window (it silently takes 9, which such a peer could not read). */
export const MIN_ZLIB_WINDOW_BITS = 9
export const MAX_WINDOW_BITS = 15

/** Fills the gaps with the defaults. Throws a TypeError for values out of range. */
export function completeDeflateOptions(given: boolean | DeflateOptions | undefined): DeflateParameters | undefined {
  if (given === undefined || given === false) return undefined
  const { threshold = 1_024, level = 6, windowBits = MAX_WINDOW_BITS } = given === true ? {} : given
  if (!(threshold >= 0)) throw misuse('bad-deflate-option', `threshold ${threshold}`)
  if (!Number.isInteger(level) || level < 0 || level > 9) throw misuse('bad-deflate-option', `level ${level}`)
  if (!Number.isInteger(windowBits) || windowBits < MIN_ZLIB_WINDOW_BITS || windowBits > MAX_WINDOW_BITS) {
    throw misuse('bad-deflate-option', `windowBits ${windowBits}`)
  }
  return { threshold, level, windowBits }
}
