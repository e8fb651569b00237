import { IdempotencyConflict, type Published } from './broker.ts'

interface Remembered {
  readonly published: Published
  readonly fingerprint: string | undefined
  readonly expiresMs: number
}

/**
 * What was published under which key, for a fixed time. Bounded: past `maxKeys` the oldest key is forgotten before its time.
 */
export class IdempotencyKeys {
  readonly #windowMs: number
  readonly #maxKeys: number
  /** In order of insertion, which is the order of expiry. */
  readonly #remembered = new Map<string, Remembered>()

  constructor(windowMs: number, maxKeys: number) {
    this.#windowMs = windowMs
    this.#maxKeys = maxKeys
  }

  get size(): number {
    return this.#remembered.size
  }

  /** The first result under this key; throws {@link IdempotencyConflict} when it was for something else. */
  find(address: string, key: string, fingerprint: string | undefined, nowMs: number): Published | undefined {
    const found = this.#remembered.get(nameOf(address, key))
    if (found === undefined || found.expiresMs <= nowMs) return undefined
    if (found.fingerprint !== fingerprint) throw new IdempotencyConflict('the key was used for another payload')
    return { ...found.published, repeated: true }
  }

  remember(address: string, key: string, fingerprint: string | undefined, published: Published, nowMs: number): void {
    this.expire(nowMs)
    const name = nameOf(address, key)
    this.#remembered.delete(name)
    this.#remembered.set(name, { published, fingerprint, expiresMs: nowMs + this.#windowMs })
    if (this.#remembered.size > this.#maxKeys) this.#remembered.delete(this.#remembered.keys().next().value!)
  }

  expire(nowMs: number): void {
    for (const [name, { expiresMs }] of this.#remembered) {
      if (expiresMs > nowMs) return
      this.#remembered.delete(name)
    }
  }
}

/** The length in front keeps crafted addresses and keys from colliding. */
function nameOf(address: string, key: string): string {
  return `${address.length}:${address}${key}`
}
