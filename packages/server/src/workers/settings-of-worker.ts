import type { SettingName } from '../settings/setting.ts'
import { ROWS, SETTING_NAMES, type SettingsInForce, type SourcedValue } from '../settings/settings-in-force.ts'

/** The settings of one of so many workers: those of the server, with its part of what all have together. */
export function settingsOfWorker(settings: SettingsInForce, workers: number): [SettingName, SourcedValue][] {
  return SETTING_NAMES.flatMap((name): [SettingName, SourcedValue][] => {
    const { value, source, where } = settings.of(name)
    if (ROWS[name].divided === true) return [[name, { value: Math.ceil(Number(value) / workers), source, where }]]
    return source === 'default' ? [] : [[name, { value, source, where }]]
  })
}
