import type { Channel, Message, Operation } from '@hydrant/contract'
import { HydrantError } from '../errors.ts'
import type { Principal } from '../guard/principal.ts'

/** A request of a client, as the application's handler sees it. */
export interface ReceivedRequest {
  readonly address: string
  readonly parameters: Readonly<Record<string, string>>
  /** Name of the message in the contract. */
  readonly name: string
  /** Validated and normalized. */
  readonly data: unknown
  /** Who asks. `everybody` where the server authenticates nobody. */
  readonly principal: Principal
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal
}

/** Gives the payload of the reply. What it throws is the client's error; an ApplicationError or HydrantError decides which. */
export type RequestHandler = (request: ReceivedRequest) => unknown

/** A reply that is valid against the contract. */
export interface Reply {
  readonly name: string
  readonly data: unknown
}

/** The operations that the application answers: those of the contract that clients send and that have a reply. */
export class Requests {
  readonly #handlers = new Map<string, RequestHandler>()

  /** Returns what removes the handler again. Throws TypeError for a channel without an operation with a reply. */
  add(channel: Channel, handler: RequestHandler): () => void {
    if (operationsOf(channel).length === 0) {
      throw new TypeError(`${channel.address} has no operation with a reply that clients send`)
    }
    this.#handlers.set(channel.address, handler)
    return () => {
      if (this.#handlers.get(channel.address) === handler) this.#handlers.delete(channel.address)
    }
  }

  handlerOf(channel: Channel): RequestHandler | undefined {
    return this.#handlers.get(channel.address)
  }
}

/** Checks what a handler gave. Throws `internal` when the contract knows no such reply: nonsense never reaches a client. */
export function checkReply(channel: Channel, message: Message, data: unknown): Reply {
  const operation = operationsOf(channel).find(({ messages }) => messages.includes(message))
  const replies = operation?.reply
  if (replies === undefined) throw new HydrantError('wrong-direction', `"${message.name}" has no reply in the contract`)
  const from = replies.channel ?? channel
  const errors: string[] = []
  for (const reply of replies.messages) {
    const checked = from.all.check({ encoding: 'json', value: data }, reply.name)
    if (checked.ok) return { name: reply.name, data: checked.value }
    const [first] = checked.errors
    errors.push(
      `${reply.name}${first === undefined ? '' : `${first.pointer}: expected ${first.expected}, got ${first.got}`}`,
    )
  }
  throw new Error(`the handler of ${channel.address} gave no reply of the contract: ${errors.join('; ')}`)
}

/** Operations that a client may send and that have a reply. */
function operationsOf(channel: Channel): readonly Operation[] {
  return channel.operations.filter(
    ({ reply, messages }) =>
      reply !== undefined && messages.some((message) => channel.fromClients.messages.includes(message)),
  )
}
