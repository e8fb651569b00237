import type { Address, Channel, Connection, Status } from '../page/data/admin-types.gen.ts'

/** A name that is a script wherever text is taken for markup. */
export const HOSTILE = '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script>'

/** What a server with so many addresses and connections answers. */
export function largeServer(size: number): {
  readonly status: Status
  readonly channels: readonly Channel[]
  readonly addresses: readonly Address[]
  readonly connections: readonly Connection[]
} {
  const channel: Channel = {
    id: 'rooms',
    address: '/rooms/{room}',
    title: HOSTILE,
    kind: 'stream',
    overflow: 'drop',
    parameters: [{ name: 'room' }],
    history: { messages: 100, maxAgeMs: 120_000 },
    messages: [{ name: 'said', toClients: true, fromClients: true }],
    liveAddresses: size,
    subscribers: size,
    messagesInPerSecond: 5_000,
    messagesOutPerSecond: 50_000,
    invalidPerSecond: 0,
    messagesIn: 1_000_000,
    invalid: 0,
  }
  return {
    status: statusOf(size),
    channels: [channel],
    addresses: Array.from({ length: size }, (_, index) => ({
      address: index === 3 ? `/rooms/${HOSTILE}` : `/rooms/${String(index).padStart(5, '0')}`,
      channel: 'rooms',
      subscribers: index % 7,
      position: `m4x1c9:${index}`,
      messages: index * 3,
      messagesPerSecond: (index % 100) / 10,
      lastMessageAt: '2026-01-31T12:00:00.000Z',
    })),
    connections: Array.from({ length: size }, (_, index) => ({
      id: `c-${index}`,
      door: (['socket', 'websocket', 'sse', 'http'] as const)[index % 4] as 'socket',
      session: null,
      principal: index === 2 ? HOSTILE : `user-${index % 500}`,
      remoteAddress: `10.0.${Math.floor(index / 250)}.${index % 250}:5${String(index % 9_999).padStart(4, '0')}`,
      openedAt: '2026-01-31T12:00:00.000Z',
      addresses: [`/rooms/${String(index).padStart(5, '0')}`],
      subscriptions: 1,
      queuedBytes: index === 0 ? 900_000 : 0,
      lag: index === 0 ? 4_200 : 0,
      slow: index === 0,
      messagesIn: index,
      messagesOut: index * 10,
      bytesIn: index * 60,
      bytesOut: index * 700,
    })),
  }
}

function statusOf(size: number): Status {
  return {
    version: '0.1.0',
    startedAt: '2026-01-31T12:00:00.000Z',
    uptimeMs: 61_000,
    state: 'ready',
    node: 'v24.21.0',
    pid: 4711,
    listeners: ['http://127.0.0.1:8080'],
    contract: {
      title: 'Rooms',
      version: '1.0.0',
      digest: '9f86d081884c7d65',
      loadedAt: '2026-01-31T12:00:00.000Z',
      channels: 1,
    },
    connections: { total: size, byDoor: { socket: size / 4, websocket: size / 4, sse: size / 4, http: size / 4 } },
    channels: { templates: 1, live: size, subscriptions: size },
    rates: {
      messagesInPerSecond: 5_000,
      messagesOutPerSecond: 50_000,
      bytesInPerSecond: 800_000,
      bytesOutPerSecond: 32_000_000,
      invalidPerSecond: 0,
    },
    totals: {
      messagesIn: 1_000_000,
      messagesOut: 10_000_000,
      bytesIn: 160_000_000,
      bytesOut: 6_400_000_000,
      invalid: 0,
    },
    latencyMs: { p50: 0.2, p90: 0.4, p99: 1.1, max: 3.5 },
    eventLoopDelayMs: { p50: 0.1, p99: 1.2, max: 4 },
    memory: { rssBytes: 290_000_000, heapUsedBytes: 130_000_000, queuedBytes: 900_000 },
    quarantine: { groups: 0, messages: 0 },
    warnings: [],
  }
}
