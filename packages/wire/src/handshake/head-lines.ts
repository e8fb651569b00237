import { GrowingBuffer } from '../growing-buffer.ts'
import { isToken } from './tokens.ts'

/** DESIGN defaults for the head of a message: 16 KiB and 100 headers. */
const MAX_HEAD_BYTES = 16_384
export const MAX_HEADERS = 100

/** Collects the head of an HTTP message up to its empty line, in linear time and bounded memory. */
export class HeadCollector {
  readonly #collected = new GrowingBuffer()

  /**
   * Adds bytes. Returns the head's lines and the bytes after them; `'incomplete'`; or `'too-large'` as soon as
   * {@link MAX_HEAD_BYTES} bytes have come without an end.
   */
  push(bytes: Buffer): { readonly lines: string[]; readonly leftover: Buffer } | 'incomplete' | 'too-large' {
    const before = this.#collected.length
    // No more than the bound is ever copied.
    this.#collected.append(bytes, 0, Math.min(bytes.length, MAX_HEAD_BYTES - before), MAX_HEAD_BYTES)
    const head = this.#collected.view()
    // The end may straddle the seam by three bytes; everything before has been searched.
    const end = head.indexOf('\r\n\r\n', Math.max(0, before - 3), 'latin1')
    if (end < 0) return head.length >= MAX_HEAD_BYTES ? 'too-large' : 'incomplete'
    this.#collected.clear()
    const leftover = bytes.subarray(end + 4 - before)
    return { lines: head.toString('latin1', 0, end).split('\r\n'), leftover }
  }
}

/** Raw name and value of each header line, one after the other; `undefined` when a line is malformed (RFC 9112 §5). */
export function parseHeaderLines(lines: readonly string[]): string[] | undefined {
  const headers: string[] = []
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon < 0) return undefined
    const name = line.slice(0, colon)
    // Also refuses folded lines and a space before the colon.
    if (!isToken(name)) return undefined
    const value = trimSpace(line, colon + 1)
    if (!isHeaderValue(value)) return undefined
    headers.push(name, value)
  }
  return headers
}

/** No control characters but tab, so none that could end the line. */
export function isHeaderValue(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i)
    if ((code < 0x20 && code !== 0x09) || code === 0x7f || code > 0xff) return false
  }
  return true
}

function trimSpace(line: string, start: number): string {
  let from = start
  let to = line.length
  while (from < to && isSpace(line.charCodeAt(from))) from++
  while (to > from && isSpace(line.charCodeAt(to - 1))) to--
  return line.slice(from, to)
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09
}
