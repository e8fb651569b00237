import type { AddressMatch } from '../model.ts'

/** Addresses of each of the two generations. */
const GENERATION = 1024
/** Longer ways to write an address are looked up each time, so that what is kept has a limit in bytes as well. */
const MAX_WRITTEN = 256

/**
 * Addresses that were found, by how they were written: at most 2,048. What is not asked for while a thousand others are found is
 * forgotten: names that somebody makes up cost those in use one more lookup now and then, and no more memory.
 */
export class RecentMatches {
  #young = new Map<string, AddressMatch>()
  #old = new Map<string, AddressMatch>()

  get(written: string): AddressMatch | undefined {
    const young = this.#young.get(written)
    if (young !== undefined) return young
    const old = this.#old.get(written)
    if (old !== undefined) this.#keep(written, old)
    return old
  }

  /** The match is shared by everybody who asks for this address from now on, so it is frozen. */
  add(written: string, match: AddressMatch & { ok: true }): void {
    if (written.length > MAX_WRITTEN) return
    Object.freeze(match.parameters)
    this.#keep(written, Object.freeze(match))
  }

  #keep(written: string, match: AddressMatch): void {
    if (this.#young.size >= GENERATION) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(written, match)
  }
}
