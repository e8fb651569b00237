// Written by `npm run types -w packages/console` from the admin API's openapi.yaml. Do not edit.

export type Time = string

export type Count = number

export type Rate = number

export type Next = string | null

export type Door = 'socket' | 'websocket' | 'sse' | 'http'

export type Problem = {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: string
  readonly detail: string
  readonly instance?: string
  readonly message?: string
  readonly errors?: readonly SchemaError[]
}

export type SchemaError = {
  readonly pointer: string
  readonly expected: string
  readonly got: string
  readonly keyword?: string
}

export type Change = {
  /** Stable: channel-removed, message-removed, parameter-removed, … */
  readonly kind: string
  /** Whether a client that was right before is wrong afterwards. */
  readonly breaks: boolean
  /** JSON pointer into the new document; into the old one for what was removed. */
  readonly pointer: string
  readonly message: string
}

export type BreakingProblem = Problem & {
  readonly changes: readonly Change[]
}

/** Of the last seconds; null when nothing was measured. */
export type Percentiles = {
  readonly p50: number | null
  readonly p90?: number | null
  readonly p99: number | null
  readonly max: number | null
}

/** How many are open. */
export type ByDoor = {
  readonly socket: number
  readonly websocket: number
  readonly sse: number
  readonly http: number
}

export type Rates = {
  readonly messagesInPerSecond: Rate
  readonly messagesOutPerSecond: Rate
  readonly bytesInPerSecond: Rate
  readonly bytesOutPerSecond: Rate
  readonly invalidPerSecond: Rate
}

export type Memory = {
  readonly rssBytes: number
  readonly heapUsedBytes: number
  /** What waits for readers, all connections together. */
  readonly queuedBytes: number
}

export type StatusSample = {
  readonly time: Time
  readonly connections: ByDoor
  readonly rates: Rates
  readonly latencyMs: Percentiles
  readonly eventLoopDelayMs: Percentiles
  readonly memory: Memory
}

export type StatusSamplePage = {
  readonly items: readonly StatusSample[]
  readonly next: Next
  readonly total: Count
}

export type Status = {
  readonly version: string
  readonly startedAt: Time
  readonly uptimeMs: number
  readonly state: 'starting' | 'ready' | 'draining' | 'closed'
  readonly node: string
  readonly pid: number
  /** URLs of the public listeners. */
  readonly listeners: readonly string[]
  readonly contract: {
    readonly title: string
    readonly version: string
    readonly digest: string
    readonly loadedAt: Time
    readonly channels: Count
  }
  readonly connections: {
    readonly total: Count
    readonly byDoor: ByDoor
  }
  readonly channels: {
    readonly templates: number
    readonly live: number
    readonly subscriptions: number
  }
  readonly rates: Rates
  /** Since the start. */
  readonly totals: {
    readonly messagesIn: Count
    readonly messagesOut: Count
    readonly bytesIn: Count
    readonly bytesOut: Count
    readonly invalid: Count
  }
  /** From publish to write. */
  readonly latencyMs: Percentiles
  readonly eventLoopDelayMs: Percentiles
  readonly memory: Memory
  readonly quarantine: {
    readonly groups: number
    readonly messages: number
  }
  /** What an operator should look at, such as an insecure switch that is on. */
  readonly warnings: readonly string[]
}

export type Parameter = {
  readonly name: string
  readonly description?: string
  readonly enum?: readonly string[]
  readonly default?: string
  readonly examples?: readonly string[]
}

export type Channel = {
  readonly id: string
  /** The template. */
  readonly address: string
  readonly title?: string
  readonly summary?: string
  readonly kind: 'stream' | 'state'
  readonly overflow: 'conflate' | 'drop' | 'disconnect'
  readonly parameters: readonly Parameter[]
  readonly history: {
    readonly messages: number
    readonly maxAgeMs: number
  }
  readonly messages: readonly {
    readonly name: string
    readonly toClients: boolean
    readonly fromClients: boolean
  }[]
  readonly liveAddresses: Count
  readonly subscribers: Count
  readonly messagesInPerSecond: Rate
  readonly messagesOutPerSecond: Rate
  readonly invalidPerSecond: Rate
  readonly messagesIn: Count
  readonly invalid: Count
}

export type ChannelPage = {
  readonly items: readonly Channel[]
  readonly next: Next
  readonly total: Count
}

export type ChannelDetails = Channel & {
  readonly description?: string
  readonly schemas: readonly MessageSchema[]
}

export type MessageSchema = {
  readonly name: string
  readonly title?: string
  readonly summary?: string
  readonly description?: string
  readonly contentType: string
  readonly encoding: 'json' | 'text' | 'binary'
  readonly toClients: boolean
  readonly fromClients: boolean
  readonly deprecated?: boolean
  /** JSON Schema with everything it refers to in its own `$defs`; absent when any payload is fine. */
  readonly payloadSchema?: unknown
  /** From the contract, or made from the schema. */
  readonly example?: unknown
}

export type Address = {
  readonly address: string
  /** The channel's id. */
  readonly channel: string
  readonly subscribers: Count
  /** The newest position this process knows of. */
  readonly position: string | null
  /** Published through this process since it is remembered. */
  readonly messages: Count
  readonly messagesPerSecond: Rate
  readonly lastMessageAt: string | null
}

export type AddressPage = {
  readonly items: readonly Address[]
  readonly next: Next
  readonly total: Count
}

export type LogMessage = {
  readonly position: string
  readonly time: Time
  readonly name: string
  readonly encoding: 'json' | 'text' | 'binary'
  readonly bytes: Count
  /** JSON as it is, text as a string, binary as base64. */
  readonly data: unknown
}

export type HistoryPage = {
  readonly address: string
  readonly channel: string
  /** Where to go on. */
  readonly position: string
  readonly items: readonly LogMessage[]
  /** A position, to be given as `since`. */
  readonly next: Next
  /** What was lost after `since`. */
  readonly gap?: {
    readonly from: string
    readonly to: string
    readonly missed?: number
    readonly reason: string
  }
}

export type TailMessage = LogMessage & {
  readonly address: string
  readonly channel: string
}

export type MessageSummary = {
  readonly channel: string
  /** The channel's template. */
  readonly address: string
  readonly name: string
  readonly encoding: 'json' | 'text' | 'binary'
  readonly toClients: boolean
  readonly fromClients: boolean
  readonly deprecated: boolean
  readonly valid: Count
  /** Refused messages whose nearest message this is. */
  readonly invalid: Count
  readonly validPerSecond: Rate
  readonly invalidPerSecond: Rate
  readonly averageBytes: number | null
  readonly lastAt: string | null
  /** How many findings. */
  readonly drift: Count
}

export type MessagePage = {
  readonly items: readonly MessageSummary[]
  readonly next: Next
  readonly total: Count
}

export type FieldStatistics = {
  /** JSON pointer; `*` for the items of an array. */
  readonly pointer: string
  readonly seen: Count
  /** Share of the messages looked at that have it. */
  readonly presence: number
  /** Whether the schema names it. */
  readonly declared: boolean
  readonly required: boolean
  readonly types: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
  /** Of strings, and of arrays in elements. */
  readonly minLength?: number
  readonly maxLength?: number
  /** Values seen, where they are few. */
  readonly values?: readonly {
    readonly value: unknown
    readonly count: number
  }[]
}

export type Drift = {
  /** unknown-field, unused-field, unused-enum-value, always-present, … */
  readonly kind: string
  readonly pointer: string
  readonly detail: string
}

export type MessageDetails = MessageSummary & {
  readonly schema: MessageSchema
  /** How many messages the statistics looked at. */
  readonly looked: Count
  readonly fields: readonly FieldStatistics[]
  readonly findings: readonly Drift[]
  readonly sizes: {
    readonly minBytes: number | null
    readonly averageBytes: number | null
    readonly maxBytes: number | null
  }
  /** Who sends it, the busiest first, at most 20. */
  readonly senders: readonly {
    readonly principal: string
    readonly count: number
  }[]
  /** The newest one. */
  readonly last?: TailMessage
}

export type Connection = {
  /** Unique in the life of the process. */
  readonly id: string
  readonly door: Door
  /** The session's id; only on the socket door. */
  readonly session: string | null
  readonly principal: string
  readonly remoteAddress: string
  readonly openedAt: Time
  /** The first 10 followed addresses. */
  readonly addresses: readonly string[]
  readonly subscriptions: Count
  readonly queuedBytes: Count
  /** Messages the furthest behind of its subscriptions still has to be given. */
  readonly lag: Count
  /** It did not keep up and reads from the history now. */
  readonly slow: boolean
  readonly messagesIn: Count
  /** Frames or events handed to the socket. */
  readonly messagesOut: Count
  readonly bytesIn: Count
  readonly bytesOut: Count
}

export type ConnectionPage = {
  readonly items: readonly Connection[]
  readonly next: Next
  /** That match. */
  readonly total: Count
}

export type SubscriptionDetails = {
  readonly address: string
  readonly channel: string | null
  readonly position: string
  readonly lag: Count
  /** waiting: until the peer has taken what is queued. */
  readonly state: 'live' | 'catching-up' | 'waiting'
}

export type ConnectionDetails = Connection & {
  readonly details: readonly SubscriptionDetails[]
  /** Of the handshake, cut at 200 characters: what the peer says of itself. */
  readonly userAgent: string | null
  /** Of the handshake: the page that opened it, where a browser did. */
  readonly origin: string | null
}

export type TraceFrame = {
  readonly time: Time
  readonly direction: 'in' | 'out'
  readonly kind: 'text' | 'binary' | 'event' | 'ping' | 'pong' | 'close'
  readonly bytes: Count
  /** Text and events as they are, of a close its code and reason, everything else as base64. */
  readonly preview: string
  readonly cut: boolean
}

export type Principal = {
  readonly id: string
  readonly connections: Count
  readonly subscriptions: Count
}

export type PrincipalPage = {
  readonly items: readonly Principal[]
  readonly next: Next
  readonly total: Count
}

export type Closed = {
  readonly connections: Count
}

export type QuarantineGroup = {
  readonly id: string
  /** The channel's id; the template when the channel is no longer in the contract. */
  readonly channel: string
  /** The channel's template. */
  readonly address: string
  /** The nearest message. */
  readonly message: string | null
  /** `other` gathers the counts of causes that made room for newer ones. */
  readonly code: string
  /** One line. */
  readonly cause: string
  /** What the messages have in common; array indexes are `*`. */
  readonly errors: readonly {
    readonly pointer: string
    readonly expected: string
    readonly keyword?: string
  }[]
  /** How often it happened. */
  readonly count: Count
  /** How many of the messages are still kept. */
  readonly kept: Count
  readonly firstAt: Time
  readonly lastAt: Time
  /** At most 20 principals. */
  readonly senders: readonly string[]
  /** How many came through each door. */
  readonly doors: Readonly<Record<string, number>>
  /** The edit that would repair all of them, where it follows from the errors. */
  readonly suggestion: null | Edit
}

export type QuarantinePage = {
  readonly items: readonly QuarantineGroup[]
  readonly next: Next
  readonly total: Count
}

export type QuarantinedMessage = {
  readonly id: string
  readonly group: string
  readonly channel: string
  /** The concrete address it was for. */
  readonly address: string
  readonly time: Time
  readonly sender: {
    readonly door: string
    readonly connection?: string
    readonly remote?: string
    readonly principal?: string
  }
  /** The message's name, when its sender forced one. */
  readonly name: string | null
  readonly encoding: 'json' | 'text' | 'binary'
  readonly bytes: Count
  /** JSON as it is; what is no JSON, and text, as a string; binary as base64. */
  readonly data: unknown
  /** The payload exactly as it came; binary as base64. */
  readonly text: string
  /** What its sender was told. */
  readonly detail: string
  readonly errors: readonly SchemaError[]
  /** Version of the contract that refused it. */
  readonly contract: string
}

export type QuarantinedMessagePage = {
  readonly items: readonly QuarantinedMessage[]
  readonly next: Next
  readonly total: Count
}

export type ValidateRequest = {
  readonly address: string
  readonly data: unknown
  /** Checks against this message. */
  readonly message?: string
  readonly encoding?: 'json' | 'text' | 'binary'
}

export type Verdict = {
  readonly valid: boolean
  /** Which message it is, or the nearest. */
  readonly message: string | null
  /** What its sender would be told; absent when it is valid. */
  readonly detail?: string
  readonly errors: readonly SchemaError[]
}

/** Exactly one of: `patch`, RFC 6902 without `move` and `copy`, where `*` in a path stands for every element or member and `convert` changes a value's type and keeps its meaning; `merge`, RFC 7396; `text`, the whole payload anew. */
export type Edit = {
  readonly patch?: readonly {
    readonly op: 'add' | 'replace' | 'test' | 'remove' | 'convert'
    readonly path: string
    readonly value?: unknown
    readonly to?: 'number' | 'integer' | 'string' | 'boolean'
  }[]
  readonly merge?: unknown
  readonly text?: string
}

export type ReplayRequest = {
  readonly edit?: Edit
  /** Only these (their ids). */
  readonly messages?: readonly string[]
  readonly dryRun?: boolean
}

export type Replayed = {
  /** Published; with `dryRun`, what would be. */
  readonly replayed: Count
  /** Still not valid. */
  readonly refused: Count
  /** How many the group keeps now. */
  readonly left: Count
  /** Messages of the cause that were only counted, or pushed out by newer ones: they cannot be replayed. */
  readonly notKept: Count
  readonly firstRefusal: null | Verdict
}

export type Dropped = {
  readonly dropped: Count
}

export type Published = {
  readonly address: string
  readonly position: string
}

export type PublishRequest = {
  readonly address: string
  /** A string for text messages; base64 for binary ones, with `encoding`. */
  readonly data: unknown
  readonly encoding?: 'json' | 'text' | 'binary'
  /** Forces this message. */
  readonly message?: string
  readonly idempotencyKey?: string
}

export type DrainRequest = {
  readonly waitMs?: number
  readonly spreadMs?: number
  readonly reason: string
}

export type Draining = {
  readonly state: 'draining'
  readonly connections: Count
}

export type Diagnostic = {
  readonly severity: 'error' | 'warning' | 'info'
  readonly code: string
  readonly message: string
  readonly pointer: string
  readonly line?: number
  readonly column?: number
}

export type ContractVersion = {
  readonly number: number
  readonly title: string
  readonly version: string
  readonly digest: string
  readonly loadedAt: Time
  /** Who loaded it: `start`, `reload`, or the actor of the audit log. */
  readonly actor: string
  readonly changes: Count
  readonly breaking: Count
}

export type ContractVersionPage = {
  readonly items: readonly ContractVersion[]
  readonly next: Next
  readonly total: Count
}

export type ContractVersionDetails = ContractVersion & {
  /** The AsyncAPI 3 document. */
  readonly document: Readonly<Record<string, unknown>>
  readonly differences: readonly Change[]
}

export type ContractDetails = ContractVersion & {
  readonly perspective: 'server' | 'client'
  readonly asyncapi: string
  readonly document: Readonly<Record<string, unknown>>
  readonly diagnostics: readonly Diagnostic[]
}

export type PutContractRequest = {
  /** YAML or JSON text, or the document itself. */
  readonly document: string | Readonly<Record<string, unknown>>
  readonly force?: boolean
  readonly dryRun?: boolean
}

export type ContractLoaded = {
  /** False with `dryRun`. */
  readonly loaded: boolean
  readonly changes: readonly Change[]
  readonly diagnostics: readonly Diagnostic[]
}

export type Setting = {
  readonly name: string
  /** Sizes are bytes, times milliseconds. Secrets are in files, and never here. */
  readonly value: unknown
  /** As people write it: `64KiB`, `10s`, `off`. */
  readonly shown?: string
  readonly group?: string
  /** The flag, the variable, or `file:line:column`. */
  readonly where?: string
  readonly unit?: string
  /** `default`, `flag`, `environment`, `file` or `code`. */
  readonly source: string
  readonly flag?: string
  readonly description?: string
}

export type SettingPage = {
  readonly items: readonly Setting[]
  readonly next: Next
  readonly total: Count
}

export type AuditEntry = {
  readonly id: number
  readonly time: Time
  /** `loopback`, `token` or `session`. */
  readonly actor: string
  readonly remoteAddress: string
  /** An operationId. */
  readonly action: string
  /** What it was done to: the ids of the path, or the address of a publish. */
  readonly target: string | null
  readonly reason: string | null
  /** What was answered; refused attempts are kept too. */
  readonly status: number
  readonly details: Readonly<Record<string, unknown>>
}

export type AuditPage = {
  readonly items: readonly AuditEntry[]
  readonly next: Next
  readonly total: Count
}

export type Session = {
  /** Whether this listener asks for a token. */
  readonly required: boolean
  readonly authenticated: boolean
  readonly actor: string | null
}

export type Health = {
  readonly status: string
}

export type Snapshot = {
  readonly format: 'hydrant-snapshot-1'
  readonly takenAt: Time
  readonly truncated: readonly string[]
  readonly status: Status
  readonly history: readonly StatusSample[]
  readonly channels: readonly ChannelDetails[]
  readonly addresses: readonly Address[]
  readonly messages: readonly MessageDetails[]
  readonly connections: readonly ConnectionDetails[]
  readonly principals: readonly Principal[]
  readonly quarantine: readonly QuarantineGroup[]
  readonly quarantinedMessages: readonly QuarantinedMessage[]
  readonly contract: ContractDetails
  readonly versions: readonly ContractVersionDetails[]
  readonly settings: {
    readonly items: readonly Setting[]
  }
  readonly audit: readonly AuditEntry[]
}
