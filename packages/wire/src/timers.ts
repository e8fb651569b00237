/** The deadlines of a connection. Only the caller has a clock; here they are numbers. */
export const TIMERS = {
  ping: 'When it is time to send our next ping.',
  pong: 'When the peer has been silent for too long after our ping.',
  assembly: 'When a message that has begun must be complete.',
  close: 'When the peer must have answered our Close, or have closed the transport after it.',
} as const

export type TimerName = keyof typeof TIMERS

/** One deadline per name, in milliseconds of the caller's monotonic clock. `Infinity` is "not set". */
export class Timers {
  ping: number = Infinity
  pong: number = Infinity
  assembly: number = Infinity
  close: number = Infinity

  /** The earliest deadline, if any is set. */
  next(): number | undefined {
    const earliest = Math.min(this.ping, this.pong, this.assembly, this.close)
    return earliest === Infinity ? undefined : earliest
  }

  /** Gives what is overdue at `now` until `until`. */
  postpone(now: number, until: number): void {
    if (this.pong <= now) this.pong = until
    if (this.assembly <= now) this.assembly = until
    if (this.close <= now) this.close = until
  }

  clearAll(): void {
    this.ping = this.pong = this.assembly = this.close = Infinity
  }
}
