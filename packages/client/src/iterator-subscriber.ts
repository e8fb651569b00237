import type { HydrantError } from './errors.ts'
import { type AnyMessage, Subscriber, type SubscribeOptions } from './subscriber.ts'

/** How an iterator holds messages that were not asked for yet. */
export interface IterateOptions extends SubscribeOptions {
  /**
   * Messages held at most; 256 by default. When it is full the iterator takes no more, and once half of it was consumed goes on from its position:
   * nothing is lost while the server's history holds it, and what it no longer holds is a gap.
   */
  readonly buffer?: number | undefined
}

/** The messages of a channel as they are asked for. Leaving the loop, `return()` and disposing of it end the subscription. */
export interface MessageIterator<M> extends AsyncIterableIterator<M, undefined>, AsyncDisposable {
  next(): Promise<IteratorResult<M, undefined>>
  return(): Promise<IteratorResult<M, undefined>>
  [Symbol.asyncIterator](): MessageIterator<M>
}

interface Waiting {
  resolve(result: IteratorResult<AnyMessage, undefined>): void
  reject(error: HydrantError): void
}

/** Holds messages until they are asked for. */
export class IteratorSubscriber extends Subscriber implements MessageIterator<AnyMessage> {
  readonly #size: number
  readonly #onRoom: () => void
  readonly #leave: () => void
  #held: AnyMessage[] = []
  #waiting: Waiting[] = []
  #ended: { readonly error: HydrantError | undefined } | undefined

  /** `onRoom`: a paused one can go on. `leave`: nobody iterates any more. */
  constructor(options: IterateOptions, onRoom: () => void, leave: () => void) {
    super(options)
    this.#size = Math.max(1, options.buffer ?? 256)
    this.#onRoom = onRoom
    this.#leave = leave
  }

  next(): Promise<IteratorResult<AnyMessage, undefined>> {
    const value = this.#held.shift()
    if (value !== undefined) {
      if (this.phase === 'paused' && this.#held.length <= this.#size / 2) {
        this.phase = 'behind'
        this.#onRoom()
      }
      return Promise.resolve({ done: false, value })
    }
    const ended = this.#ended
    if (ended === undefined) return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
    // An error is thrown once.
    this.#ended = { error: undefined }
    return ended.error === undefined ? Promise.resolve({ done: true, value: undefined }) : Promise.reject(ended.error)
  }

  return(): Promise<IteratorResult<AnyMessage, undefined>> {
    this.#leave()
    this.#held = []
    return Promise.resolve({ done: true, value: undefined })
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }

  protected take(message: AnyMessage): boolean {
    const waiting = this.#waiting.shift()
    if (waiting !== undefined) {
      waiting.resolve({ done: false, value: message })
      return true
    }
    if (this.#held.length >= this.#size) return false
    this.#held.push(message)
    return true
  }

  protected onEnd(error: HydrantError | undefined): void {
    if (this.#ended !== undefined) return
    const waiting = this.#waiting.splice(0)
    this.#ended = { error: waiting.length > 0 ? undefined : error }
    for (const [index, each] of waiting.entries()) {
      if (error !== undefined && index === 0) each.reject(error)
      else each.resolve({ done: true, value: undefined })
    }
  }
}
