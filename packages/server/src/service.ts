import type { Contract } from '@hydrant/contract'
import type { Broker } from './broker/broker.ts'
import type { Guard } from './guard/guard.ts'
import type { CallerBudgets } from './guard/limits/caller-budgets.ts'
import type { ConnectionCaps } from './guard/limits/connection-caps.ts'
import type { InboundRates } from './guard/limits/inbound-budget.ts'
import type { MemoryCeiling } from './guard/limits/memory-ceiling.ts'
import type { Origins } from './guard/origins.ts'
import type { Revocation } from './guard/revocation.ts'
import type { Hub } from './hub/hub.ts'
import type { SharedTerms } from './hub/reader-terms.ts'
import type { Observer } from './observe/observer.ts'
import type { Metrics } from './observe/metrics/metrics.ts'
import type { Tracing } from './observe/traces/tracing.ts'
import type { Quarantine } from './observe/quarantine/quarantine.ts'
import type { PresenceRooms } from './presence/presence.ts'
import type { Publisher } from './publish/publisher.ts'
import type { Requests } from './requests/requests.ts'
import type { Clock } from './runtime/clock.ts'
import type { Turn } from './runtime/turn.ts'
import type { SettingsInForce } from './settings/settings-in-force.ts'
import type { TrustedProxies } from './transport/client-of.ts'
import type { Deadlines } from './transport/deadlines.ts'
import type { OpenTransports } from './transport/open-transports.ts'
import type { TransportLimits } from './transport/transport-limits.ts'

/** What every door works with: made once by `createHydrant`, and only read by the doors. The contract is replaced when it is reloaded: read it when it is needed. */
export interface Service {
  readonly contract: Contract
  /** What holds, and where it came from. */
  readonly settings: SettingsInForce
  readonly broker: Broker
  readonly hub: Hub
  /** What readers have in common. */
  readonly readerTerms: SharedTerms
  readonly publisher: Publisher
  readonly requests: Requests
  readonly presence: PresenceRooms
  /** Hears what happens, for metrics, logs and quarantine. */
  readonly observer: Observer
  /** Makes spans. Undefined when nothing is traced. */
  readonly tracing: Tracing | undefined
  /** What `/metrics` answers. */
  readonly metrics: Metrics
  /** Refused messages, and what operators do with them. */
  readonly quarantine: Quarantine
  readonly clock: Clock
  readonly turn: Turn
  readonly deadlines: Deadlines
  readonly transports: OpenTransports
  readonly origins: Origins
  /** Who is calling, and what they may do. */
  readonly guard: Guard
  readonly revocation: Revocation
  /** Sockets that are open and have yet to say who they are: at most `max-unauthenticated`. */
  readonly strangers: Set<object>
  readonly limits: ServiceLimits
  readonly wireLimits: TransportLimits
  /** What a client may send on one connection. */
  readonly inbound: InboundRates
  /** How many sockets and streams one address and one client may have. */
  readonly caps: ConnectionCaps
  /** Who is believed about the clients behind them. */
  readonly proxies: TrustedProxies
  /** What clients may send over HTTP. */
  readonly callers: CallerBudgets
  /** Whether the process has grown too large for more connections. */
  readonly memory: MemoryCeiling
  /** Whether permessage-deflate is negotiated. */
  readonly deflate: boolean
  readonly random: (bytes: Uint8Array) => void
  /** Faults of ours, for the operator; never told to a peer. */
  readonly onFault: (error: unknown) => void
}

/** The same for who may reload it. */
export interface LiveService extends Service {
  contract: Contract
}

export interface ServiceLimits {
  /** One message, in bytes. */
  readonly maxMessageBytes: number
  /** How deep JSON may be nested. */
  readonly maxJsonDepth: number
  /** One HTTP batch, in bytes, and the number of messages in it. */
  readonly maxBatchBytes: number
  readonly maxBatchMessages: number
  /** What may wait for one reader, in bytes. */
  readonly maxQueuedBytes: number
}
