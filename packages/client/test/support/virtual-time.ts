interface Timer {
  readonly dueMs: number
  readonly run: () => void
}

/** Time that moves only when it is told to. */
export class VirtualTime {
  nowMs = 0
  wallOffsetMs: number = Date.UTC(2026, 0, 1)
  #timers: Timer[] = []

  after(delayMs: number, run: () => void): () => void {
    const timer = { dueMs: this.nowMs + delayMs, run }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  get pending(): number {
    return this.#timers.length
  }

  /** When the next timer is due; undefined when there is none. */
  get nextMs(): number | undefined {
    return this.#timers.toSorted((a, b) => a.dueMs - b.dueMs)[0]?.dueMs
  }

  /** Runs the next timer that is due by then; false when there is none, and time is then. */
  step(untilMs: number): boolean {
    const next = this.#timers.toSorted((a, b) => a.dueMs - b.dueMs)[0]
    if (next === undefined || next.dueMs > untilMs) {
      this.nowMs = Math.max(this.nowMs, untilMs)
      return false
    }
    this.#timers = this.#timers.filter((other) => other !== next)
    this.nowMs = Math.max(this.nowMs, next.dueMs)
    next.run()
    return true
  }
}
