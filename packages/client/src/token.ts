import type { Platform } from './platform.ts'
import type { ServerClock } from './server-clock.ts'
import { Timers } from './timers.ts'

/** A token, or how to get one: called for each connection and before the last one expires. */
export type TokenSource = string | (() => string | Promise<string>)

const AHEAD_MS = 60_000
const RETRY_MS = 5_000
/** Timers hold at most 2^31 - 1 ms. */
const MAX_DELAY_MS = 12 * 3_600_000

/** Has a token ready, and a new one before it expires. */
export class TokenKeeper {
  readonly #source: TokenSource | undefined
  readonly #clock: ServerClock
  readonly #timers: Timers<'refresh'>
  readonly #refresh: () => void

  /** `refresh` is called when it is time to fetch and authenticate again. */
  constructor(source: TokenSource | undefined, platform: Platform, clock: ServerClock, refresh: () => void) {
    this.#source = source
    this.#clock = clock
    this.#timers = new Timers(platform)
    this.#refresh = refresh
  }

  get isUsed(): boolean {
    return this.#source !== undefined
  }

  get isConstant(): boolean {
    return typeof this.#source === 'string'
  }

  async fetch(): Promise<string> {
    const source = this.#source
    const token = typeof source === 'function' ? await source() : source
    if (typeof token !== 'string' || token === '') throw new TypeError('expected token() to give a text')
    return token
  }

  /** The server took it: plans when the next one is due. */
  accepted(token: string): void {
    const expiresMs = expiryOf(token)
    if (expiresMs === undefined || this.isConstant) return this.#timers.cancel('refresh')
    const leftMs = expiresMs - this.#clock.now()
    const delayMs = Math.max(1_000, leftMs > 2 * AHEAD_MS ? leftMs - AHEAD_MS : leftMs / 2)
    if (delayMs > MAX_DELAY_MS) this.#timers.set('refresh', MAX_DELAY_MS, () => this.accepted(token))
    else this.#timers.set('refresh', delayMs, this.#refresh)
  }

  /** The server did not take it, or there was none: tries again soon. */
  refused(): void {
    if (!this.isConstant) this.#timers.set('refresh', RETRY_MS, this.#refresh)
  }

  stop(): void {
    this.#timers.cancelAll()
  }
}

/** When a JWT expires, milliseconds since the Unix epoch (RFC 7519 §4.1.4). Read, not verified: that is for the server. */
export function expiryOf(token: string): number | undefined {
  const parts = token.split('.')
  if (parts.length !== 3) return undefined
  try {
    const { exp } = JSON.parse(atob(parts[1]!.replaceAll('-', '+').replaceAll('_', '/'))) as { exp?: unknown }
    return typeof exp === 'number' ? exp * 1000 : undefined
  } catch {
    return undefined
  }
}
