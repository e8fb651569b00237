/** A chunk as it goes over the connection, and what is in it. */
let last: { readonly bytes: Buffer; readonly framed: Buffer } | undefined

/** RFC 9112 §7.1. The last one is kept: a fan-out asks for the same bytes for each reader. */
export function httpChunk(bytes: Buffer): Buffer {
  if (last?.bytes !== bytes) {
    last = { bytes, framed: Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, CRLF]) }
  }
  return last.framed
}

const CRLF = Buffer.from('\r\n')
