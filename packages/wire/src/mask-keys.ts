const KEYS_PER_FILL = 128

/** Fresh mask keys (RFC 6455 §5.3), drawn from the given random source many at a time. */
export class MaskKeys {
  readonly #random: (bytes: Uint8Array) => void
  readonly #pool = new Uint8Array(KEYS_PER_FILL * 4)
  #used = this.#pool.length

  constructor(random: (bytes: Uint8Array) => void) {
    this.#random = random
  }

  /** Four random bytes, the first one lowest. */
  next(): number {
    const pool = this.#pool
    if (this.#used === pool.length) {
      this.#random(pool)
      this.#used = 0
    }
    const at = this.#used
    this.#used = at + 4
    return pool[at]! | (pool[at + 1]! << 8) | (pool[at + 2]! << 16) | (pool[at + 3]! << 24)
  }
}
