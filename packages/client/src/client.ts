import type {
  AnyApi,
  Address,
  ParamsArgument,
  Params,
  RequestAddress,
  RequestName,
  RequestPayload,
  ReplyPayload,
} from './api-types.ts'
import { concreteAddress } from './address.ts'
import { Channel } from './channel.ts'
import type { ConnectOptions } from './connect.ts'
import { Connection } from './connection.ts'
import { type ConnectionState, stateOf } from './connection-state.ts'
import { Emitter } from './emitter.ts'
import { clientError, type HydrantError } from './errors.ts'
import { DEFAULT_POLICY } from './link.ts'
import type { Platform } from './platform.ts'
import { Presence } from './presence.ts'
import { Publisher } from './publisher.ts'
import { Requester, type RequestOptions } from './requester.ts'
import { ServerClock } from './server-clock.ts'
import { Subscriptions } from './subscriptions.ts'
import { TokenKeeper } from './token.ts'

/** What a client tells. */
export interface ClientEvents {
  state: ConnectionState
  /** What went wrong and has no call or channel that tells it. Without a listener it goes to `console.error`. */
  error: HydrantError
}

type RequestArguments<Types, Name extends string> = [Params<Types>] extends [never]
  ? [options?: RequestOptions<Name>]
  : string extends keyof Params<Types>
    ? [options?: RequestOptions<Name> & { readonly params?: Params<Types> }]
    : [options: RequestOptions<Name> & { readonly params: Params<Types> }]

/** A connection to an API, and its channels. Made by `connect()`. */
export class Client<Api = AnyApi> implements AsyncDisposable {
  /** Resolves when the client is closed for good, with the reason: ours, or a server that will not have it again. */
  readonly closed: Promise<ConnectionState & { readonly name: 'closed' }>
  readonly #events: Emitter<ClientEvents>
  readonly #clock: ServerClock
  readonly #connection: Connection
  readonly #subscriptions: Subscriptions
  readonly #publisher: Publisher
  readonly #requester: Requester
  readonly #requestTimeoutMs: number
  #state: ConnectionState = { name: 'connecting', via: 'socket' }

  /** @internal Use `connect()`. */
  constructor(urls: { readonly socket: string; readonly http: string }, options: ConnectOptions, platform: Platform) {
    this.#requestTimeoutMs = options.requestTimeoutMs ?? 10_000
    this.#events = new Emitter((error) => console.error(error))
    const onError = (error: HydrantError): void => {
      if (!this.#events.emit('error', error)) console.error(error)
    }
    const { promise, resolve } = Promise.withResolvers<ConnectionState & { readonly name: 'closed' }>()
    this.closed = promise
    this.#clock = new ServerClock(platform.monotonicMs, platform.wallMs)
    const connection = (): Connection => this.#connection
    this.#subscriptions = new Subscriptions(connection, { after: platform.after, onError })
    this.#publisher = new Publisher(connection, platform, {
      maxQueuedMessages: options.maxQueuedMessages ?? 100,
      maxQueuedBytes: options.maxQueuedBytes ?? 1024 * 1024,
    })
    this.#requester = new Requester(connection, platform)
    const token = new TokenKeeper(options.token, platform, this.#clock, () => void this.#refresh(token))
    this.#connection = new Connection({
      urls,
      platform,
      policy: { ...DEFAULT_POLICY, ...options.policy },
      clock: this.#clock,
      token,
      connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
      onReady: () => this.#resume(),
      onEnded: () => {
        this.#subscriptions.disconnected()
        this.#publisher.disconnected()
      },
      onDown: (down) => this.#subscriptions.receive(down),
      onLink: (link) => {
        const state = stateOf(link, this.#connection.hello?.session, platform.wallMs())
        this.#state = state
        if (state.name === 'closed') {
          this.#end(state)
          resolve(state)
        }
        this.#events.emit('state', state)
      },
      onError,
    })
  }

  /** The connection's state now. */
  get state(): ConnectionState {
    return this.#state
  }

  /** Milliseconds since the Unix epoch on the server's clock, as well as it is known; this machine's before the first connection. */
  now(): number {
    return this.#clock.now()
  }

  /** A channel, by the contract's address and its parameters. Nothing is sent. Throws `parameter-missing`. */
  channel<A extends Address<Api>>(address: A, ...[params]: ParamsArgument<Api[A]>): Channel<Api[A]> {
    const feed = this.#subscriptions.feed(concreteAddress(address, params as object | undefined))
    return new Channel<Api[A]>(feed, {
      publish: (data, options) => this.#publisher.publish(feed.address, data, options),
      request: (data, options) => this.#ask(feed.address, data, options),
      presence: new Presence(feed, this.#requester, this.#requestTimeoutMs),
    })
  }

  /** Asks the application and resolves with the reply's payload: operations of the contract that have one. See {@link Channel.request}. */
  async request<A extends RequestAddress<Api>, Name extends RequestName<Api[A]> = RequestName<Api[A]>>(
    address: A,
    data: RequestPayload<Api[A], Name>,
    ...[options = {}]: RequestArguments<Api[A], Name>
  ): Promise<ReplyPayload<Api[A], Name>> {
    const { params } = options as { readonly params?: object }
    return (await this.#ask(concreteAddress(address, params), data, options)) as ReplyPayload<Api[A], Name>
  }

  /** Listens until the result is called. */
  on<Event extends keyof ClientEvents>(event: Event, listener: (event: ClientEvents[Event]) => unknown): () => void {
    return this.#events.on(event, listener)
  }

  /** Ends the connection and every subscription, for good. What was not answered rejects with `closed`. */
  close(reason = 'closed by the application'): void {
    this.#connection.close({ code: 1000, reason })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
    await this.closed
  }

  #ask(channel: string, data: unknown, options: RequestOptions): Promise<unknown> {
    return this.#requester.request(channel, data, {
      ...options,
      timeoutMs: options.timeoutMs ?? this.#requestTimeoutMs,
    })
  }

  /** A new connection: subscriptions, presence and what waits, all before the first reply. */
  #resume(): void {
    this.#subscriptions.resume()
    for (const { address, roster } of this.#subscriptions.active) {
      if (roster.announced === undefined) continue
      this.#connection.send(
        { op: 'presence', channel: address, data: roster.announced.data },
        { done: () => {}, failed: () => {} },
      )
    }
    this.#publisher.flush()
    this.#requester.flush()
  }

  async #refresh(token: TokenKeeper): Promise<void> {
    try {
      const text = await token.fetch()
      if (this.#connection.ready) this.#connection.authenticate(text)
    } catch (error) {
      this.#events.emit('error', clientError('token-failed', undefined, error))
      token.refused()
    }
  }

  #end({ code, reason }: ConnectionState & { readonly name: 'closed' }): void {
    // Who closes it wants its loops to end; who is closed wants to know.
    this.#subscriptions.end(code === 1000 ? undefined : clientError('closed', reason))
    this.#publisher.end(reason)
    this.#requester.end(reason)
  }
}
