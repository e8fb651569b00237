import { createRequire } from 'node:module'
import { memoryUsage, pid, version as nodeVersion } from 'node:process'
import type { AdminHost } from '../admin-host.ts'
import type { AdminHandlers } from '../call.ts'
import { pageOf } from '../pages.ts'
import type { AdminParts } from '../parts.ts'
import type { Percentiles, Totals } from '../watch/rates.ts'

// As far from `src` as from `dist`.
const { version: VERSION } = createRequire(import.meta.url)('../../../package.json') as { version: string }

/** `GET /status`, `GET /status/history`. */
export function statusHandlers(parts: AdminParts): AdminHandlers {
  return {
    getStatus: () => ({ json: statusOf(parts) }),
    getStatusHistory: (call) => ({
      json: pageOf(call, {
        items: parts.history.samples,
        keyOf: ({ time }) => ({ value: time, id: time }),
        show: (sample) => sample,
      }),
    }),
  }
}

/** `Status` of the description. */
export interface ServerStatus {
  readonly version: string
  readonly startedAt: string
  readonly uptimeMs: number
  readonly state: AdminHost['state']
  readonly node: string
  readonly pid: number
  readonly listeners: readonly string[]
  readonly contract: {
    readonly title: string
    readonly version: string
    readonly digest: string
    readonly loadedAt: string
    readonly channels: number
  }
  readonly connections: {
    readonly total: number
    readonly byDoor: Readonly<Record<'socket' | 'websocket' | 'sse' | 'http', number>>
  }
  readonly channels: { readonly templates: number; readonly live: number; readonly subscriptions: number }
  readonly rates: Readonly<Record<`${keyof Totals}PerSecond`, number>>
  readonly totals: Totals
  readonly latencyMs: Percentiles
  readonly eventLoopDelayMs: Percentiles
  readonly memory: { readonly rssBytes: number; readonly heapUsedBytes: number; readonly queuedBytes: number }
  readonly quarantine: { readonly groups: number; readonly messages: number }
  readonly warnings: readonly string[]
}

/** The server at a glance. */
export function statusOf({ host, rates, versions, watch }: Omit<AdminParts, 'history'>): ServerStatus {
  const { service, contract, startedMs } = host
  const { transports, clock, settings } = service
  const byDoor = { socket: 0, websocket: 0, sse: 0, http: 0 }
  let subscriptions = 0
  let queuedBytes = 0
  for (const transport of transports.all()) {
    const { door, queue } = transport.meter
    if (door in byDoor) byDoor[door as keyof typeof byDoor]++
    queuedBytes += queue?.queuedBytes ?? 0
  }
  for (const feed of host.feeds()) subscriptions += feed.memberCount
  const { digest, loadedMs } = versions.current
  const { rss, heapUsed } = host.memory?.() ?? memoryUsage()
  const { quarantine } = service
  return {
    version: VERSION,
    startedAt: timeOf(startedMs),
    uptimeMs: Math.max(0, clock.wallMs() - startedMs),
    state: host.state,
    node: nodeVersion,
    pid,
    listeners: host.listeners,
    contract: {
      title: contract.info.title,
      version: contract.info.version,
      digest,
      loadedAt: timeOf(loadedMs),
      channels: contract.channels.length,
    },
    connections: { total: transports.size, byDoor },
    channels: { templates: contract.channels.length, live: watch.addresses.size, subscriptions },
    rates: perSecondNames(rates.rates()),
    totals: rates.totals(),
    latencyMs: rates.latency(),
    eventLoopDelayMs: rates.loopDelay(),
    memory: { rssBytes: rss, heapUsedBytes: heapUsed, queuedBytes },
    quarantine: { groups: [...quarantine.store.rows].length, messages: quarantine.store.keptCount },
    warnings: settings.insecure().map(({ where, name }) => `${where ?? name} is on`),
  }
}

export function timeOf(ms: number): string {
  return new Date(ms).toISOString()
}

function perSecondNames(rates: Totals): ServerStatus['rates'] {
  const named = Object.entries(rates).map(([name, value]) => [`${name}PerSecond`, value])
  return Object.fromEntries(named) as ServerStatus['rates']
}
