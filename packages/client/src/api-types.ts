/**
 * What `hydrant types` writes and `connect<Api>()` takes: one entry per channel address of the contract.
 *
 * ```ts
 * export interface Api {
 *   '/prices/{symbol}': {
 *     params: { symbol: 'AAPL' | 'MSFT' }        // enum of the parameter, otherwise string
 *     receives: { trade: Trade; halt: Halt }     // what a client may subscribe to, by message name
 *   }
 *   '/chat/{room}': {
 *     params: { room: string }
 *     receives: { say: Say }
 *     sends: { say: Say }                        // what a client may publish, by message name
 *   }
 *   '/orders': {
 *     requests: {                                // operations with a reply, by the name of the request's message
 *       placeOrder: { payload: PlaceOrder; reply: { orderPlaced: OrderPlaced; orderRefused: OrderRefused } }
 *     }
 *     errors: 'market-closed' | 'no-funds'       // codes that the contract declares for this channel
 *   }
 * }
 * ```
 *
 * Every property may be left out; what is left out cannot be used. Payloads are `Uint8Array` for binary messages and `string`
 * for text messages. Entries and payloads may be interfaces or type literals.
 */
export interface ChannelTypes {
  readonly params?: object
  readonly receives?: object
  readonly sends?: object
  readonly requests?: object
  readonly errors?: string
}

/** Every entry of a type that describes an API is a {@link ChannelTypes}. */
export type ApiShape<Api> = { readonly [A in keyof Api]: ChannelTypes }

/** The API of a client without a type argument: any address, any payload. */
export interface AnyApi {
  readonly [address: string]: {
    readonly params: Readonly<Record<string, string | number>>
    readonly receives: Readonly<Record<string, unknown>>
    readonly sends: Readonly<Record<string, unknown>>
    readonly requests: Readonly<Record<string, { readonly payload: unknown; readonly reply: Record<string, unknown> }>>
    readonly errors: string
  }
}

/** Channel addresses of an API. */
export type Address<Api> = Extract<keyof Api, string>

/** Addresses that have an operation with a reply. */
export type RequestAddress<Api> = {
  [A in Address<Api>]: [Part<Api[A], 'requests'>] extends [never] ? never : A
}[Address<Api>]

/** One part of a channel's entry; never when the contract has none. */
type Part<Types, Name extends keyof ChannelTypes> = Types extends { readonly [N in Name]: infer Value } ? Value : never

type Values<T> = T[keyof T]

/** Values of the address's parameters; never when it has none. */
export type Params<Types> = Part<Types, 'params'>

/** `[]`, `[params]`, or `[params?]` where anything goes. */
export type ParamsArgument<Types> = [Params<Types>] extends [never]
  ? []
  : string extends keyof Params<Types>
    ? [params?: Params<Types>]
    : [params: Params<Types>]

/** Payloads of the messages that come. */
export type Received<Types> = Values<Part<Types, 'receives'>>

/** A message that came, told apart by `name`. */
export type Message<Types> = {
  [Name in keyof Part<Types, 'receives'>]: MessageOf<Name & string, Part<Types, 'receives'>[Name]>
}[keyof Part<Types, 'receives'>]

/** One message of a channel. */
export interface MessageOf<Name extends string, Data> {
  readonly name: Name
  readonly data: Data
  /** Where it stands in the channel's log: what `since` takes. */
  readonly position: string
  /** When the server published it, milliseconds since the Unix epoch on the server's clock. */
  readonly time: number
  /** The channel's address. */
  readonly channel: string
  /** What was lost directly before this message. */
  readonly gap?: Gap
  /** Where it came from, as W3C Trace Context, when its publisher said so or the server traces: to go on with that trace. */
  readonly traceparent?: string
  readonly tracestate?: string
}

/** A range of positions that will never come: after `from`, up to and including `to`. */
export interface Gap {
  readonly from: string
  readonly to: string
  /** How many messages, where that can be known. */
  readonly missed?: number
  /** `history-trimmed`, `epoch-changed`, `slow-consumer`, or one that this version does not know. */
  readonly reason: string
}

/** Called for each message. What it throws, or its promise rejects with, goes to the `error` event; nobody else misses the message. */
export type Listener<Types> =
  unknown extends Received<Types>
    ? // Without types a listener may say what it expects: a method's parameters are compared in both directions.
      { call(data: Received<Types>, message: Message<Types>): unknown }['call']
    : (data: Received<Types>, message: Message<Types>) => unknown

/** Names of the messages that clients may publish. */
export type SentName<Types> = Extract<keyof Part<Types, 'sends'>, string>

/** Payloads of the messages that clients may publish; never when there are none. */
export type Sent<Types, Name extends SentName<Types> = SentName<Types>> = Part<Types, 'sends'>[Name]

/** Names of the messages that ask for a reply. */
export type RequestName<Types> = Extract<keyof Part<Types, 'requests'>, string>

/** Payloads of the messages that ask for a reply. */
export type RequestPayload<Types, Name extends RequestName<Types> = RequestName<Types>> = Name extends unknown
  ? Part<Types, 'requests'>[Name] extends { readonly payload: infer Payload }
    ? Payload
    : never
  : never

/** Payloads of the replies. */
export type ReplyPayload<Types, Name extends RequestName<Types> = RequestName<Types>> = Name extends unknown
  ? Part<Types, 'requests'>[Name] extends { readonly reply: infer Replies }
    ? Values<Replies>
    : never
  : never

/** Error codes that the contract declares for the channel. */
export type DeclaredError<Types> = Extract<Part<Types, 'errors'>, string>
