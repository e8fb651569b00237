const windowMs = 5_000

/** Messages per second, over the last five seconds. Remembers counts per tenth of a second, not every message. */
export class MessageRate {
  readonly #slots = new Map<number, number>()
  #startedAt: number | undefined

  add(now: number): void {
    this.#startedAt ??= now
    const slot = Math.floor(now / 100)
    this.#slots.set(slot, (this.#slots.get(slot) ?? 0) + 1)
  }

  perSecond(now: number): number {
    const oldest = Math.floor((now - windowMs) / 100)
    let count = 0
    for (const [slot, messages] of this.#slots) {
      if (slot < oldest) this.#slots.delete(slot)
      else count += messages
    }
    const elapsedMs = Math.min(windowMs, Math.max(1_000, now - (this.#startedAt ?? now)))
    return (count * 1_000) / elapsedMs
  }
}
