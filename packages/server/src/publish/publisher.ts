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
  /** Publishes with an idempotency key that are with the handlers, by channel and key. */
  readonly #underWay = new Map<string, Promise<Published>>()

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
    const received = request.fromOutside ? this.#receivedBy(request.at, accepted) : []
    if (received.length === 0) return this.#append(request, accepted)
    return request.idempotencyKey === undefined
      ? this.#tellAndAppend(request, accepted, received)
      : this.#tellAndAppendOnce(request, request.idempotencyKey, accepted, received)
  }

  async #tellAndAppend(
    request: PublishRequest,
    accepted: readonly AcceptedMessage[],
    received: readonly ReceivedMessage[],
  ): Promise<Published> {
    await this.#handlers.tell(request.at.channel, received)
    return this.#append(request, accepted)
  }

  /** A retry is answered without asking the handlers again, also while the first try is still with them. */
  async #tellAndAppendOnce(
    request: PublishRequest,
    key: string,
    accepted: readonly AcceptedMessage[],
    received: readonly ReceivedMessage[],
  ): Promise<Published> {
    const { address } = request.at
    const name = `${address.length}:${address}${key}`
    await this.#underWay.get(name)?.catch(() => {})
    const earlier = await this.#find(address, key, fingerprintOf(accepted))
    if (earlier !== undefined) return earlier
    const current = this.#underWay.get(name)
    if (current !== undefined) return this.#tellAndAppendOnce(request, key, accepted, received)
    const publishing = this.#tellAndAppend(request, accepted, received)
    this.#underWay.set(name, publishing)
    try {
      return await publishing
    } finally {
      this.#underWay.delete(name)
    }
  }

  async #find(address: string, key: string, fingerprint: string): Promise<Published | undefined> {
    try {
      return await this.#broker.findPublished(address, key, fingerprint)
    } catch (error) {
      return translate(error)
    }
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

  /** The messages that the application's handlers have to hear first. */
  #receivedBy(at: Addressed, accepted: readonly AcceptedMessage[]): ReceivedMessage[] {
    const { channel, address, parameters } = at
    if (!this.#handlers.has(channel)) return []
    return accepted
      .filter(({ message }) => channel.fromClients.messages.includes(message))
      .map(({ message, value }) => ({ address, parameters, name: message.name, data: value }))
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
