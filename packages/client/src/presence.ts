import type { PresenceMember, PresenceResult } from '@hydrant/protocol'
import type { CallOptions } from './deadline.ts'
import type { Feed } from './feed.ts'
import type { Requester } from './requester.ts'
import type { PresenceChange } from './roster.ts'

/** Who is here: of one channel. */
export class Presence {
  readonly #feed: Feed
  readonly #requester: Requester
  readonly #timeoutMs: number

  /** @internal Use `channel.presence`. */
  constructor(feed: Feed, requester: Requester, timeoutMs: number) {
    this.#feed = feed
    this.#requester = requester
    this.#timeoutMs = timeoutMs
  }

  /** Who is present, while somebody here follows it; otherwise empty, and `list()` asks. */
  get members(): readonly PresenceMember[] {
    return this.#feed.roster.members
  }

  /**
   * Announces this connection with `data` (JSON, at most 1 KiB), or changes its data. It is announced again after a reconnect, until `leave()`. Resolves with
   * the list. `null` means no data.
   */
  async enter(data: unknown = null, options: CallOptions = {}): Promise<readonly PresenceMember[]> {
    // The protocol's `null` leaves.
    const announced = { data: data ?? {} }
    this.#feed.announce(announced)
    try {
      return await this.#ask(announced, options)
    } catch (error) {
      this.#feed.announce(undefined, announced)
      throw error
    }
  }

  /** Leaves. */
  async leave(options: CallOptions = {}): Promise<void> {
    this.#feed.announce(undefined)
    await this.#ask({ data: null }, options)
  }

  /** Asks who is present. */
  list(options: CallOptions = {}): Promise<readonly PresenceMember[]> {
    return this.#ask({}, options)
  }

  /** Follows who comes, changes and leaves, until the result is called. The first call has everybody in `joined`. */
  subscribe(listener: (change: PresenceChange) => unknown): () => void {
    return this.#feed.roster.follow(listener)
  }

  async #ask(data: { readonly data?: unknown }, options: CallOptions): Promise<readonly PresenceMember[]> {
    const operation = { op: 'presence', channel: this.#feed.address, ...data } as const
    const result = await this.#requester.ask(operation, { ...options, timeoutMs: options.timeoutMs ?? this.#timeoutMs })
    return (result as PresenceResult).members
  }
}
