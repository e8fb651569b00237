/** A bucket of control frames holds what may come in this time. */
const BURST_MS = 1_000

/**
 * A token bucket for control frames: a second's worth of burst, refilled evenly. It is kept as the one moment at which it is full again
 * (the generic cell rate algorithm, ITU-T I.371), 0 at first. Returns that moment after this frame, or `undefined` when it is one too many.
 */
export function takeControlFrame(fullAt: number, perSecond: number, now: number): number | undefined {
  const perFrameMs = 1000 / perSecond
  const after = Math.max(fullAt, now) + perFrameMs
  // Fractions of a millisecond are left over by the arithmetic.
  return after - now > BURST_MS + 1e-6 ? undefined : after
}
