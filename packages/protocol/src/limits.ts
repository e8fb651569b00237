/** Limits that belong to the protocol (PROTOCOL.md); what a server may configure it announces in `hello`. */
export const PROTOCOL_LIMITS: {
  readonly channelsPerConnection: number
  readonly channelsPerRequest: number
  readonly last: number
  readonly rate: number
  readonly keyCharacters: number
  readonly presenceDataBytes: number
  readonly presenceMembers: number
  readonly requestTimeoutMs: number
  readonly defaultRequestTimeoutMs: number
  readonly bytesBeforeAuthentication: number
  readonly strikes: number
  readonly strikeMemoryMs: number
} = {
  channelsPerConnection: 128,
  channelsPerRequest: 128,
  last: 300,
  /** Messages a second. */
  rate: 1000,
  keyCharacters: 255,
  presenceDataBytes: 1024,
  presenceMembers: 1000,
  requestTimeoutMs: 60_000,
  defaultRequestTimeoutMs: 10_000,
  /** Rule 8.5. */
  bytesBeforeAuthentication: 16 * 1024,
  strikes: 3,
  strikeMemoryMs: 60_000,
}

/** The identity has ended, or none came in time (rules 8.5 and 9.1). Connect again, and authenticate. IANA: 3000 Unauthorized. */
export const CLOSE_UNAUTHENTICATED = 3000

/** The only channel of a one-channel socket may no longer be read. The client must not connect again. */
export const CLOSE_FORBIDDEN = 3503

/** Three strikes (rule 2.6). The client must not connect again. */
export const CLOSE_STRIKES = 3500
