import { memoryLimitBytes } from './memory-limit.ts'
import type { GivenSettings, Setting, SettingName, Settings } from './setting.ts'
import { SETTINGS } from './settings-table.ts'
import { nearest } from './nearest.ts'
import { checkGiven, showValue, type Value, ValueError } from './values.ts'

/** Where a value came from. Earlier ones win: flag, environment, file, code, default. */
export type SettingSource = 'flag' | 'environment' | 'file' | 'code' | 'default'

/** One setting as it is in force: for the admin API, and for logs. */
export interface SettingInForce {
  readonly name: SettingName
  readonly value: Value
  /** The value as people write it: `64KiB`, `10s`, `off`. */
  readonly shown: string
  readonly source: SettingSource
  /** The flag, the variable, or `file:line:column`; absent for code and defaults. */
  readonly where: string | undefined
}

/** A value with its origin, before it is resolved. */
export interface SourcedValue {
  readonly value: Value
  readonly source: SettingSource
  readonly where: string | undefined
}

/** Nothing starts with settings that are not what was meant. One line each: where, what was expected, what came. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(problems.join('\n'), options)
    this.problems = problems
  }
}

/** The rows by name, with the type that every row has. */
export const ROWS: Readonly<Record<SettingName, Setting>> = SETTINGS

/** The names, in the order of the table. */
export const SETTING_NAMES: readonly SettingName[] = Object.keys(SETTINGS) as SettingName[]

/** All settings with the values that hold, and where each came from. Immutable. */
export class SettingsInForce {
  readonly values: Settings
  readonly #sourced: ReadonlyMap<SettingName, SourcedValue>

  /** `sourced`: checked values; what is absent has its default. */
  constructor(sourced: ReadonlyMap<SettingName, SourcedValue>) {
    this.#sourced = sourced
    const values = SETTING_NAMES.map((name) => [name, resolved(this.#sourceOf(name).value, ROWS[name])])
    this.values = Object.fromEntries(values) as Settings
  }

  of(name: SettingName): SettingInForce {
    const { source, where } = this.#sourceOf(name)
    const value = this.values[name]
    return { name, value, shown: showValue(ROWS[name], value), source, where }
  }

  /** Every setting, in the order of the table. */
  list(): SettingInForce[] {
    return SETTING_NAMES.map((name) => this.of(name))
  }

  /** The `--insecure-…` switches that are on. */
  insecure(): SettingInForce[] {
    return this.list().filter(({ name, value }) => ROWS[name].group === 'Insecure' && value === true)
  }

  /** The same with what code gives, which holds where nothing else was said. Throws {@link SettingsError}. */
  withCode(given: GivenSettings): SettingsInForce {
    const sourced = new Map<SettingName, SourcedValue>(codeValues(given))
    for (const [name, value] of this.#sourced) sourced.set(name, value)
    return new SettingsInForce(sourced)
  }

  #sourceOf(name: SettingName): SourcedValue {
    return this.#sourced.get(name) ?? { value: ROWS[name].default, source: 'default', where: undefined }
  }
}

function codeValues(given: GivenSettings): [SettingName, SourcedValue][] {
  const problems: string[] = []
  const values: [SettingName, SourcedValue][] = []
  for (const [name, value] of Object.entries(given) as [SettingName, unknown][]) {
    if (value === undefined) continue
    if (!Object.hasOwn(ROWS, name)) {
      problems.push(`${name} is no setting${nearest(name, SETTING_NAMES)}`)
      continue
    }
    try {
      values.push([name, { value: checkGiven(ROWS[name], value, 'code'), source: 'code', where: undefined }])
    } catch (error) {
      if (!(error instanceof ValueError)) throw error
      problems.push(`${name}: ${error.message}, got ${JSON.stringify(value)}`)
    }
  }
  if (problems.length > 0) throw new SettingsError(problems)
  return values
}

/** A part of the memory becomes bytes. */
function resolved(value: Value, { kind }: Setting): Value {
  if (kind !== 'memory' || typeof value !== 'string') return value
  return Math.floor((memoryLimitBytes() * Number(value.slice(0, -1))) / 100)
}
