import { type AnyMessage, Subscriber, type SubscribeOptions } from './subscriber.ts'

/** Calls a function for each message. */
export class ListenerSubscriber extends Subscriber {
  readonly #listener: (data: unknown, message: AnyMessage) => unknown
  readonly #onThrow: (error: unknown) => void

  constructor(
    options: SubscribeOptions,
    listener: (data: unknown, message: AnyMessage) => unknown,
    onThrow: (error: unknown) => void,
  ) {
    super(options)
    this.#listener = listener
    this.#onThrow = onThrow
  }

  protected take(message: AnyMessage): boolean {
    try {
      const returned = this.#listener(message.data, message)
      if (returned instanceof Promise) returned.catch(this.#onThrow)
    } catch (error) {
      this.#onThrow(error)
    }
    return true
  }

  protected onEnd(): void {}
}
