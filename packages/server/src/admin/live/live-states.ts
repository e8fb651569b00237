import { MAX_PAGE } from '../pages.ts'
import type { AdminParts } from '../parts.ts'
import { addressesOf, addressUse, showChannel } from '../resources/channels.ts'
import { showConnection } from '../resources/connections.ts'
import { newestGroups } from '../resources/quarantine.ts'
import { statusOf } from '../resources/status.ts'
import type { LiveStates } from './admin-live.ts'

/** What the state channels of `admin.asyncapi.yaml` hold. */
export function liveStates(parts: AdminParts): LiveStates {
  const { host } = parts
  return {
    '/overview': () => statusOf(parts),
    '/channels': () => {
      const use = addressUse(parts)
      const addresses = addressesOf(parts, { query: {} })
      return {
        items: host.contract.channels.map((channel) => showChannel(parts, channel, use)),
        addresses: addresses
          .toSorted((a, b) => b.messagesPerSecond - a.messagesPerSecond || b.subscribers - a.subscribers)
          .slice(0, MAX_PAGE),
        totalAddresses: addresses.length,
      }
    },
    '/connections': () => {
      const items = [...host.service.transports.all()].map(showConnection)
      return {
        items: items.toSorted((a, b) => b.queuedBytes - a.queuedBytes || b.lag - a.lag).slice(0, MAX_PAGE),
        total: items.length,
      }
    },
    '/quarantine': () => newestGroups(parts),
  }
}
