import type { SettingName } from '../settings/setting.ts'
import { SETTING_NAMES, type SettingsInForce, type SourcedValue } from '../settings/settings-in-force.ts'

/** Bounds of the whole server that each process has a part of. `docs/reference/settings.md` says so. */
const DIVIDED: ReadonlySet<SettingName> = new Set([
  'maxOutboxTotalBytes',
  'maxMemoryBytes',
  'maxHandshakes',
  'maxUnauthenticated',
])

/** The settings of one of so many workers: those of the server, with its part of what all have together. */
export function settingsOfWorker(settings: SettingsInForce, workers: number): [SettingName, SourcedValue][] {
  return SETTING_NAMES.flatMap((name): [SettingName, SourcedValue][] => {
    const { value, source, where } = settings.of(name)
    const isDivided = DIVIDED.has(name) && typeof value === 'number'
    if (isDivided) return [[name, { value: Math.ceil(value / workers), source, where }]]
    return source === 'default' ? [] : [[name, { value, source, where }]]
  })
}
