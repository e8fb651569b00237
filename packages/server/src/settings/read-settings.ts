import { readFile } from 'node:fs/promises'
import { nearest } from './nearest.ts'
import type { GivenSettings, Setting, SettingName } from './setting.ts'
import { ROWS, SETTING_NAMES, SettingsError, SettingsInForce, type SourcedValue } from './settings-in-force.ts'
import { parseText, type Value, ValueError } from './values.ts'

export interface SettingsSources {
  /** Values of flags, parsed already with {@link parseText}. */
  readonly flags?: { readonly [Name in SettingName]?: Value } | undefined
  /** Usually `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined
  /** Path of a configuration file (YAML or JSON). */
  readonly file?: string | undefined
  /** What code gives: it holds where nothing else is said. */
  readonly code?: GivenSettings | undefined
}

/**
 * Gathers the settings from all sources: flag before environment before file before code before default. Rejects with
 * {@link SettingsError}, which names everything that is wrong; a file that cannot be read rejects with the system's error.
 */
export async function readSettings({ flags, environment, file, code }: SettingsSources): Promise<SettingsInForce> {
  const sourced = new Map<SettingName, SourcedValue>()
  const problems: string[] = []
  const gather = (values: () => Iterable<[SettingName, SourcedValue]>): void => {
    try {
      for (const [name, value] of values()) sourced.set(name, value)
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error
      problems.push(...error.problems)
    }
  }
  if (file !== undefined) {
    const text = await readFile(file, 'utf8')
    // Only who has a file waits for the parser to load.
    const { parseConfigFile } = await import('./config-file.ts')
    gather(() => parseConfigFile(text, file))
  }
  gather(() => parseEnvironment(environment ?? {}))
  gather(() => fromFlags(flags ?? {}))
  if (problems.length > 0) throw new SettingsError(problems)
  const settings = new SettingsInForce(sourced)
  return code === undefined ? settings : settings.withCode(code)
}

/** The environment variable of a setting. */
export function variableOf({ flag, variable }: Setting): string {
  return variable ?? `HYDRANT_${flag.replaceAll('-', '_').toUpperCase()}`
}

/** One line for each variable that looks like a setting and is none: a typing mistake must not go unnoticed. */
export function unknownVariables(environment: Readonly<Record<string, string | undefined>>): string[] {
  const known = SETTING_NAMES.map((name) => variableOf(ROWS[name]))
  return Object.keys(environment)
    .filter((name) => name.startsWith('HYDRANT_') && !known.includes(name) && nearest(name, known) !== '')
    .map((name) => `${name} is no setting${nearest(name, known)}`)
}

function parseEnvironment(environment: Readonly<Record<string, string | undefined>>): [SettingName, SourcedValue][] {
  const problems: string[] = []
  const values: [SettingName, SourcedValue][] = []
  for (const name of SETTING_NAMES) {
    const where = variableOf(ROWS[name])
    const text = environment[where]
    // An empty variable is how many deployment tools say "not set".
    if (text === undefined || text === '') continue
    try {
      values.push([name, { value: parseText(ROWS[name], text), source: 'environment', where }])
    } catch (error) {
      if (!(error instanceof ValueError)) throw error
      problems.push(`${where}: ${error.message}, got ${JSON.stringify(text)}`)
    }
  }
  if (problems.length > 0) throw new SettingsError(problems)
  return values
}

function fromFlags(flags: NonNullable<SettingsSources['flags']>): [SettingName, SourcedValue][] {
  return SETTING_NAMES.filter((name) => flags[name] !== undefined).map((name) => [
    name,
    { value: flags[name], source: 'flag', where: `--${ROWS[name].flag}` },
  ])
}
