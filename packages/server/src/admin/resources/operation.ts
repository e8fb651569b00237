import type { SettingName } from '../../settings/setting.ts'
import { ROWS, type SettingInForce } from '../../settings/settings-in-force.ts'
import { showValue } from '../../settings/values.ts'
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
    getSettings: (call) => ({
      json: pageOf(call, {
        items: [...settingsOf(parts).entries()],
        keyOf: ([index]) => ({ value: index, id: index }),
        show: ([, setting]) => setting,
      }),
    }),
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

/** `Setting` of the description, all of them. None is a secret: what is one is in a file, and the setting is its name. */
export function settingsOf(parts: AdminParts): object[] {
  return inForce(parts).map(({ name, value, shown, source, where }) => {
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
}

/** Where the listeners really are is what holds, whoever opened them; a server inside another one's has no place of its own. */
function inForce({ host, listening }: AdminParts): SettingInForce[] {
  const [first] = host.listeners
  const open = first === undefined ? undefined : new URL(first)
  const admin = listening()
  const real: Partial<Record<SettingName, number | string | readonly string[] | undefined>> = {
    port: open === undefined ? undefined : Number(open.port || (open.protocol === 'https:' ? 443 : 80)),
    host: open?.hostname.replace(/^\[|\]$/g, ''),
    adminPort: admin.port,
    adminHost: admin.host,
    adminAllowedHosts: admin.allowedHosts,
  }
  return host.service.settings.list().flatMap((setting) => {
    if (!Object.hasOwn(real, setting.name)) return [setting]
    const value = real[setting.name]
    if (value === undefined) return []
    const shown = showValue(ROWS[setting.name], value)
    if (shown === setting.shown) return [setting]
    // 0 is a free one, whichever that is.
    return [setting.value === 0 ? { ...setting, value, shown } : { ...setting, value, shown, ...BY_CODE }]
  })
}

const BY_CODE = { source: 'code', where: undefined } as const
