import type { Admin, LiveAddress, Query } from './admin.ts'
import { AdminError } from './admin-error.ts'
import type { Snapshot } from './admin-types.gen.ts'

type Item = Readonly<Record<string, unknown>>

/** A snapshot answers what the server would have answered, so that no view has to know. */
export class SnapshotAdmin implements Admin {
  readonly kind = 'snapshot'
  readonly snapshot: Snapshot

  constructor(snapshot: Snapshot) {
    this.snapshot = snapshot
  }

  async get<Answer>(path: string, query: Query = {}): Promise<Answer> {
    return this.#answer(path.split('/').map(decodeURIComponent), query) as Answer
  }

  send(): Promise<never> {
    return Promise.reject(new AdminError('offline', 'This is a snapshot: nothing can be changed in it.'))
  }

  events(): () => void {
    return () => {}
  }

  live<Value>(address: LiveAddress, listener: (value: Value) => void): () => void {
    const value = this.#liveValue(address)
    if (value !== undefined) queueMicrotask(() => listener(value as Value))
    return () => {}
  }

  #liveValue(address: LiveAddress): unknown {
    const { status, channels, addresses, connections, quarantine } = this.snapshot
    switch (address) {
      case '/overview':
        return status
      case '/channels':
        return { items: channels, addresses: addresses.slice(0, 300), totalAddresses: addresses.length }
      case '/connections':
        return { items: connections.slice(0, 300), total: connections.length }
      case '/quarantine':
        return { items: quarantine, total: quarantine.length }
      case '/log':
        return undefined
    }
  }

  #answer([name = '', ...rest]: readonly string[], query: Query): unknown {
    const snapshot = this.snapshot
    switch (name) {
      case 'status':
        return rest.length === 0 ? snapshot.status : page(snapshot.history, query)
      case 'settings':
        return page(snapshot.settings.items, query)
      case 'session':
        return { required: false, authenticated: true, actor: null }
      case 'channels':
        return rest.length === 0 ? page(snapshot.channels, query) : one(snapshot.channels, { id: rest[0] })
      case 'messages':
        if (rest.length === 0) return page(snapshot.messages, query)
        return one(snapshot.messages, { channel: rest[0], name: rest[1] })
      case 'connections':
        return rest.length === 0 ? page(snapshot.connections, query) : one(snapshot.connections, { id: rest[0] })
      case 'addresses':
      case 'principals':
      case 'audit':
        return page(snapshot[name], query)
      case 'contract':
        if (rest.length === 0) return snapshot.contract
        if (rest.length === 1) return page(snapshot.versions, query)
        return one(snapshot.versions, { number: Number(rest[1]) })
      case 'quarantine':
        return this.#quarantine(rest, query)
      default:
        throw new AdminError('offline', 'A snapshot does not hold this: it needs the running server.')
    }
  }

  #quarantine([group, part, id]: readonly string[], query: Query): unknown {
    const { quarantine, quarantinedMessages } = this.snapshot
    if (group === undefined) return page(quarantine, query)
    if (part === undefined) return one(quarantine, { id: group })
    const messages = quarantinedMessages.filter((message) => message.group === group)
    return id === undefined ? page(messages, query) : one(messages, { id })
  }
}

/** Reads a file. Throws `AdminError` with what is wrong with it. */
export function parseSnapshot(text: string): Snapshot {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new AdminError(
      'not-a-snapshot',
      `Expected a snapshot, got a file that is not JSON (${(error as Error).message}).`,
    )
  }
  const format = (value as { format?: unknown } | null)?.format
  if (format !== 'hydrant-snapshot-1') {
    throw new AdminError(
      'not-a-snapshot',
      `Expected a file with "format": "hydrant-snapshot-1", got ${format === undefined ? 'JSON without a format' : JSON.stringify(format)}.`,
    )
  }
  const missing = LISTS.filter((name) => !Array.isArray((value as Item)[name]))
  if (missing.length > 0) throw new AdminError('not-a-snapshot', `The snapshot has no ${missing.join(', ')}.`)
  return value as Snapshot
}
const LISTS = [
  'history',
  'channels',
  'addresses',
  'messages',
  'connections',
  'quarantine',
  'quarantinedMessages',
  'versions',
  'audit',
]

/** All of them at once: they are at hand. */
function page(all: readonly object[], { search, sort, channel, door, principal }: Query): unknown {
  const wanted = typeof search === 'string' ? search.toLowerCase() : ''
  const items = (all as readonly Item[]).filter(
    (item) =>
      (wanted === '' || JSON.stringify(item).toLowerCase().includes(wanted)) &&
      (channel === undefined || channel === '' || item['channel'] === channel) &&
      (door === undefined || door === '' || item['door'] === door) &&
      (principal === undefined || principal === '' || item['principal'] === principal),
  )
  return { items: typeof sort === 'string' ? sorted(items, sort) : items, next: null, total: items.length }
}

function sorted(items: readonly Item[], sort: string): readonly Item[] {
  const key = sort.replace(/^-/, '')
  const sign = sort.startsWith('-') ? -1 : 1
  return items.toSorted((a, b) => sign * compare(a[key], b[key]))
}

function compare(a: unknown, b: unknown): number {
  if (a === b) return 0
  return (a as number) < (b as number) || a === null ? -1 : 1
}

function one(all: readonly object[], wanted: Item): object {
  const found = (all as readonly Item[]).find((item) =>
    Object.entries(wanted).every(([key, value]) => item[key] === value),
  )
  if (found === undefined) throw new AdminError('not-found', 'The snapshot does not hold this.', { status: 404 })
  return found
}
