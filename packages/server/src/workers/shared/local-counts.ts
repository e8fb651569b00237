import type { OpenCounts } from '../../guard/limits/connection-caps.ts'

/** What all workers have open, by name. Bounded by what is open. */
export class LocalCounts implements OpenCounts {
  readonly #open = new Map<string, number>()

  take(name: string, max: number): boolean {
    const open = this.#open.get(name) ?? 0
    if (open >= max) return false
    this.#open.set(name, open + 1)
    return true
  }

  release(name: string): void {
    const left = (this.#open.get(name) ?? 0) - 1
    if (left > 0) this.#open.set(name, left)
    else this.#open.delete(name)
  }
}
