/**
 * XORs `bytes[start..end)` with a mask key, in place (RFC 6455 §5.3), and returns the OR of the resulting bytes:
 * below 0x80 it was all ASCII, which spares short texts a call of the UTF-8 validator.
 *
 * `key` holds the four key bytes little-endian; `phase` (0–3) is the position of `start` in the frame, modulo 4.
 *
 * Hot. Watched by bench/mask.bench.ts.
 */
export function unmask(bytes: Uint8Array, start: number, end: number, key: number, phase: number): number {
  const rotated = phase === 0 ? key : (key >>> (phase * 8)) | (key << (32 - phase * 8))
  const m0 = rotated & 0xff
  const m1 = (rotated >>> 8) & 0xff
  const m2 = (rotated >>> 16) & 0xff
  const m3 = rotated >>> 24
  let seen = 0
  let i = start
  for (const last = end - 3; i < last; i += 4) {
    seen |= bytes[i]! ^= m0
    seen |= bytes[i + 1]! ^= m1
    seen |= bytes[i + 2]! ^= m2
    seen |= bytes[i + 3]! ^= m3
  }
  if (i < end) seen |= bytes[i++]! ^= m0
  if (i < end) seen |= bytes[i++]! ^= m1
  if (i < end) seen |= bytes[i]! ^= m2
  return seen
}
