import type { WireLimits } from '@hydrant/wire'

/** What one transport may make us hold or wait for; the same object for all. */
export interface TransportLimits extends WireLimits {
  /** A peer that takes less than 64 KiB in this time, while more waits for it, is cut off; in milliseconds. */
  readonly writeTimeoutMs: number
}
