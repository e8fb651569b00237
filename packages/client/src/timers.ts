import type { Platform } from './platform.ts'

/** Named timers: setting one again replaces it. */
export class Timers<Name extends string> {
  readonly #platform: Pick<Platform, 'after'>
  readonly #cancels = new Map<Name, () => void>()

  constructor(platform: Pick<Platform, 'after'>) {
    this.#platform = platform
  }

  set(name: Name, delayMs: number, run: () => void): void {
    this.cancel(name)
    this.#cancels.set(
      name,
      this.#platform.after(delayMs, () => {
        this.#cancels.delete(name)
        run()
      }),
    )
  }

  cancel(name: Name): void {
    this.#cancels.get(name)?.()
    this.#cancels.delete(name)
  }

  cancelAll(): void {
    for (const name of this.#cancels.keys()) this.cancel(name)
  }
}
