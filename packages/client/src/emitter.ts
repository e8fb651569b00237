/** Listeners of named events. What one throws does not reach the others. */
export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<(event: never) => unknown>>()
  readonly #onThrow: (error: unknown) => void

  constructor(onThrow: (error: unknown) => void) {
    this.#onThrow = onThrow
  }

  /** Listens until the result is called. */
  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => unknown): () => void {
    const listeners = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, listeners)
    // The same function may listen twice.
    const own = (event: Events[Name]): unknown => listener(event)
    listeners.add(own)
    return () => void listeners.delete(own)
  }

  /** Whether anybody heard it. */
  emit<Name extends keyof Events>(name: Name, event: Events[Name]): boolean {
    const listeners = this.#listeners.get(name)
    for (const listener of listeners ?? []) {
      try {
        ;(listener as (event: Events[Name]) => unknown)(event)
      } catch (error) {
        this.#onThrow(error)
      }
    }
    return listeners !== undefined && listeners.size > 0
  }
}
