import { isUtf8 } from 'node:buffer'

/**
 * Validates UTF-8 that arrives in pieces, and refuses at the first byte that cannot belong to any valid text
 * (RFC 3629 §4): overlong forms, surrogates and code points above 10FFFF fail on their second byte.
 */
export class Utf8Stream {
  /** Continuation bytes still owed by the last character. */
  #owed = 0
  /** The range of the next continuation byte; only the first after the lead byte differs from 80–BF. */
  #low = 0x80
  #high = 0xbf

  /** True when the text may end here. */
  get complete(): boolean {
    return this.#owed === 0
  }

  /** A validator that is as far as this one. */
  fork(): Utf8Stream {
    const fork = new Utf8Stream()
    fork.#owed = this.#owed
    fork.#low = this.#low
    fork.#high = this.#high
    return fork
  }

  /** False when the bytes cannot continue the text. Do not push again after that. */
  push(bytes: Buffer, start: number, end: number): boolean {
    const from = this.#continue(bytes, start, end)
    if (from < 0) return false
    if (from === end) return true
    const tail = startOfCutCharacter(bytes, from, end)
    // The native validator reads the whole characters; only the few bytes of a cut one are looked at here.
    if (tail > from && !isUtf8(bytes.subarray(from, tail))) return false
    if (tail === end) return true
    return this.#lead(bytes[tail]!) && this.#continue(bytes, tail + 1, end) >= 0
  }

  /** Takes the continuation bytes owed; returns the position after them, or -1. */
  #continue(bytes: Buffer, start: number, end: number): number {
    let i = start
    while (this.#owed > 0 && i < end) {
      const byte = bytes[i]!
      if (byte < this.#low || byte > this.#high) return -1
      this.#low = 0x80
      this.#high = 0xbf
      this.#owed--
      i++
    }
    return i
  }

  #lead(byte: number): boolean {
    if (byte < 0xc2 || byte > 0xf4) return false
    this.#owed = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3
    this.#low = byte === 0xe0 ? 0xa0 : byte === 0xf0 ? 0x90 : 0x80
    this.#high = byte === 0xed ? 0x9f : byte === 0xf4 ? 0x8f : 0xbf
    return true
  }
}

/** Where a character begins that `end` cuts short; `end` when none is cut. */
function startOfCutCharacter(bytes: Buffer, start: number, end: number): number {
  const first = Math.max(start, end - 3)
  for (let i = end - 1; i >= first; i--) {
    const byte = bytes[i]!
    if (byte < 0x80) return end
    if (byte >= 0xc0) {
      const length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4
      return i + length > end ? i : end
    }
  }
  return end
}
