import { createRequire } from 'node:module'
import { memoryUsage, pid, version as nodeVersion } from 'node:process'
import type { AdminHandlers } from '../call.ts'
import type { AdminParts } from '../parts.ts'
import type { Totals } from '../watch/rates.ts'

// As far from `src` as from `dist`.
const { version: VERSION } = createRequire(import.meta.url)('../../../package.json') as { version: string }

/** `GET /status`. */
export function statusHandlers(parts: AdminParts): AdminHandlers {
  return { getStatus: () => ({ json: statusOf(parts) }) }
}

/** The server at a glance: `Status` of the description. */
export function statusOf({ host, rates, versions, watch }: AdminParts): object {
  const { service, contract, startedMs } = host
  const { transports, hub, clock, settings } = service
  const byDoor = { socket: 0, websocket: 0, sse: 0, http: 0 }
  let subscriptions = 0
  let queuedBytes = 0
  for (const transport of transports.all()) {
    const { door, queue } = transport.meter
    if (door in byDoor) byDoor[door as keyof typeof byDoor]++
    queuedBytes += queue?.queuedBytes ?? 0
  }
  for (const feed of hub.feeds()) subscriptions += feed.memberCount
  const { digest, loadedMs } = versions.current
  const { rss, heapUsed } = memoryUsage()
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

function perSecondNames(rates: Totals): Record<string, number> {
  return Object.fromEntries(Object.entries(rates).map(([name, value]) => [`${name}PerSecond`, value]))
}
