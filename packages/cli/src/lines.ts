/** A line of input and where it stands. */
export interface Line {
  /** Counts from 1. */
  readonly number: number
  /** Without its end, `\n` or `\r\n`. */
  readonly text: string
}

/** Longer lines are not messages. */
const maxLineBytes = 64 * 1024 * 1024
const lineFeed = 10

/**
 * The lines of a byte stream. Only line feeds end a line: JSON may hold U+2028, where `node:readline` would split it.
 * @throws RangeError when a line is longer than 64 MiB.
 */
export async function* readLines(input: AsyncIterable<Uint8Array>): AsyncGenerator<Line, void> {
  let pieces: Uint8Array[] = []
  let pieceBytes = 0
  let number = 0
  for await (const chunk of input) {
    let start = 0
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, start)) {
      number += 1
      yield { number, text: decode([...pieces, chunk.subarray(start, end)]) }
      pieces = []
      pieceBytes = 0
      start = end + 1
    }
    if (start === chunk.length) continue
    pieces.push(chunk.subarray(start))
    pieceBytes += chunk.length - start
    if (pieceBytes > maxLineBytes) throw new RangeError(`line ${number + 1} is longer than 64 MiB`)
  }
  if (pieces.length > 0) yield { number: number + 1, text: decode(pieces) }
}

function decode(pieces: readonly Uint8Array[]): string {
  return Buffer.concat(pieces).toString().replace(/\r$/, '')
}
