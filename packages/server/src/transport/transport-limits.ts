import type { WireLimits } from '@hydrant/wire'

/** What one transport may make us hold or wait for; the same object for all. */
export interface TransportLimits extends WireLimits {
  /** A peer that takes nothing for this long while something waits for it is cut off, in milliseconds. */
  readonly writeTimeoutMs: number
}
