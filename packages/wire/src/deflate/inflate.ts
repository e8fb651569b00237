import { inflateRawSync, type InflateRaw } from 'node:zlib'

/**
 * What RFC 7692 §7.2.2 appends to a message before it is inflated, and then an empty final block. With the final block
 * zlib reports a message that was cut off inside a block, instead of returning the part that it could read.
 */
export const INFLATE_TAIL: Buffer = Buffer.from('0000ffff0300', 'hex')

/** A block with BFINAL=1 ends the stream (§7.2.3.4). A message may have several; each costs a new zlib stream. */
const MAX_STREAMS = 8

/**
 * Inflates one message, to which {@link INFLATE_TAIL} has been appended. Memory is bounded while inflating: zlib stops
 * soon after `maxBytes`.
 */
export function inflate(compressed: Buffer, maxBytes: number): Buffer | 'message-too-big' | 'bad-deflate' {
  let rest = compressed
  let inflated: Buffer | undefined
  for (let streams = 0; streams < MAX_STREAMS; streams++) {
    const before = inflated?.length ?? 0
    const output = inflateStream(rest, maxBytes - before)
    if (typeof output === 'string') return output
    inflated = inflated === undefined ? output.buffer : Buffer.concat([inflated, output.buffer])
    if (output.consumed >= rest.length) return inflated
    rest = rest.subarray(output.consumed)
  }
  return 'bad-deflate'
}

function inflateStream(
  bytes: Buffer,
  maxBytes: number,
): { buffer: Buffer; consumed: number } | 'message-too-big' | 'bad-deflate' {
  try {
    // With `info` the result is not a Buffer; the typings do not know it. We inflate in the largest window, whatever was
    // agreed: it reads every smaller one, and zlib itself overruns an agreed 8 by one bit.
    const { buffer, engine } = inflateRawSync(bytes, {
      info: true,
      maxOutputLength: Math.max(1, maxBytes),
      chunkSize: Math.max(64, Math.min(maxBytes + 1, bytes.length * 4, 65_536)),
    }) as unknown as { buffer: Buffer; engine: InflateRaw }
    return buffer.length > maxBytes ? 'message-too-big' : { buffer, consumed: engine.bytesWritten }
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? 'message-too-big' : 'bad-deflate'
  }
}
