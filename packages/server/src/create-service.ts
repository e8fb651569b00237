import { randomBytes, randomFillSync } from 'node:crypto'
import type { Contract } from '@hydrant/contract'
import { MemoryBroker } from './broker/memory-broker.ts'
import { Guard } from './guard/guard.ts'
import { CallerBudgets } from './guard/limits/caller-budgets.ts'
import { ConnectionCaps } from './guard/limits/connection-caps.ts'
import { inboundRates } from './guard/limits/inbound-budget.ts'
import { MemoryCeiling } from './guard/limits/memory-ceiling.ts'
import { Origins } from './guard/origins.ts'
import { Revocation } from './guard/revocation.ts'
import { setUpAuthentication, type SetUpOptions } from './guard/set-up.ts'
import { Tickets } from './guard/tickets.ts'
import { Hub } from './hub/hub.ts'
import { SharedTerms } from './hub/reader-terms.ts'
import { PROTOCOL_LIMITS } from '@hydrant/protocol'
import { completeLimits } from '@hydrant/wire'
import { Observer } from './observe/observer.ts'
import { EventLog } from './observe/logs/event-log.ts'
import { Metrics } from './observe/metrics/metrics.ts'
import { Quarantine } from './observe/quarantine/quarantine.ts'
import { QuarantineStore } from './observe/quarantine/store.ts'
import { Traffic } from './observe/traffic/traffic.ts'
import { Tracing } from './observe/traces/tracing.ts'
import type { HydrantOptions } from './options.ts'
import type { Handlers } from './publish/handlers.ts'
import { Presence } from './presence/presence.ts'
import { Publisher } from './publish/publisher.ts'
import { Requests } from './requests/requests.ts'
import { systemClock } from './runtime/clock.ts'
import { Turn } from './runtime/turn.ts'
import type { LiveService } from './service.ts'
import type { Shared } from './shared.ts'
import type { Settings } from './settings/setting.ts'
import { SettingsInForce } from './settings/settings-in-force.ts'
import { TrustedProxies } from './transport/client-of.ts'
import { Deadlines } from './transport/deadlines.ts'
import { OpenTransports } from './transport/open-transports.ts'
import type { TransportLimits } from './transport/transport-limits.ts'

/** What a contract needs before it may be served with these options. */
export function setUpOptions(contract: Contract, options: HydrantOptions, settings: SettingsInForce): SetUpOptions {
  const { allowedOrigins, insecureNoAuthentication } = settings.values
  return {
    contract,
    auth: options.auth ?? {},
    hasHook: options.authenticate !== undefined,
    allowedOrigins,
    insecureNoAuthentication,
    clock: options.clock ?? systemClock,
  }
}

/** Puts the parts together: the one place where defaults become things. `shared` is what other processes have in common with this one. */
export function createService(
  contract: Contract,
  handlers: Handlers,
  options: HydrantOptions,
  shared?: Shared,
): LiveService {
  const clock = options.clock ?? systemClock
  const settings = settingsOf(options)
  const { values } = settings
  const broker =
    options.broker ??
    new MemoryBroker({
      clock,
      epoch: randomBytes(5).toString('hex'),
      idempotencyWindowMs: values.idempotencyWindowMs,
    })
  const turn = new Turn(clock, { lingerMs: values.lingerMs })
  const log = options.log === undefined ? undefined : new EventLog(clock, options.log)
  const refused = new QuarantineStore(clock, () => contract.info.version, {
    maxMessagesPerCause: values.quarantineMessages,
    maxCausesPerChannel: values.quarantineCauses,
    maxBytesPerChannel: values.quarantineChannelBytes,
    maxBytes: values.quarantineBytes,
  })
  const observer = new Observer(contract, clock, {
    quarantine: options.quarantine === false ? undefined : refused,
    traffic:
      options.traffic === false
        ? undefined
        : new Traffic(clock, { looksPerSecond: values.statisticsLooks, maxFields: values.statisticsFields }),
    log,
    ids: shared?.ids,
  })
  for (const { name } of settings.insecure()) observer.insecure(name)
  const tracing = options.tracing === undefined ? undefined : new Tracing(options.tracing, clock)
  const hub = new Hub(broker, turn, clock, { tracing })
  const messageLimits = { maxMessageBytes: values.maxMessageBytes, maxJsonDepth: values.maxJsonDepth }
  const publisher = new Publisher({ broker, handlers, observer, clock, tracing, ...messageLimits })
  const transports = new OpenTransports()
  const onFault = faultListener(options, log)
  const guard = new Guard({
    clock,
    deadlineMs: values.authenticationTimeoutMs,
    contract,
    authenticate: options.authenticate,
    authenticators: setUpAuthentication(setUpOptions(contract, options, settings)),
    tickets: shared?.tickets ?? new Tickets(clock),
  })
  observer.refusals = shared?.refused
  for (const [principalId, sinceMs] of shared?.withdrawn ?? []) guard.withdraw(principalId, sinceMs)
  const inbound = inboundRates(values)
  const memory = new MemoryCeiling(values.maxMemoryBytes, clock)
  return {
    contract,
    settings,
    broker,
    hub,
    readerTerms: new SharedTerms({ broker, observer, maxQueuedBytes: values.maxOutboxBytes }),
    publisher,
    observer,
    tracing,
    metrics: new Metrics({ contract, observer, hub }),
    quarantine: new Quarantine(refused, {
      publisher,
      contract: () => contract,
      clock,
      maxMessageBytes: values.maxMessageBytes,
      maxJsonDepth: values.maxJsonDepth,
    }),
    requests: new Requests(),
    presence: shared?.presence ?? new Presence(clock, PROTOCOL_LIMITS.presenceMembers),
    clock,
    turn,
    deadlines: new Deadlines({
      clock,
      maxQueuedBytes: values.maxOutboxTotalBytes,
      memory,
      limitHit: (name) => observer.limitHit(name),
    }),
    transports,
    origins: new Origins(values.allowedOrigins, () => guard.usesCookies),
    guard,
    revocation: new Revocation(clock, transports, guard),
    strangers: new Set(),
    limits: {
      maxMessageBytes: values.maxMessageBytes,
      maxJsonDepth: values.maxJsonDepth,
      maxBatchBytes: Math.max(values.maxBatchBytes, values.maxMessageBytes),
      maxBatchMessages: values.maxBatchMessages,
      maxQueuedBytes: values.maxOutboxBytes,
    },
    wireLimits: transportLimitsOf(values),
    inbound,
    caps: new ConnectionCaps(values, (name) => observer.limitHit(name), shared?.open),
    proxies: new TrustedProxies(values.trustedProxies),
    callers: new CallerBudgets(inbound, clock),
    memory,
    deflate: values.deflate,
    random: (bytes) => void randomFillSync(bytes),
    onFault,
  }
}

/** Faults go to whoever listens; to the console when nobody does. */
function faultListener({ onFault }: HydrantOptions, log: EventLog | undefined): (error: unknown) => void {
  if (onFault === undefined && log === undefined) return (error) => console.error(error)
  return (error) => {
    log?.fault(error)
    onFault?.(error)
  }
}

/** What code says holds where the operator has said nothing. */
export function settingsOf(options: HydrantOptions): SettingsInForce {
  const {
    settings = new SettingsInForce(new Map()),
    limits,
    allowedOrigins,
    trustedProxies,
    deflate,
    perspective,
    insecureNoAuthentication,
  } = options
  const quarantine = options.quarantine || {}
  const traffic = options.traffic || {}
  const code = {
    ...limits,
    quarantineMessages: quarantine.maxMessagesPerCause ?? limits?.quarantineMessages,
    quarantineCauses: quarantine.maxCausesPerChannel ?? limits?.quarantineCauses,
    quarantineChannelBytes: quarantine.maxBytesPerChannel ?? limits?.quarantineChannelBytes,
    quarantineBytes: quarantine.maxBytes ?? limits?.quarantineBytes,
    statisticsLooks: traffic.looksPerSecond ?? limits?.statisticsLooks,
    statisticsFields: traffic.maxFields ?? limits?.statisticsFields,
    allowedOrigins,
    trustedProxies,
    deflate,
    perspective,
    insecureNoAuthentication,
  }
  return settings.withCode(code)
}

/** The transports' part of the settings. */
function transportLimitsOf(values: Settings): TransportLimits {
  // Complete: otherwise each connection would make a copy.
  return completeLimits({
    maxMessageBytes: values.maxMessageBytes,
    maxFragments: values.maxFragments,
    assemblyTimeoutMs: values.assemblyTimeoutMs,
    controlFramesPerSecond: values.controlFramesPerSecond,
    pingIntervalMs: values.pingIntervalMs,
    pongTimeoutMs: values.pongTimeoutMs,
    closeTimeoutMs: values.closeTimeoutMs,
    writeTimeoutMs: values.writeTimeoutMs,
  })
}
