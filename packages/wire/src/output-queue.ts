/** Frames up to this size are copied next to their neighbours, so that they leave in one write. */
const GATHERED_FRAME_BYTES = 16_384
/** A gathering buffer grows to this and then a new one begins. */
const GATHERING_BYTES = 65_536
/** A new gathering buffer is as large as the last one taken, up to this. */
const MAX_FIRST_BYTES = 4_096

/** Whether a shared frame may be kept alone until something follows: bytes, and few enough to be copied then. */
export function isGathered(frame: unknown): frame is Buffer {
  return frame instanceof Uint8Array && frame.length > 0 && frame.length <= GATHERED_FRAME_BYTES
}

/**
 * Bytes that wait to be written, in order. Small frames are written one after the other into one growing buffer; large
 * ones and frames shared between connections are kept as they are.
 *
 * Hot: every byte sent goes through here. Watched by the echo rows of `bench/`.
 */
export class OutputQueue {
  /** Complete pieces before `#gathering`. */
  #pieces: Buffer[] | undefined
  #gathering: Buffer | undefined
  #used = 0
  /** A shared small frame that is alone so far: if nothing follows it is never copied. */
  #alone: Buffer | undefined
  #lastTaken = 0
  #bytes = 0

  /** Bytes that wait. */
  get bytes(): number {
    return this.#bytes
  }

  /** Makes room for `length` bytes and returns where to write them in {@link buffer}. */
  reserve(length: number): number {
    if (this.#alone !== undefined) this.#gatherAlone()
    this.#bytes += length
    const gathering = this.#gathering
    const needed = this.#used + length
    if (gathering === undefined) {
      this.#gathering = Buffer.allocUnsafe(Math.max(length, this.#lastTaken))
    } else if (needed > gathering.length) {
      if (needed > GATHERING_BYTES) {
        this.#seal()
        this.#gathering = Buffer.allocUnsafe(length)
      } else {
        const grown = Buffer.allocUnsafe(Math.max(needed, Math.min(gathering.length * 2, GATHERING_BYTES)))
        gathering.copy(grown, 0, 0, this.#used)
        this.#gathering = grown
      }
    }
    const at = this.#used
    this.#used = at + length
    return at
  }

  /** The buffer of the last {@link reserve}. */
  get buffer(): Buffer {
    return this.#gathering!
  }

  /** Queues bytes that are not ours: they are shared, and must not change until they are written. */
  push(frame: Buffer): void {
    if (frame.length > GATHERED_FRAME_BYTES) {
      if (this.#alone !== undefined) this.#gatherAlone()
      this.#seal()
      this.#pieces ??= []
      this.#pieces.push(frame)
      this.#bytes += frame.length
    } else if (this.#bytes === 0) {
      this.#alone = frame
      this.#bytes = frame.length
    } else {
      const at = this.reserve(frame.length)
      this.#gathering!.set(frame, at)
    }
  }

  /** Hands everything over. */
  take(): Buffer | Buffer[] | undefined {
    if (this.#bytes === 0) return undefined
    this.#lastTaken = Math.min(this.#bytes, MAX_FIRST_BYTES)
    this.#bytes = 0
    const alone = this.#alone
    if (alone !== undefined) {
      this.#alone = undefined
      return alone
    }
    const pieces = this.#pieces
    if (pieces !== undefined) {
      this.#seal()
      this.#pieces = undefined
      return pieces.length === 1 ? pieces[0] : pieces
    }
    const gathering = this.#gathering!
    const used = this.#used
    this.#gathering = undefined
    this.#used = 0
    return used === gathering.length ? gathering : gathering.subarray(0, used)
  }

  #gatherAlone(): void {
    const alone = this.#alone!
    this.#alone = undefined
    this.#bytes = 0
    const at = this.reserve(alone.length)
    this.#gathering!.set(alone, at)
  }

  #seal(): void {
    if (this.#gathering === undefined) return
    this.#pieces ??= []
    this.#pieces.push(this.#gathering.subarray(0, this.#used))
    this.#gathering = undefined
    this.#used = 0
  }
}
