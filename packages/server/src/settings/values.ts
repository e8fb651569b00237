import type { Setting, SettingKind } from './setting.ts'

/** Why a value cannot be used: `expected …`, for who knows where it came from. */
export class ValueError extends Error {
  override readonly name = 'ValueError'
}

/** A value in the form that code uses: see {@link SettingKind}. A part of the memory is still a text: `25%`. */
export type Value = number | boolean | string | readonly string[] | undefined

/** Reads the text of a flag or an environment variable. Throws {@link ValueError}. */
export function parseText(setting: Setting, text: string): Value {
  switch (setting.kind) {
    case 'text':
      if (text === '') throw mismatch(setting)
      return text
    case 'list':
      return text
        .split(',')
        .map((each) => each.trim())
        .filter((each) => each !== '')
    case 'boolean':
      if (text === 'true' || text === '1') return true
      if (text === 'false' || text === '0') return false
      throw mismatch(setting)
    case 'choice':
      if (!setting.choices!.includes(text)) throw mismatch(setting)
      return text
    default:
      return inRange(setting, parseNumber(setting, text.trim()))
  }
}

/** Checks a value of the configuration file or of code: a number is bytes or a count, never a duration. */
export function checkGiven(setting: Setting, value: unknown, from: 'file' | 'code'): Value {
  const { kind } = setting
  if (kind === 'boolean') {
    if (typeof value === 'boolean') return value
    throw mismatch(setting)
  }
  if (kind === 'list') {
    const list = Array.isArray(value) ? (value as unknown[]) : [value]
    if (!list.every((each) => typeof each === 'string')) throw mismatch(setting)
    return list
  }
  if (typeof value === 'number' && isNumeric(kind)) {
    if (kind === 'duration' && from === 'file' && value !== 0) throw mismatch(setting)
    return inRange(setting, value)
  }
  if (typeof value !== 'string' || (from === 'code' && isNumeric(kind) && kind !== 'memory')) throw mismatch(setting)
  return parseText(setting, value)
}

/** What a row takes, for an error: `a size from 1B to 1GiB, such as 64KiB`. */
export function expectationOf(setting: Setting): string {
  const { kind, min, max } = setting
  const off = setting.mayBeOff === true ? ' (0 or off: no limit)' : setting.mayBeAuto === true ? ', or auto' : ''
  const from = setting.mayBeOff === true || setting.mayBeAuto === true ? 1 : min!
  switch (kind) {
    case 'text':
      return 'a text that is not empty'
    case 'list':
      return 'a list of texts'
    case 'boolean':
      return 'true or false'
    case 'choice':
      return `one of ${setting.choices!.join(', ')}`
    case 'count':
      return `a whole number from ${from} to ${max}${off}`
    case 'rate':
      return `a whole number a second from ${from} to ${max}, such as 50${off}`
    case 'bytes':
      return `a size from ${showBytes(from)} to ${showBytes(max!)}, such as 64KiB${off}`
    case 'memory':
      return `a size from ${showBytes(from)}, such as 512MiB, or a part of the memory, such as 25%`
    case 'byte-rate':
      return `a size a second from ${showBytes(from)} to ${showBytes(max!)}, such as 128KiB${off}`
    case 'duration':
      return `a duration from ${showDuration(from)} to ${showDuration(max!)}, such as 10s or 500ms${off}`
  }
}

/** A value as people write it: `64KiB`, `10s`, `off`. */
export function showValue(setting: Setting, value: Value): string {
  if (value === undefined) return ''
  if (Array.isArray(value)) return value.join(', ')
  if (typeof value !== 'number') return String(value)
  if (value === 0 && setting.mayBeOff === true) return 'off'
  if (value === 0 && setting.mayBeAuto === true) return 'auto'
  switch (setting.kind) {
    case 'bytes':
    case 'memory':
      return showBytes(value)
    case 'byte-rate':
      return `${showBytes(value)}/s`
    case 'rate':
      return `${value}/s`
    case 'duration':
      return showDuration(value)
    default:
      return String(value)
  }
}

/** What stands for the value in `--help`: `<size>`. */
export const PLACEHOLDERS: Readonly<Record<SettingKind, string>> = {
  bytes: '<size>',
  memory: '<size>',
  duration: '<time>',
  count: '<number>',
  rate: '<number>',
  'byte-rate': '<size>',
  boolean: '',
  text: '<text>',
  list: '<list...>',
  choice: '<name>',
}

const BYTE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
}
const TIME_UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

function parseNumber(setting: Setting, text: string): number | string {
  const { kind } = setting
  if (setting.mayBeOff === true && text === 'off') return 0
  if (setting.mayBeAuto === true && text === 'auto') return 0
  if (kind === 'memory' && /^\d+(?:\.\d+)?%$/.test(text)) {
    const percent = Number(text.slice(0, -1))
    if (percent <= 0 || percent > 100) throw mismatch(setting)
    return text
  }
  const bare = kind === 'rate' || kind === 'byte-rate' ? text.replace(/\/s$/, '') : text
  const written = /^(\d+(?:\.\d+)?) ?([A-Za-z]*)$/.exec(bare)
  if (written === null) throw mismatch(setting)
  const [, digits = '', unit = ''] = written
  const factor = factorOf(kind, unit, Number(digits))
  const value = Number(digits) * (factor ?? NaN)
  if (!Number.isSafeInteger(value)) throw mismatch(setting)
  return value
}

function factorOf(kind: SettingKind, unit: string, amount: number): number | undefined {
  if (kind === 'count' || kind === 'rate') return unit === '' ? 1 : undefined
  if (kind === 'duration') return amount === 0 && unit === '' ? 1 : own(TIME_UNITS, unit)
  return own(BYTE_UNITS, unit)
}

function own(units: Readonly<Record<string, number>>, unit: string): number | undefined {
  return Object.hasOwn(units, unit) ? units[unit] : undefined
}

function inRange(setting: Setting, value: number | string): number | string {
  if (typeof value === 'string') return value
  const { min = 0, max = Infinity } = setting
  // Code may give a fraction of a second or of a millisecond; nothing else comes in fractions.
  const isWhole = setting.kind === 'rate' || setting.kind === 'duration' || Number.isInteger(value)
  if (!isWhole || !(value >= min && value <= max)) throw mismatch(setting)
  return value
}

function isNumeric(kind: SettingKind): boolean {
  return kind !== 'text' && kind !== 'choice'
}

function mismatch(setting: Setting): ValueError {
  return new ValueError(`expected ${expectationOf(setting)}`)
}

function showBytes(bytes: number): string {
  for (const unit of ['TiB', 'GiB', 'MiB', 'KiB'] as const) {
    const size = BYTE_UNITS[unit]!
    if (bytes >= size && bytes % (size / 4) === 0) return `${bytes / size}${unit}`
  }
  return `${bytes}B`
}

function showDuration(ms: number): string {
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    const size = TIME_UNITS[unit]!
    if (ms >= size && ms % size === 0) return `${ms / size}${unit}`
  }
  return `${ms}ms`
}
