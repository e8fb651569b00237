import {
  parseText,
  PLACEHOLDERS,
  readSettings,
  ROWS,
  type Setting,
  SETTING_NAMES,
  type SettingName,
  SettingsError,
  type SettingsInForce,
  showValue,
  unknownVariables,
  type Value,
  ValueError,
} from '@hydrant/server/settings'
import { InvalidArgumentError, Option } from 'commander'
import { CommandError } from '../exit-codes.ts'
import type { Terminal } from '../output/terminal.ts'

/** What commander gives: flags in camel case, absent where they were not said. */
export type SettingFlags = Readonly<Record<string, Value>>

/** One option for each row of the table of settings. */
export function settingOptions(): Option[] {
  return SETTING_NAMES.map((name) => optionOf(ROWS[name]))
}

function optionOf(setting: Setting): Option {
  const { kind, flag, placeholder = PLACEHOLDERS[kind], about, group, choices } = setting
  const option = new Option(`--${flag} ${placeholder}`.trim(), about + defaultOf(setting))
  option.helpGroup(group === 'Listening' ? 'Options:' : `${group}:`)
  if (choices !== undefined) return option.choices(choices)
  if (kind === 'list') {
    return option.argParser((text: string, before: Value) => [...listOf(before), ...listOf(parsed(setting, text))])
  }
  if (kind !== 'boolean') option.argParser((text: string) => parsed(setting, text))
  return option
}

function listOf(value: Value): readonly string[] {
  return Array.isArray(value) ? value : []
}

function parsed(setting: Setting, text: string): Value {
  try {
    return parseText(setting, text)
  } catch (error) {
    if (error instanceof ValueError) throw new InvalidArgumentError(error.message)
    throw error
  }
}

/** Commander's own defaults would hide what the environment and the file say, so they are only told. */
function defaultOf(setting: Setting): string {
  if (setting.kind === 'boolean' || setting.default === undefined) return ''
  return ` (default: ${showValue(setting, setting.default) || 'none'})`
}

/** The configuration file, if there is one. */
export function configFileOf(options: SettingFlags): string | undefined {
  return (options['config'] as string | undefined) ?? (process.env['HYDRANT_CONFIG'] || undefined)
}

/** The settings in force: flags, then the environment, then the file of `--config`. Throws CommandError. */
export async function settingsFrom(options: SettingFlags, terminal: Terminal): Promise<SettingsInForce> {
  const environment = process.env
  const file = configFileOf(options)
  for (const line of unknownVariables(environment)) terminal.note(`hydrant: WARNING: ${line}`)
  try {
    return await readSettings({ flags: flagsOf(options), environment, file })
  } catch (error) {
    if (error instanceof SettingsError) throw new CommandError('usage', error.problems.join('; '), { cause: error })
    const { code } = error as NodeJS.ErrnoException
    if (file === undefined || code === undefined) throw error
    throw new CommandError('unreadable', `${file} cannot be read (${code})`, { cause: error })
  }
}

function flagsOf(options: SettingFlags): { readonly [Name in SettingName]?: Value } {
  const flags = SETTING_NAMES.map((name) => [name, options[camelCase(ROWS[name].flag)]] as const)
  return Object.fromEntries(flags.filter(([, value]) => value !== undefined))
}

function camelCase(flag: string): string {
  return flag.replaceAll(/-([a-z])/g, (_match, letter: string) => letter.toUpperCase())
}
