import type { AdminHandlers } from '../call.ts'
import type { AdminParts } from '../parts.ts'
import { addressesOf, showChannelDetails } from './channels.ts'
import { principalsOf, showConnectionDetails } from './connections.ts'
import { contractOf, showVersionDetails } from './contract.ts'
import { placesOf, showMessageDetails } from './messages.ts'
import { settingsOf } from './operation.ts'
import { showGroup, showMessage } from './quarantine.ts'
import { statusOf, timeOf } from './status.ts'

/** Items of each list. */
const MAX_ITEMS = 1_000

/** `GET /snapshot`: what the console shows, for opening it where the server is not. */
export function snapshotHandlers(parts: AdminParts): AdminHandlers {
  return {
    getSnapshot() {
      const takenAt = timeOf(parts.host.service.clock.wallMs())
      const name = `hydrant-${takenAt.replaceAll(/[:.]/g, '-')}.json`
      return {
        json: { takenAt, ...snapshotOf(parts) },
        headers: { 'Content-Disposition': `attachment; filename="${name}"` },
      }
    },
  }
}

function snapshotOf(parts: AdminParts): object {
  const { host, audit, versions } = parts
  const truncated: string[] = []
  const take = <Item>(name: string, items: readonly Item[]): readonly Item[] => {
    if (items.length > MAX_ITEMS) truncated.push(name)
    return items.slice(0, MAX_ITEMS)
  }
  const rows = [...host.service.quarantine.store.rows].toReversed()
  const kept = rows.flatMap((row) => [...row.kept.values()].slice(0, MAX_ITEMS).map((message) => ({ row, message })))
  const lists = {
    channels: take('channels', host.contract.channels).map((channel) => showChannelDetails(parts, channel)),
    addresses: take('addresses', addressesOf(parts, { query: {} })),
    messages: take('messages', placesOf(parts)).map((place) => showMessageDetails(parts, place)),
    connections: take('connections', [...host.service.transports.all()]).map((transport) =>
      showConnectionDetails(parts, transport),
    ),
    principals: take('principals', principalsOf(parts)),
    quarantine: take('quarantine', rows).map((row) => showGroup(parts, row)),
    quarantinedMessages: take('quarantinedMessages', kept).map(({ row, message }) => showMessage(parts, row, message)),
    versions: versions.all.map(showVersionDetails),
    audit: take('audit', audit.entries.toReversed()),
  }
  return {
    format: 'hydrant-snapshot-1',
    truncated,
    status: statusOf(parts),
    history: parts.history.samples,
    ...lists,
    contract: contractOf(parts),
    settings: { items: settingsOf(parts) },
  }
}
