export { createHydrant, Hydrant, type DrainOptions, type ListenOptions, type Listening } from './hydrant.ts'
export { ApplicationChannel, type PublishedMessage, type PublishMessageOptions } from './application-channel.ts'
export type { CallerRequest } from './guard/caller.ts'
export type { Authenticate } from './guard/guard.ts'
export {
  type AuthSettings,
  AuthSettingsError,
  type CallerSettings,
  type CertificateSettings,
  type KeySettings,
  readAuthSettings,
  type SchemeSettings,
  type TokenSettings,
  type UserSettings,
} from './guard/schemes/settings.ts'
export { hashKey, hashPassword, newKey } from './guard/schemes/secrets.ts'
export { readAuthFile } from './guard/schemes/auth-file.ts'
export { principalOfClaims } from './guard/schemes/claims.ts'
export { type Decision, explain as explainPermission } from './guard/permissions.ts'
export { ANONYMOUS } from './guard/principal.ts'
export type { Principal, PrincipalFacts } from './guard/principal.ts'
export type { AdminOptions } from './admin/admin-listener.ts'
export type { AuditEntry } from './admin/audit-log.ts'
export type { LogOptions } from './observe/logs/event-log.ts'
export type { HistogramSnapshot, MetricPoint, MetricSnapshot } from './observe/metrics/snapshot.ts'
export type { TracingOption } from './observe/traces/tracing.ts'
export type { HydrantOptions } from './options.ts'
export type { ContractSource } from './load-contract.ts'
export { ApplicationError } from './publish/application-error.ts'
export {
  ERRORS,
  type ErrorCode,
  type ErrorRow,
  type DeclaredCode,
  HydrantError,
  type ErrorDetails,
  type Problem,
} from './errors.ts'
export type { Handler, ReceivedMessage } from './publish/handlers.ts'
export { type Clock, systemClock } from './runtime/clock.ts'
export { formatPosition, parsePosition, type Position } from './broker/position.ts'
export { MemoryBroker, type MemoryBrokerOptions } from './broker/memory-broker.ts'
export {
  type Broker,
  type Draft,
  type Entry,
  type Gap,
  type GapReason,
  IdempotencyConflict,
  type LiveListener,
  type LiveSubscription,
  type LogPage,
  type LogPolicy,
  type MaybePromise,
  type PayloadEncoding,
  type Published,
  type PublishOptions,
  type ReadQuery,
} from './broker/broker.ts'
export type { ReceivedRequest, RequestHandler } from './requests/requests.ts'
export type { TlsFiles } from './transport/listener.ts'
export { readSettings, type SettingsSources } from './settings/read-settings.ts'
export {
  type SettingInForce,
  SettingsError,
  SettingsInForce,
  type SettingSource,
} from './settings/settings-in-force.ts'
export type { GivenLimits, SettingName, Settings } from './settings/setting.ts'
