import type { SETTINGS } from './settings-table.ts'

/**
 * What a value is, which decides how its text is read and shown:
 * - `bytes` a size: `64KiB`, `1MB`, or a number of bytes. In code: bytes.
 * - `memory` a size, or a part of the memory that this process may use: `25%`. In code: bytes, or the same text.
 * - `duration` with its unit: `10s`, `250ms`, `5m`. In code: milliseconds.
 * - `count` a whole number.
 * - `rate` how many a second: `50`, `50/s`. `byte-rate` how many bytes a second: `128KiB`, `128KiB/s`.
 * - `boolean`, `text`, `list` (of texts), `choice` (one of `choices`).
 */
export type SettingKind =
  | 'bytes'
  | 'memory'
  | 'duration'
  | 'count'
  | 'rate'
  | 'byte-rate'
  | 'boolean'
  | 'text'
  | 'list'
  | 'choice'

/** One row of {@link SETTINGS}. */
export interface Setting {
  readonly kind: SettingKind
  /** The flag of `hydrant serve`, without its dashes. */
  readonly flag: string
  /** The environment variable, where it is not `HYDRANT_` and the flag in capitals. */
  readonly variable?: string
  /** Where it stands in the configuration file: group and name. */
  readonly path: string
  readonly group: SettingGroup
  readonly default: number | boolean | string | readonly string[] | undefined
  readonly min?: number
  readonly max?: number
  /** What stands for the value in `--help`, where the kind does not say enough: `<origin...>`. */
  readonly placeholder?: string
  /** A bound of the whole server, of which each of several worker processes has its part. */
  readonly divided?: true
  /** `0`, or the word `auto`, leaves it to the machine. */
  readonly mayBeAuto?: true
  /** `0`, or the word `off`, switches it off. */
  readonly mayBeOff?: true
  readonly choices?: readonly string[]
  /** One sentence, without its full stop. */
  readonly about: string
  /** Stable name of the limit in metrics and logs, for what can be hit. */
  readonly limit?: string
  /** Who says so: an RFC, or a decision of ours. */
  readonly source?: string
}

/** Headings of `--help` and of the reference. */
export type SettingGroup = 'Listening' | 'Admin' | 'Contract' | 'Limits' | 'Closing' | 'Logs' | 'Telemetry' | 'Insecure'

export type SettingName = keyof typeof SETTINGS

type Table = typeof SETTINGS

/** What code gets for a row. */
type ValueOf<Row> = Row extends { readonly kind: 'boolean' }
  ? boolean
  : Row extends { readonly kind: 'list' }
    ? readonly string[]
    : Row extends { readonly kind: 'choice'; readonly choices: readonly (infer Choice)[] }
      ? Choice
      : Row extends { readonly kind: 'text'; readonly default: infer Default }
        ? string | (undefined extends Default ? undefined : never)
        : number

/** What code may give for a row: a part of the memory can also be told as text. */
type GivenFor<Row> = Row extends { readonly kind: 'memory' } ? number | `${number}%` : ValueOf<Row>

/** Every setting with its value in force. Sizes are bytes, times are milliseconds. */
export type Settings = { readonly [Name in SettingName]: ValueOf<Table[Name]> }

/** Settings as code gives them; what is absent keeps its default. */
export type GivenSettings = { readonly [Name in SettingName]?: GivenFor<Table[Name]> | undefined }

/** The limits among the settings. */
export type LimitName = {
  [Name in SettingName]: Table[Name]['group'] extends 'Limits' | 'Closing' ? Name : never
}[SettingName]

/** For `createHydrant({ limits })`: sizes in bytes, times in milliseconds; `docs/reference/settings.md` says what each is. */
export type GivenLimits = Pick<GivenSettings, LimitName>

/** Stable names of what can be hit, as metrics and logs call it. */
export type LimitLabel = {
  [Name in SettingName]: Table[Name] extends { readonly limit: infer Label } ? Label : never
}[SettingName]
