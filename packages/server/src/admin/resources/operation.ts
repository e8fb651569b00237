import { ROWS } from '../../settings/settings-in-force.ts'
import { type AdminHandlers, textOf } from '../call.ts'
import { pageOf } from '../pages.ts'
import type { AdminParts } from '../parts.ts'

/** `POST /drain`, `GET /settings`, `GET /audit`. */
export function operationHandlers(parts: AdminParts): AdminHandlers {
  const { host, audit } = parts
  return {
    drain({ body }) {
      const connections = host.service.transports.size
      // A second call changes nothing: there is no way back from the first.
      if (host.state !== 'draining') {
        const { drainWaitMs, drainSpreadMs } = host.service.settings.values
        const waitMs = Number(body['waitMs'] ?? drainWaitMs)
        const spreadMs = Number(body['spreadMs'] ?? drainSpreadMs)
        host.drain({ waitMs, spreadMs }).catch(host.service.onFault)
      }
      return { status: 202, json: { state: 'draining', connections }, audit: { details: { connections } } }
    },
    getSettings: () => ({ json: settingsOf(parts) }),
    listAudit(call) {
      const wanted = textOf(call, 'search')?.toLowerCase()
      const items = audit.entries.filter(
        (entry) => wanted === undefined || JSON.stringify(entry).toLowerCase().includes(wanted),
      )
      return {
        json: pageOf(call, {
          items,
          keyOf: ({ id }) => ({ value: id, id }),
          descending: true,
          show: (entry) => entry,
        }),
      }
    },
  }
}

/** `Settings` of the description. None of them is a secret: what is one is in a file, and the setting is its name. */
export function settingsOf({ host }: AdminParts): object {
  const items = host.service.settings.list().map(({ name, value, shown, source, where }) => {
    const { kind, flag, about, group } = ROWS[name]
    return {
      name,
      value: value ?? null,
      shown,
      unit: kind,
      group,
      source,
      ...(where === undefined ? {} : { where }),
      flag: `--${flag}`,
      description: about,
    }
  })
  return { items }
}
