import type { Clock } from '@hydrant/server'

interface VirtualTimer {
  readonly dueMs: number
  readonly run: () => void
}

/** A clock that moves only when it is told to: no test waits, and every order of events can be made. */
export class VirtualClock implements Clock {
  #nowMs = 0
  #wallOffsetMs: number
  #timers: VirtualTimer[] = []
  #endOfTurn: (() => void)[] = []

  /** `wallMs` is what the wall clock shows at the start. Default 2026-01-01T00:00:00Z. */
  constructor(wallMs: number = Date.UTC(2026, 0, 1)) {
    this.#wallOffsetMs = wallMs
  }

  monotonicMs(): number {
    return this.#nowMs
  }

  wallMs(): number {
    return this.#nowMs + this.#wallOffsetMs
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { dueMs: this.#nowMs + delayMs, run }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  endOfTurn(run: () => void): void {
    this.#endOfTurn.push(run)
  }

  /** Moves the wall clock alone, as an administrator or NTP does. */
  jumpWallClock(byMs: number): void {
    this.#wallOffsetMs += byMs
  }

  /** Moves time on and runs nothing: the process was stopped, or busy. What fell due meanwhile runs late, with the next `advance`. */
  stall(byMs: number): void {
    this.#nowMs += byMs
  }

  /** Ends the turn of the event loop: runs what waits for it, and what that queues, once. */
  flushTurn(): void {
    for (const run of this.#endOfTurn.splice(0)) run()
  }

  /** Moves time on and runs what falls due, in order. */
  advance(byMs: number): void {
    const untilMs = this.#nowMs + byMs
    for (;;) {
      const next = this.#timers.toSorted((a, b) => a.dueMs - b.dueMs)[0]
      if (next === undefined || next.dueMs > untilMs) break
      this.#timers = this.#timers.filter((other) => other !== next)
      this.#nowMs = Math.max(this.#nowMs, next.dueMs)
      next.run()
    }
    this.#nowMs = untilMs
  }
}
