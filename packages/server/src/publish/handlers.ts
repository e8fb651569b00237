import type { Channel } from '@hydrant/contract'
import type { Principal } from '../guard/principal.ts'
import { asDeclared } from './application-error.ts'

/** A message that a client published, as the application's handlers see it. */
export interface ReceivedMessage {
  readonly address: string
  readonly parameters: Readonly<Record<string, string>>
  /** Name of the message in the contract. */
  readonly name: string
  /** Validated and normalized: parsed JSON, a string, or bytes. */
  readonly data: unknown
  /** Who published it. `everybody` where the server authenticates nobody, `operator` from the admin listener. */
  readonly principal: Principal
}

/** Hears a message before it is published. What it throws refuses the message; an ApplicationError or HydrantError decides the answer. */
export type Handler = (message: ReceivedMessage) => void | Promise<void>

/** The application's handlers, by the channel's address template: a reloaded contract has the same. */
export class Handlers {
  readonly #byChannel = new Map<string, Handler[]>()

  has({ address }: Channel): boolean {
    return this.#byChannel.has(address)
  }

  /** Returns what removes the handler again. */
  add({ address }: Channel, handler: Handler): () => void {
    const handlers = this.#byChannel.get(address) ?? []
    handlers.push(handler)
    this.#byChannel.set(address, handlers)
    return () => {
      const left = handlers.indexOf(handler)
      if (left >= 0) handlers.splice(left, 1)
      if (handlers.length === 0) this.#byChannel.delete(address)
    }
  }

  /** Calls the handlers in the order they were added, one message after the other; rejects with the first refusal. */
  async tell(channel: Channel, messages: readonly ReceivedMessage[]): Promise<void> {
    try {
      for (const message of messages) {
        for (const handler of this.#byChannel.get(channel.address) ?? []) await handler(message)
      }
    } catch (error) {
      throw asDeclared(channel, error)
    }
  }
}
