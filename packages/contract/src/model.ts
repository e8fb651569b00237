import type { JsonObject, JsonSchema, JsonValue } from './json.ts'

/** Which side of the described application Hydrant plays. `server`: it is the application, so it sends what the document says `send`. */
export type Perspective = 'server' | 'client'

/** How a message's bytes are understood, decided by its content type. */
export type Encoding = 'json' | 'text' | 'binary'

/** A message as it arrives: already parsed when it is JSON. */
export type Payload =
  | { encoding: 'json'; value: unknown }
  | { encoding: 'text'; value: string }
  | { encoding: 'binary'; value: Uint8Array }

/** A loaded AsyncAPI document: the only source of truth for channels, messages, directions and their schemas. */
export interface Contract {
  /** The AsyncAPI version as it was written, also for a converted 2.x document. */
  readonly asyncapi: string
  readonly perspective: Perspective
  readonly info: Info
  readonly servers: readonly Server[]
  /** In document order. Channels that share an address are one channel. */
  readonly channels: readonly Channel[]
  readonly operations: readonly Operation[]
  readonly securitySchemes: readonly SecurityScheme[]
  /** What the `security` of its servers asks of every caller: one of these. Empty when they ask for nothing. */
  readonly security: readonly SecurityScheme[]
  /** The AsyncAPI 3 document to publish: as written, or converted from 2.x. Do not mutate it. */
  readonly document: JsonObject
  /** Finds the channel of a URL path. Decodes it once; never throws. */
  match(address: string): AddressMatch
}

/** Who publishes the API and how to reach them. */
export interface Info {
  readonly title: string
  readonly version: string
  readonly description?: string
  readonly termsOfService?: string
  readonly contact?: { readonly name?: string; readonly url?: string; readonly email?: string }
  readonly license?: { readonly name: string; readonly url?: string }
  readonly tags: readonly Tag[]
  readonly externalDocs?: ExternalDocs
}

/** A label with an optional explanation. */
export interface Tag {
  readonly name: string
  readonly description?: string
}

/** A link to documentation outside the document. */
export interface ExternalDocs {
  readonly url: string
  readonly description?: string
}

/** A server the document names. Hydrant serves the channels itself: these are for display. */
export interface Server {
  readonly id: string
  readonly host: string
  readonly protocol: string
  readonly pathname?: string
  readonly protocolVersion?: string
  readonly title?: string
  readonly summary?: string
  readonly description?: string
  readonly variables: readonly ServerVariable[]
  readonly security: readonly SecurityScheme[]
  readonly tags: readonly Tag[]
}

/** A placeholder in a server's host or pathname. */
export interface ServerVariable {
  readonly name: string
  readonly enum?: readonly string[]
  readonly default?: string
  readonly description?: string
  readonly examples?: readonly string[]
}

/** A security scheme as declared; enforcing it is the server's work. `name` is its key in the components, also of an inline copy that asks for other scopes; or its pointer. */
export interface SecurityScheme {
  readonly name: string
  readonly type: string
  readonly description?: string
  readonly scopes: readonly string[]
  /** The whole object, for the fields that only this type has (`in`, `scheme`, `flows`, …). */
  readonly definition: JsonObject
}

/** What a caller may do on a channel: read what it sends to clients, or publish what it takes from them. */
export type Action = 'subscribe' | 'publish'

/** Who may do one thing on a channel: whoever fits one of the rules. Without rules nobody may. */
export interface Allow {
  /** Where it is written, for explanations. */
  readonly pointer: string
  readonly rules: readonly AllowRule[]
}

/** Fits a caller for whom all conditions hold. There is always at least one. */
export interface AllowRule {
  readonly pointer: string
  readonly conditions: readonly [AllowCondition, ...AllowCondition[]]
}

/** One thing that is asked of a caller. `never` stands for a rule that could not be read: it lets nobody in. */
export type AllowCondition =
  | { readonly kind: 'anyone' }
  | { readonly kind: 'authenticated' }
  | { readonly kind: 'never'; readonly why: string }
  | { readonly kind: 'role' | 'scope'; readonly value: AllowValue }
  /** `claim` is a claim's name, or a JSON pointer into the claims. */
  | { readonly kind: 'claim'; readonly claim: string; readonly value: AllowValue }

/** What a condition compares with: a value, or the value that a parameter has in the address. Never a mixture of both. */
export type AllowValue = { readonly literal: string | number | boolean } | { readonly parameter: string }

/** What {@link Contract.match} found. `malformed` addresses are a client's error (400); the other two are 404. */
export type AddressMatch =
  | { ok: true; channel: Channel; address: string; parameters: Readonly<Record<string, string>> }
  | { ok: false; reason: 'unknown' }
  | { ok: false; reason: 'malformed'; detail: string; limit?: 'address-length' | 'address-segments' }
  | { ok: false; reason: 'parameter'; channel: Channel; parameter: string; got: string; expected: string }

/** `stream`: every message counts. `state`: the latest value per key counts. */
export type ChannelKind = 'stream' | 'state'

/** What happens to a subscriber whose outbox is full. */
export type Overflow = 'conflate' | 'drop' | 'disconnect'

/** One address template with its messages and both directions. */
export interface Channel {
  /** The key in `channels`. */
  readonly id: string
  /** The address template, always with a leading slash, `{name}` for parameters. */
  readonly address: string
  readonly title?: string
  readonly summary?: string
  readonly description?: string
  readonly tags: readonly Tag[]
  readonly parameters: readonly Parameter[]
  readonly messages: readonly Message[]
  /** What clients may subscribe to. */
  readonly toClients: MessageSet
  /** What clients may publish. */
  readonly fromClients: MessageSet
  /** Both: a backend may publish any. */
  readonly all: MessageSet
  /** `x-hydrant.kind`, default `stream`. */
  readonly kind: ChannelKind
  /** `x-hydrant.key` as it is written; undefined for streams, and where the channel holds one value. */
  readonly key: string | undefined
  /** By `x-hydrant.key` of a state channel: the value that says which state this is. `''` when the channel holds one value; undefined for streams and for values without the key. */
  keyOf(value: unknown): string | undefined
  /** `x-hydrant.history`; 100 messages or 120,000 ms by default. */
  readonly history: { readonly messages: number; readonly maxAgeMs: number }
  /** `x-hydrant.overflow`; by default `conflate` for state, `drop` for streams. */
  readonly overflow: Overflow
  /** `x-hydrant.errors`: what the application may refuse with here. Channels that share an address have the errors of all. */
  readonly errors: readonly DeclaredError[]
  /** `x-hydrant.allow`, the channel's or the document's; an action that is absent has no rules of its own. */
  readonly allow: { readonly [action in Action]?: Allow }
  readonly operations: readonly Operation[]
  /** The `ws` binding. */
  readonly webSocket: { readonly method?: 'GET' | 'POST'; readonly query?: JsonSchema; readonly headers?: JsonSchema }
  /** Checks query and headers against the `ws` binding; strings are coerced to the schema's types, unknown names are fine. Empty when all is well. */
  checkHandshake(query: URLSearchParams, header: (name: string) => string | undefined): readonly SchemaError[]
}

/** An error of the application's own, as the contract declares it for a channel. */
export interface DeclaredError {
  /** Lower case words with hyphens: `market-closed`. At most 64 characters. */
  readonly code: string
  /** HTTP status, 400 to 599; default 422. From 500 on clients may try again. */
  readonly status: number
  /** One sentence for people; by default the code. */
  readonly title: string
  readonly description?: string
}

/** A placeholder in a channel's address. */
export interface Parameter {
  readonly name: string
  readonly description?: string
  readonly enum?: readonly string[]
  readonly default?: string
  readonly examples?: readonly string[]
  readonly location?: string
}

/** Some of a channel's messages, ready to tell which one a payload is. */
export interface MessageSet {
  readonly messages: readonly Message[]
  /** The encodings its messages use, without repeats. */
  readonly encodings: readonly Encoding[]
  /** Some JSON message is declared as an array: then a JSON array in an HTTP POST is one message, not a batch. */
  readonly acceptsArray: boolean
  /** Finds the message this payload is, checks and normalizes it. `name` forces one message (its name or id). Never throws, never changes the payload. */
  check(payload: Payload, name?: string): CheckResult
}

/** `value` is the normalized value; it is the caller's own object when `changed` is false. */
export type CheckResult =
  | { ok: true; message: Message; value: unknown; changed: boolean }
  | { ok: false; message?: Message; errors: readonly SchemaError[] }

/** One message of the document, traits applied. */
export interface Message {
  /** The key in the channel's `messages`. */
  readonly id: string
  /** `name`, or the key when there is none. */
  readonly name: string
  readonly title?: string
  readonly summary?: string
  readonly description?: string
  readonly contentType: string
  readonly encoding: Encoding
  /** Self-contained: what it refers to is under its own `$defs`. Absent when any payload is fine or the schema is in a format Hydrant does not read. */
  readonly payloadSchema?: JsonSchema
  readonly headersSchema?: JsonSchema
  readonly examples: readonly MessageExample[]
  readonly correlationId?: { readonly location: string; readonly description?: string }
  readonly tags: readonly Tag[]
  readonly deprecated: boolean
}

/** An example from the document. */
export interface MessageExample {
  readonly name?: string
  readonly summary?: string
  readonly payload?: JsonValue
  readonly headers?: JsonValue
}

/** What the described application does on a channel. The action is the document's, whatever the perspective. */
export interface Operation {
  readonly id: string
  readonly action: 'send' | 'receive'
  readonly channel: Channel
  readonly title?: string
  readonly summary?: string
  readonly description?: string
  readonly messages: readonly Message[]
  readonly reply?: OperationReply
  readonly security: readonly SecurityScheme[]
  readonly tags: readonly Tag[]
}

/** Where and with what an operation is answered. Without a channel the address is only known at run time. */
export interface OperationReply {
  readonly channel?: Channel
  readonly address?: { readonly location: string; readonly description?: string }
  readonly messages: readonly Message[]
}

/** One cause why a value is not valid: human phrases, `expected: "number"`, `got: "\"12\" (string)"`. `got` is cut at 60 characters. */
export interface SchemaError {
  /** JSON pointer into the value; `''` is the value itself. */
  readonly pointer: string
  readonly expected: string
  readonly got: string
  readonly keyword?: string
}

/** One finding about the document. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning' | 'info'
  /** Stable; see `diagnosticCodes`. */
  readonly code: string
  /** What was expected, what came, what was done about it. */
  readonly message: string
  /** JSON pointer into the document as it was written. */
  readonly pointer: string
  /** 1-based; absent when the source was an object. */
  readonly line?: number
  readonly column?: number
}
