import type { PublishResult } from '@hydrant/protocol'
import type {
  DeclaredError,
  Listener,
  Message,
  Received,
  RequestName,
  RequestPayload,
  ReplyPayload,
  Sent,
  SentName,
} from './api-types.ts'
import { type ErrorCode, type HydrantError, isHydrantError } from './errors.ts'
import type { ChannelEvents, Feed } from './feed.ts'
import { type IterateOptions, IteratorSubscriber, type MessageIterator } from './iterator-subscriber.ts'
import { ListenerSubscriber } from './listener-subscriber.ts'
import type { Presence } from './presence.ts'
import type { PublishOptions } from './publisher.ts'
import type { RequestOptions } from './requester.ts'
import { checkOptions } from './subscribe-options.ts'
import type { SubscribeOptions, Subscriber } from './subscriber.ts'

/** A running subscription of one listener. */
export interface Subscription extends Disposable {
  /** Resolves when the server has begun (or the subscription was ended before); rejects when it refuses for good. */
  readonly ready: Promise<void>
  unsubscribe(): void
}

/** What a channel does through its client. */
export interface ChannelActions {
  publish(data: unknown, options: PublishOptions): Promise<PublishResult>
  request(data: unknown, options: RequestOptions): Promise<unknown>
  readonly presence: Presence
}

/** One channel. Made by `api.channel()`; any number of them for the same address share one subscription at the server. */
export class Channel<Types = unknown> implements AsyncIterable<Received<Types>, undefined> {
  /** The concrete address, percent-encoded. */
  readonly address: string
  /** Who is here. */
  readonly presence: Presence
  readonly #feed: Feed
  readonly #actions: ChannelActions

  /** @internal Use `api.channel()`. */
  constructor(feed: Feed, actions: ChannelActions) {
    this.#feed = feed
    this.#actions = actions
    this.address = feed.address
    this.presence = actions.presence
  }

  /** The position up to which every subscriber here has dealt with the messages: keep it, and give it as `since` another time. */
  get position(): string | undefined {
    return this.#feed.position
  }

  /**
   * Calls `listener` for each message, in order, none twice, across reconnects. What it throws goes to the `error` event. Subscriptions of one channel share the
   * widest `rate` and `conflate` that they ask for. Throws TypeError for options that cannot be.
   */
  subscribe(listener: Listener<Types>, options: SubscribeOptions = {}): Subscription {
    const subscriber = new ListenerSubscriber(options, listener as never, (error) => this.#feed.threw(error))
    const unsubscribe = this.#join(subscriber, options)
    return { ready: subscriber.ready, unsubscribe, [Symbol.dispose]: unsubscribe }
  }

  /** The messages with name, position and time. Holds up to `buffer` of them; see {@link IterateOptions}. */
  messages(options: IterateOptions = {}): MessageIterator<Message<Types>> {
    let leave = (): void => {}
    const subscriber = new IteratorSubscriber(
      options,
      () => this.#feed.resumed(),
      () => leave(),
    )
    leave = this.#join(subscriber, options)
    return subscriber as MessageIterator<never>
  }

  /** The payloads: `for await (const tick of ticks)`. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Received<Types>, undefined> {
    // Leaving the loop ends the subscription too.
    const messages = this.messages()
    for await (const message of messages) yield (message as { readonly data: Received<Types> }).data
    return undefined
  }

  /**
   * Publishes; resolves with the position when the server has it. Without a connection it waits in a bounded queue. Sent again after a reconnect with the same
   * idempotency key, so never twice.
   */
  publish<Name extends SentName<Types> = SentName<Types>>(
    data: Sent<Types, Name>,
    options: PublishOptions<Name> = {},
  ): Promise<PublishResult> {
    return this.#actions.publish(data, options)
  }

  /** Asks the application and resolves with the reply's payload. Never sent twice: `connection-lost` when nobody knows whether it was carried out. */
  request<Name extends RequestName<Types> = RequestName<Types>>(
    data: RequestPayload<Types, Name>,
    options: RequestOptions<Name> = {},
  ): Promise<ReplyPayload<Types, Name>> {
    return this.#actions.request(data, options) as Promise<ReplyPayload<Types, Name>>
  }

  /** Listens until the result is called. */
  on<Event extends keyof ChannelEvents>(event: Event, listener: (event: ChannelEvents[Event]) => unknown): () => void {
    return this.#feed.events.on(event, listener)
  }

  /** Whether an error has one of these codes: those of the contract for this channel, or ours. */
  isError<Code extends DeclaredError<Types> | ErrorCode>(
    error: unknown,
    ...codes: readonly Code[]
  ): error is HydrantError<Code> {
    return isHydrantError<Code>(error, ...codes)
  }

  #join(subscriber: Subscriber, options: SubscribeOptions): () => void {
    checkOptions(options)
    const { signal } = options
    const leave = (): void => {
      signal?.removeEventListener('abort', leave)
      this.#feed.leave(subscriber)
    }
    if (signal?.aborted === true) subscriber.end(undefined)
    else {
      signal?.addEventListener('abort', leave)
      this.#feed.join(subscriber)
    }
    return leave
  }
}
