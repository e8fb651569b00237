import type { MaybePromise } from '../broker/broker.ts'

/** What a queue needs of its connection. */
export interface MessageSource {
  pause(): void
  resume(): void
}

/**
 * Handles the messages of one connection in the order they came. While one is being handled the connection is paused, so what
 * waits here is at most what one read from the socket held.
 */
export class MessageQueue<Message> {
  readonly #source: MessageSource
  readonly #handle: (message: Message) => MaybePromise<unknown>
  readonly #onError: (error: unknown) => void
  readonly #waiting: Message[] = []
  #busy = false

  constructor(
    source: MessageSource,
    handle: (message: Message) => MaybePromise<unknown>,
    onError: (error: unknown) => void,
  ) {
    this.#source = source
    this.#handle = handle
    this.#onError = onError
  }

  push(message: Message): void {
    if (this.#busy) this.#waiting.push(message)
    else this.#start(message)
  }

  #start(message: Message): void {
    try {
      const handled = this.#handle(message)
      if (handled instanceof Promise) void this.#waitFor(handled)
    } catch (error) {
      this.#onError(error)
    }
  }

  async #waitFor(handled: Promise<unknown>): Promise<void> {
    this.#busy = true
    this.#source.pause()
    try {
      await handled
    } catch (error) {
      this.#onError(error)
    }
    this.#busy = false
    // Starting one may make the queue busy again; what is left then stays in line.
    while (!this.#busy && this.#waiting.length > 0) this.#start(this.#waiting.shift()!)
    if (!this.#busy) this.#source.resume()
  }
}
