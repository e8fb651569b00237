import type { Gap, MessageOf } from './api-types.ts'
import type { HydrantError } from './errors.ts'
import { type Position, parsePosition } from './position.ts'

/** A message on its way to whoever subscribes. */
export type AnyMessage = MessageOf<string, unknown>

/** How a subscription begins and how much of it comes. */
export interface SubscribeOptions {
  /** Everything after this position, then live: a `position` that was kept. */
  readonly since?: string | undefined
  /** The newest so many messages (at most 300), then live. Not together with `since`. */
  readonly last?: number | undefined
  /** At most so many messages a second. */
  readonly rate?: number | undefined
  /** A property of the payload: of the messages that wait, only the newest of each value comes. */
  readonly conflate?: string | undefined
  /** Ends the subscription. */
  readonly signal?: AbortSignal | undefined
}

/**
 * - `joining`: not placed in the log yet. `behind`: messages between its cursor and what comes are missing; it waits for a replay.
 * - `live`: takes what comes. `paused`: has no room; goes on from its cursor.
 */
export type SubscriberPhase = 'joining' | 'behind' | 'live' | 'paused'

/** One listener or iterator of a channel, with its own place in the log. */
export abstract class Subscriber {
  readonly options: SubscribeOptions
  /** The server has begun, or refused. */
  readonly ready: Promise<void>
  phase: SubscriberPhase = 'joining'
  /** Everything up to here has been dealt with. */
  cursor: Position | undefined
  /** Nothing up to here was promised: a gap below is no loss. */
  floor: Position | undefined
  #gap: Gap | undefined
  readonly #begun = Promise.withResolvers<void>()

  constructor(options: SubscribeOptions) {
    this.options = options
    this.cursor = options.since === undefined ? undefined : parsePosition(options.since)
    this.ready = this.#begun.promise
    // Whoever does not ask is not told; the channel's `error` event tells as well.
    this.ready.catch(() => {})
  }

  /** False when there is no room: it comes again. */
  protected abstract take(message: AnyMessage): boolean
  /** Nothing comes any more. */
  protected abstract onEnd(error: HydrantError | undefined): void

  begin(): void {
    this.phase = 'live'
    this.#begun.resolve()
  }

  /** False when it pauses. The cursor moves when the message was taken, so that a resume never skips one. */
  give(message: AnyMessage, position: Position): boolean {
    if (!this.take(this.#gap === undefined ? message : { ...message, gap: this.#gap })) {
      this.phase = 'paused'
      return false
    }
    this.#gap = undefined
    this.cursor = position
    return true
  }

  /** Whether that was a loss to this subscriber. */
  lose(gap: Gap, to: Position): boolean {
    this.cursor = to
    if (this.floor !== undefined && this.floor.epoch === to.epoch && to.offset <= this.floor.offset) return false
    // Two gaps with nothing between them are one.
    this.#gap = this.#gap === undefined ? gap : { from: this.#gap.from, to: gap.to, reason: gap.reason }
    return true
  }

  end(error: HydrantError | undefined): void {
    if (error === undefined) this.#begun.resolve()
    else this.#begun.reject(error)
    this.onEnd(error)
  }
}
