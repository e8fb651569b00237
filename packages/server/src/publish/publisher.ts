import { createHash } from 'node:crypto'
import type { Context } from '@opentelemetry/api'
import type { Channel } from '@hydrant/contract'
import {
  type Broker,
  IdempotencyConflict,
  type LogPolicy,
  type MaybePromise,
  type Published,
} from '../broker/broker.ts'
import { HydrantError } from '../errors.ts'
import type { Sender } from '../observe/door.ts'
import type { ChannelMeter } from '../observe/meters/channel-meter.ts'
import type { Observer } from '../observe/observer.ts'
import type { PublishSpan } from '../observe/traces/publish-span.ts'
import type { Tracing } from '../observe/traces/tracing.ts'
import type { Clock } from '../runtime/clock.ts'
import { type AcceptedMessage, acceptMessage, type Incoming, type PublisherRole } from './accept-message.ts'
import type { Principal } from '../guard/principal.ts'
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
  /** Who hands it in, for those who watch. */
  readonly sender: Sender
  readonly messages: readonly Incoming[]
  readonly idempotencyKey?: string | undefined
  /** Whose publish the embedder's handlers hear of. Absent: the embedder's own, of which they do not. */
  readonly caller?: Principal | undefined
  /** What the publish is part of, where that is traced. */
  readonly parent?: Context | undefined
}

/** A publish whose steps are traced. */
interface TracedRequest extends PublishRequest {
  readonly span?: PublishSpan
}

/** Hears of publishes that the broker has taken. Called for each: it must be quick. */
export interface PublishWatch {
  published(at: Addressed, messages: readonly AcceptedMessage[], published: Published): void
}

/** What a publisher needs of the server around it. */
export interface PublisherSurroundings {
  readonly broker: Broker
  readonly handlers: Handlers
  readonly observer: Observer
  readonly clock: Clock
  /** Makes spans. Default none. */
  readonly tracing?: Tracing | undefined
  readonly maxMessageBytes: number
  readonly maxJsonDepth: number
}

/** The way of every publish, whatever door it came through: contract, handlers, broker. */
export class Publisher {
  readonly #broker: Broker
  readonly #handlers: Handlers
  readonly #observer: Observer
  readonly #clock: Clock
  readonly #tracing: Tracing | undefined
  readonly #maxMessageBytes: number
  /** Hears of everything that was published, while somebody wants to know more than the counters say. */
  watch: PublishWatch | undefined
  readonly #maxJsonDepth: number
  /** Publishes with an idempotency key that are with the handlers, by channel and key. */
  readonly #underWay = new Map<string, Promise<Published>>()
  /** When the last message had passed the contract: the next step begins there. */
  #acceptedMs = 0

  constructor(surroundings: PublisherSurroundings) {
    const { broker, handlers, observer, clock, tracing, maxMessageBytes, maxJsonDepth } = surroundings
    this.#tracing = tracing
    this.#broker = broker
    this.#handlers = handlers
    this.#observer = observer
    this.#clock = clock
    this.#maxMessageBytes = maxMessageBytes
    this.#maxJsonDepth = maxJsonDepth
  }

  /**
   * Publishes all messages or none. Throws (or rejects with) a {@link HydrantError}. Answers without a promise when nothing on
   * the way is asynchronous, so that a busy socket costs none per message.
   */
  publish(request: PublishRequest): MaybePromise<Published> {
    if (this.#tracing !== undefined) return this.#publishTraced(request, this.#tracing)
    const meter = this.#observer.channel(request.at.channel)
    const accepted = this.#accept(request, meter)
    const startedMs = this.#acceptedMs
    const published = this.#tellAndAppendAll(request, accepted)
    if (published instanceof Promise) return this.#countLater(published, request, accepted, meter, startedMs)
    this.#count(published, request, accepted, meter, startedMs)
    return published
  }

  /**
   * Passes one message through the contract, as the first step of publishing it or of handing it to the application. Throws a
   * {@link HydrantError}, and tells the observer of it.
   */
  accept(at: Addressed, role: PublisherRole, sender: Sender, message: Incoming): AcceptedMessage {
    return this.#acceptOne(at, role, sender, message, this.#observer.channel(at.channel))
  }

  /** The same, with a span for it and for each of its steps. */
  #publishTraced(request: PublishRequest, tracing: Tracing): MaybePromise<Published> {
    const meter = this.#observer.channel(request.at.channel)
    const span = tracing.publish(request)
    let marked: readonly AcceptedMessage[] = []
    const run = (): MaybePromise<Published> => {
      // Checking is never asynchronous.
      marked = span.mark(span.step('validate', {}, () => this.#accept(request, meter)) as AcceptedMessage[])
      const startedMs = this.#clock.monotonicMs()
      const published = this.#tellAndAppendAll({ ...request, span }, marked)
      if (published instanceof Promise) return this.#countLater(published, request, marked, meter, startedMs)
      this.#count(published, request, marked, meter, startedMs)
      return published
    }
    return span.during(run, (published) => span.published(marked, published))
  }

  #tellAndAppendAll(request: TracedRequest, accepted: readonly AcceptedMessage[]): MaybePromise<Published> {
    const received =
      request.caller === undefined ? NOBODY_HEARS : this.#receivedBy(request.at, accepted, request.caller)
    if (received.length === 0) return this.#append(request, accepted)
    return request.idempotencyKey === undefined
      ? this.#tellAndAppend(request, accepted, received)
      : this.#tellAndAppendOnce(request, request.idempotencyKey, accepted, received)
  }

  async #tellAndAppend(
    request: TracedRequest,
    accepted: readonly AcceptedMessage[],
    received: readonly ReceivedMessage[],
  ): Promise<Published> {
    const { at, span } = request
    await (span === undefined
      ? this.#handlers.tell(at.channel, received)
      : span.run(() => this.#handlers.tell(at.channel, received)))
    return this.#append(request, accepted)
  }

  /** A retry is answered without asking the handlers again, also while the first try is still with them. */
  async #tellAndAppendOnce(
    request: TracedRequest,
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

  #accept({ at, role, sender, messages }: PublishRequest, meter: ChannelMeter): AcceptedMessage[] {
    if (messages.length === 1) return [this.#acceptOne(at, role, sender, messages[0]!, meter)]
    return messages.map((message, index) => {
      try {
        return this.#acceptOne(at, role, sender, message, meter)
      } catch (error) {
        throw error instanceof HydrantError ? inBatch(error, index) : error
      }
    })
  }

  #acceptOne(
    at: Addressed,
    role: PublisherRole,
    sender: Sender,
    message: Incoming,
    meter: ChannelMeter,
  ): AcceptedMessage {
    const startedMs = this.#clock.monotonicMs()
    try {
      const accepted = acceptMessage(message, {
        address: at.address,
        channel: at.channel,
        role,
        maxMessageBytes: this.#maxMessageBytes,
        maxJsonDepth: this.#maxJsonDepth,
      })
      this.#observer.accepted(at.channel, accepted, sender, startedMs)
      return accepted
    } catch (error) {
      if (error instanceof HydrantError) this.#observer.refused({ at, role, sender, message, error })
      throw error
    } finally {
      this.#acceptedMs = this.#clock.monotonicMs()
      meter.validation.record(this.#acceptedMs - startedMs)
    }
  }

  async #countLater(
    publishing: Promise<Published>,
    request: PublishRequest,
    accepted: readonly AcceptedMessage[],
    meter: ChannelMeter,
    startedMs: number,
  ): Promise<Published> {
    const published = await publishing
    this.#count(published, request, accepted, meter, startedMs)
    return published
  }

  #count(
    published: Published,
    request: PublishRequest,
    accepted: readonly AcceptedMessage[],
    meter: ChannelMeter,
    startedMs: number,
  ): void {
    meter.append.record(this.#clock.monotonicMs() - startedMs)
    if (published.repeated) return
    if (this.watch !== undefined) this.watch.published(request.at, accepted, published)
    const flow = meter.published[request.sender.door]
    flow.messages += accepted.length
    for (const { draft } of accepted) flow.bytes += draft.payload.length
  }

  /** The messages that the application's handlers have to hear first. */
  #receivedBy(at: Addressed, accepted: readonly AcceptedMessage[], principal: Principal): readonly ReceivedMessage[] {
    const { channel, address, parameters } = at
    if (!this.#handlers.has(channel)) return NOBODY_HEARS
    return accepted
      .filter(({ message }) => channel.fromClients.messages.includes(message))
      .map(({ message, value }) => ({ address, parameters, name: message.name, data: value, principal }))
  }

  #append(request: TracedRequest, accepted: readonly AcceptedMessage[]): MaybePromise<Published> {
    return request.span === undefined
      ? this.#handOver(request, accepted)
      : request.span.step('append', {}, () => this.#handOver(request, accepted))
  }

  #handOver(request: PublishRequest, accepted: readonly AcceptedMessage[]): MaybePromise<Published> {
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

const NOBODY_HEARS: readonly ReceivedMessage[] = []

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
