/** Time as the server sees it. Tests pass a virtual one, so nothing else in this package reads a clock or sets a timer. */
export interface Clock {
  /** Milliseconds on a clock that never jumps: deadlines and ages are measured on it. */
  monotonicMs(): number
  /** Milliseconds since the Unix epoch: what is told to people. */
  wallMs(): number
  /** Calls `run` once after `delayMs`, without keeping the process alive. Returns what cancels it. */
  after(delayMs: number, run: () => void): () => void
  /** Calls `run` once when the work of the current turn of the event loop is done. */
  endOfTurn(run: () => void): void
}

/** The machine's clock. */
export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs)
    timer.unref()
    return () => clearTimeout(timer)
  },
  // setImmediate comes after all sockets that were readable in this turn: what they published leaves in one write.
  endOfTurn: (run) => void setImmediate(run),
}
