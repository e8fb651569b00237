import { createHash } from 'node:crypto'
import type { Channel } from '@hydrant/contract'
import {
  type Broker,
  IdempotencyConflict,
  type LogPolicy,
  type MaybePromise,
  type Published,
} from '../broker/broker.ts'
import { HydrantError } from '../errors.ts'
import { type AcceptedMessage, acceptMessage, type Incoming, type PublisherRole } from './accept-message.ts'
import type { Handlers, ReceivedMessage } from './handlers.ts'

/** A channel as one request reaches it. */
export interface Addressed {
  readonly channel: Channel
  /** The canonical concrete address: the name of the log. */
  readonly address: string
  readonly parameters: Readonly<Record<string, string>>
}

export interface PublishRequest {
  readonly at: Addressed
  readonly role: PublisherRole
  readonly messages: readonly Incoming[]
  readonly idempotencyKey?: string | undefined
  /** Whether the embedder's handlers hear of it: what came through a door, not what the embedder published itself. */
  readonly fromOutside: boolean
}

/** The way of every publish, whatever door it came through: contract, handlers, broker. */
export class Publisher {
  readonly #broker: Broker
  readonly #handlers: Handlers
  readonly #maxMessageBytes: number

  constructor(broker: Broker, handlers: Handlers, maxMessageBytes: number) {
    this.#broker = broker
    this.#handlers = handlers
    this.#maxMessageBytes = maxMessageBytes
  }

  /**
   * Publishes all messages or none. Throws (or rejects with) a {@link HydrantError}. Answers without a promise when nothing on
   * the way is asynchronous, so that a busy socket costs none per message.
   */
  publish(request: PublishRequest): MaybePromise<Published> {
    const accepted = this.#accept(request)
    const heard = request.fromOutside ? this.#tellHandlers(request.at, accepted) : undefined
    if (heard === undefined) return this.#append(request, accepted)
    return heard.then(() => this.#append(request, accepted))
  }

  #accept(request: PublishRequest): AcceptedMessage[] {
    const { at, role, messages } = request
    const options = {
      address: at.address,
      channel: at.channel,
      role,
      maxMessageBytes: this.#maxMessageBytes,
    }
    if (messages.length === 1) return [acceptMessage(messages[0]!, options)]
    return messages.map((message, index) => {
      try {
        return acceptMessage(message, options)
      } catch (error) {
        throw error instanceof HydrantError ? inBatch(error, index) : error
      }
    })
  }

  #tellHandlers(at: Addressed, accepted: readonly AcceptedMessage[]): Promise<void> | undefined {
    const { channel } = at
    if (!this.#handlers.has(channel)) return undefined
    const received = accepted
      .filter(({ message }) => channel.fromClients.messages.includes(message))
      .map(({ message, value }): ReceivedMessage => ({
        address: at.address,
        parameters: at.parameters,
        name: message.name,
        data: value,
      }))
    return received.length === 0 ? undefined : this.#handlers.tell(channel, received)
  }

  #append(request: PublishRequest, accepted: readonly AcceptedMessage[]): MaybePromise<Published> {
    const { idempotencyKey, at } = request
    const drafts = accepted.map(({ draft }) => draft)
    const policy = logPolicy(at.channel)
    const fingerprint = idempotencyKey === undefined ? undefined : fingerprintOf(accepted)
    try {
      const published = this.#broker.publish(at.address, drafts, { policy, idempotencyKey, fingerprint })
      return published instanceof Promise ? published.catch(translate) : published
    } catch (error) {
      return translate(error)
    }
  }
}

/** What the contract says about the channel's log. */
export function logPolicy(channel: Channel): LogPolicy {
  return { kind: channel.kind, maxMessages: channel.history.messages, maxAgeMs: channel.history.maxAgeMs }
}

function fingerprintOf(accepted: readonly AcceptedMessage[]): string {
  const hash = createHash('sha256')
  for (const { draft } of accepted) {
    hash.update(`${draft.name.length}:${draft.name}${draft.payload.length}:`).update(draft.payload)
  }
  return hash.digest('base64')
}

function inBatch(error: HydrantError, index: number): HydrantError {
  const errors = error.details.errors?.map((each) => ({ ...each, pointer: `/${index}${each.pointer}` }))
  return new HydrantError(error.code, `message ${index} of the batch: ${error.message}`, {
    ...error.details,
    ...(errors === undefined ? {} : { errors }),
    cause: error,
  })
}

function translate(error: unknown): never {
  if (error instanceof IdempotencyConflict) {
    throw new HydrantError('idempotency-key-reused', 'this idempotency key was used for another message', {
      cause: error,
    })
  }
  throw error
}
