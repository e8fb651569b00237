import type { Perspective } from '@hydrant/contract'
import type { Broker } from './broker/broker.ts'
import type { Authenticate } from './guard/guard.ts'
import type { AuthSettings } from './guard/schemes/settings.ts'
import type { ContractSource } from './load-contract.ts'
import type { QuarantineLimits } from './observe/quarantine/store.ts'
import type { TrafficLimits } from './observe/traffic/traffic.ts'
import type { LogOptions } from './observe/logs/event-log.ts'
import type { TracingOption } from './observe/traces/tracing.ts'
import type { Clock } from './runtime/clock.ts'
import type { GivenLimits } from './settings/setting.ts'
import type { SettingsInForce } from './settings/settings-in-force.ts'

export interface HydrantOptions {
  readonly contract: ContractSource
  /** Whose side the document is written from. Default `server`: what it says `send` goes to clients. */
  readonly perspective?: Perspective | undefined
  /** Sizes in bytes, times in milliseconds. `docs/reference/settings.md` has all of them, with their defaults. */
  readonly limits?: GivenLimits | undefined
  /** What an operator has said, from `readSettings`. It holds before `limits` and the other options here. */
  readonly settings?: SettingsInForce | undefined
  /** Origins whose pages may use the API, besides its own. Exact: `https://app.example.com`. Default none. */
  readonly allowedOrigins?: readonly string[] | undefined
  /** Proxies whose `Forwarded` and `X-Forwarded-…` headers are believed: addresses and networks (`10.0.0.0/8`). Default none. */
  readonly trustedProxies?: readonly string[] | undefined
  /**
   * Says who is calling, on every door, before anything else is looked at. Without it, and without security schemes that are configured,
   * everybody who reaches the server is its application.
   */
  readonly authenticate?: Authenticate | undefined
  /** How the security schemes of the contract are enforced, by their names. Default none; the hook `authenticate` is asked first. */
  readonly auth?: AuthSettings | undefined
  /** Serve although the contract asks for identities (`security`, `x-hydrant.allow`) that nothing checks. Default false: that is refused. */
  readonly insecureNoAuthentication?: boolean | undefined
  /** Negotiate permessage-deflate. Default false. */
  readonly deflate?: boolean | undefined
  /** Where logs live. Default in this process's memory. */
  readonly broker?: Broker | undefined
  /** Bounds of the refused messages that are kept; false keeps none. Default 10,000 of one cause, 16 MiB a channel, 64 MiB together. */
  readonly quarantine?: Partial<QuarantineLimits> | false | undefined
  /** Bounds of the schema statistics; false takes none. Default 500 messages looked at in a second, 20,000 fields. */
  readonly traffic?: Partial<TrafficLimits> | false | undefined
  /** Writes a JSON line for each event that matters: docs/reference/logs.md. Default: no log. */
  readonly log?: LogOptions | undefined
  /** Where spans go: an OpenTelemetry `TracerProvider`, or `global` for the one that the process has registered. Default: no spans (docs/reference/traces.md). */
  readonly tracing?: TracingOption | undefined
  /** Hears faults of the server and of handlers; peers are told nothing of them. Default: the log, or `console.error` without one. */
  readonly onFault?: ((error: unknown) => void) | undefined
  /** For tests. Default the machine's clock. */
  readonly clock?: Clock | undefined
}
