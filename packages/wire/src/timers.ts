/** The deadlines of a connection. Only the caller has a clock; here they are numbers. */
export const TIMERS = {
  ping: 'When it is time to send our next ping.',
  pong: 'When the peer has been silent for too long after our ping.',
  assembly: 'When a message that has begun must be complete.',
  close: 'When the peer must have answered our Close, or have closed the transport after it.',
} as const

export type TimerName = keyof typeof TIMERS

/** A deadline that is not set. They are whole milliseconds, which an engine keeps in place; fractions and Infinity are objects of their own. */
export const UNSET = -1

/** The earliest of the deadlines that are set. */
export function earliest(a: number, b: number, c: number, d: number): number | undefined {
  const first = Math.min(orNever(a), orNever(b), orNever(c), orNever(d))
  return first === Infinity ? undefined : first
}

function orNever(deadline: number): number {
  return deadline === UNSET ? Infinity : deadline
}
