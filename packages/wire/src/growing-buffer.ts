const EMPTY: Buffer = Buffer.alloc(0)

/**
 * One buffer that grows by doubling, so that what it holds is at most twice what was put in. Fragments are appended
 * here and never kept as a list of views: a view of one byte would pin the whole read it came in.
 */
export class GrowingBuffer {
  #bytes: Buffer = EMPTY
  #length = 0

  get length(): number {
    return this.#length
  }

  /** Bytes held in memory, for tests of the bound. */
  get capacity(): number {
    return this.#bytes.length
  }

  /** `total`: the most it can come to, or Infinity. Growth stops there; the number itself allocates nothing. */
  append(source: Uint8Array, start: number, end: number, total: number): void {
    const length = this.#length + (end - start)
    if (this.#bytes.length < length) {
      const capacity = Math.max(length, Math.min(length * 2, total))
      // Not from Node's shared pool: a byte that waits would keep 8 KiB of strangers alive.
      const grown = Buffer.allocUnsafeSlow(capacity)
      this.#bytes.copy(grown, 0, 0, this.#length)
      this.#bytes = grown
    }
    this.#bytes.set(start === 0 && end === source.length ? source : source.subarray(start, end), this.#length)
    this.#length = length
  }

  /** A view of the content, until the next change. */
  view(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  clear(): void {
    this.#bytes = EMPTY
    this.#length = 0
  }
}
