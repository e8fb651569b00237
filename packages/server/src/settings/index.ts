// The entry "@hydrant/server/settings": loads nothing but the table and its readers, so that `hydrant --help` is quick.
export type {
  GivenLimits,
  GivenSettings,
  LimitLabel,
  LimitName,
  Setting,
  SettingGroup,
  SettingKind,
  SettingName,
  Settings,
} from './setting.ts'
export { SETTINGS } from './settings-table.ts'
export {
  ROWS,
  SETTING_NAMES,
  type SettingInForce,
  SettingsError,
  SettingsInForce,
  type SettingSource,
  type SourcedValue,
} from './settings-in-force.ts'
export { readSettings, type SettingsSources, unknownVariables, variableOf } from './read-settings.ts'
export { expectationOf, parseText, PLACEHOLDERS, showValue, type Value, ValueError } from './values.ts'
