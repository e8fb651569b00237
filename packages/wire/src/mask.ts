/** Below this a view of the bytes costs more than it saves. */
const MIN_BYTES_FOR_VIEW = 96

/** The view that {@link unmask} wants for bytes of this length: none when they are few. */
export function viewForMask(bytes: Uint8Array): DataView | undefined {
  return bytes.length < MIN_BYTES_FOR_VIEW ? undefined : new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}

/**
 * XORs `bytes[start..end)` with a mask key, in place (RFC 6455 §5.3). Returns a number below 0x80 when all the resulting
 * bytes are ASCII, which spares short texts a call of the UTF-8 validator.
 *
 * `view` is a view of the same bytes, if there is one: then it goes 16 bytes at a time, which is 3 to 4 times faster.
 * `key` holds the four key bytes, the first one lowest; `phase` (0–3) is the position of `start` in the frame, modulo 4.
 *
 * Hot. Watched by bench/engine-bench.ts.
 */
export function unmask(
  bytes: Uint8Array,
  view: DataView | undefined,
  start: number,
  end: number,
  key: number,
  phase: number,
): number {
  const rotated = phase === 0 ? key : (key >>> (phase * 8)) | (key << (32 - phase * 8))
  let at = start
  let highBits = 0
  if (view !== undefined) {
    let words = 0
    for (const last = end - 15; at < last; at += 16) {
      const a = view.getInt32(at, true) ^ rotated
      const b = view.getInt32(at + 4, true) ^ rotated
      const c = view.getInt32(at + 8, true) ^ rotated
      const d = view.getInt32(at + 12, true) ^ rotated
      view.setInt32(at, a, true)
      view.setInt32(at + 4, b, true)
      view.setInt32(at + 8, c, true)
      view.setInt32(at + 12, d, true)
      words |= a | b | c | d
    }
    highBits = (words & 0x80808080) === 0 ? 0 : 0x80
  }
  return highBits | unmaskBytes(bytes, at, end, rotated)
}

function unmaskBytes(bytes: Uint8Array, start: number, end: number, key: number): number {
  const k0 = key & 0xff
  const k1 = (key >>> 8) & 0xff
  const k2 = (key >>> 16) & 0xff
  const k3 = key >>> 24
  let seen = 0
  let at = start
  for (const last = end - 3; at < last; at += 4) {
    seen |= bytes[at]! ^= k0
    seen |= bytes[at + 1]! ^= k1
    seen |= bytes[at + 2]! ^= k2
    seen |= bytes[at + 3]! ^= k3
  }
  if (at < end) seen |= bytes[at++]! ^= k0
  if (at < end) seen |= bytes[at++]! ^= k1
  if (at < end) seen |= bytes[at]! ^= k2
  return seen
}
