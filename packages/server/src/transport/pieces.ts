/** What one write hands to the system, in bytes: when it is gone, the peer has made progress. */
const PIECE_BYTES = 64 * 1024

/**
 * An output that is written piece by piece. Node tells when a write is done and not how far it is, so who takes a large one slowly
 * could not be told from who takes nothing.
 */
export class Pieces {
  readonly #waiting: Buffer[]
  #bytes: number

  private constructor(waiting: Buffer[], bytes: number) {
    this.#waiting = waiting
    this.#bytes = bytes
  }

  /** Undefined for what is one piece already. */
  static of(output: Buffer | Buffer[]): Pieces | undefined {
    if (!Array.isArray(output)) return output.length <= PIECE_BYTES ? undefined : new Pieces([output], output.length)
    let bytes = 0
    for (const buffer of output) bytes += buffer.length
    return bytes <= PIECE_BYTES ? undefined : new Pieces(output, bytes)
  }

  /** Bytes that are still to be taken. */
  get bytes(): number {
    return this.#bytes
  }

  /** The next piece. */
  take(): Buffer[] {
    const waiting = this.#waiting
    let room = PIECE_BYTES
    let whole = 0
    while (whole < waiting.length && waiting[whole]!.length <= room) room -= waiting[whole++]!.length
    const piece = waiting.splice(0, whole)
    const next = waiting[0]
    if (next !== undefined && room > 0) {
      piece.push(next.subarray(0, room))
      waiting[0] = next.subarray(room)
    }
    this.#bytes -= Math.min(this.#bytes, PIECE_BYTES)
    return piece
  }
}
