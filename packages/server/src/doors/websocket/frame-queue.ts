import type { MaybePromise } from '../../broker/broker.ts'
import type { Incoming } from '../../publish/accept-message.ts'

/** What a queue needs of its connection. */
export interface FrameSource {
  pause(): void
  resume(): void
}

/**
 * Publishes the frames of one connection in the order they came. While one is being published the connection is paused, so
 * what waits here is at most what one read from the socket held.
 */
export class FrameQueue {
  readonly #source: FrameSource
  readonly #publish: (frame: Incoming) => MaybePromise<unknown>
  readonly #onError: (error: unknown) => void
  readonly #waiting: Incoming[] = []
  #busy = false

  constructor(
    source: FrameSource,
    publish: (frame: Incoming) => MaybePromise<unknown>,
    onError: (error: unknown) => void,
  ) {
    this.#source = source
    this.#publish = publish
    this.#onError = onError
  }

  push(frame: Incoming): void {
    if (this.#busy) this.#waiting.push(frame)
    else this.#start(frame)
  }

  #start(frame: Incoming): void {
    try {
      const published = this.#publish(frame)
      if (published instanceof Promise) void this.#waitFor(published)
    } catch (error) {
      this.#onError(error)
    }
  }

  async #waitFor(published: Promise<unknown>): Promise<void> {
    this.#busy = true
    this.#source.pause()
    try {
      await published
    } catch (error) {
      this.#onError(error)
    }
    this.#busy = false
    // Starting one may make the queue busy again; what is left then stays in line.
    while (!this.#busy && this.#waiting.length > 0) this.#start(this.#waiting.shift()!)
    if (!this.#busy) this.#source.resume()
  }
}
