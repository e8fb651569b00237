import type { MaybePromise } from '../broker/broker.ts'

/** What a queue needs of its connection. */
export interface MessageSource {
  pause(): void
  resume(): void
  /** Bytes that wait for the peer to read them. */
  readonly queuedBytes: number
  /** Calls `run` when everything queued has been taken. */
  onceDrained(run: () => void): void
}

/** Who handles the messages. */
export interface MessageHandler<Message> {
  handle(message: Message): MaybePromise<unknown>
  /** What `handle` threw. */
  onFault(error: unknown): void
  /** Nothing waits any more after something had to: the queue may be let go of. */
  onQueueEmpty(): void
}

/**
 * Handles the messages of one connection in the order they came. While one is being handled the connection is paused, so what
 * waits here is at most what one read from the socket held. The same while the peer does not read the answers: whoever asks for more
 * than it reads is not asked for more questions.
 */
export class MessageQueue<Message> {
  readonly #source: MessageSource
  readonly #maxUnreadBytes: number
  readonly #handler: MessageHandler<Message>
  readonly #waiting: Message[] = []
  #busy = false

  /** `maxUnreadBytes`: with more than this queued for the peer, nothing further is handled until it has read it. */
  constructor(source: MessageSource, maxUnreadBytes: number, handler: MessageHandler<Message>) {
    this.#source = source
    this.#maxUnreadBytes = maxUnreadBytes
    this.#handler = handler
  }

  push(message: Message): void {
    if (this.#busy) this.#waiting.push(message)
    else this.#start(message)
  }

  #start(message: Message): void {
    try {
      const handled = this.#handler.handle(message)
      if (handled instanceof Promise) {
        void this.#waitFor(handled)
        return
      }
    } catch (error) {
      this.#handler.onFault(error)
    }
    if (this.#source.queuedBytes > this.#maxUnreadBytes) this.#waitForReader()
  }

  #waitForReader(): void {
    this.#busy = true
    this.#source.pause()
    this.#source.onceDrained(() => this.#goOn())
  }

  async #waitFor(handled: Promise<unknown>): Promise<void> {
    this.#busy = true
    this.#source.pause()
    try {
      await handled
    } catch (error) {
      this.#handler.onFault(error)
    }
    if (this.#source.queuedBytes > this.#maxUnreadBytes) this.#waitForReader()
    else this.#goOn()
  }

  #goOn(): void {
    this.#busy = false
    // Starting one may make the queue busy again; what is left then stays in line.
    while (!this.#busy && this.#waiting.length > 0) this.#start(this.#waiting.shift()!)
    if (this.#busy) return
    this.#handler.onQueueEmpty()
    this.#source.resume()
  }
}
