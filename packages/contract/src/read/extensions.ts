import type { Findings } from '../diagnostics.ts'
import { type JsonObject, type JsonValue, isObject, join, own, show } from '../json.ts'
import type { ChannelKind, DeclaredError, Overflow } from '../model.ts'
import type { Policy } from '../schema/policy.ts'

/** The settings Hydrant reads from a channel's `x-hydrant`; all optional. */
export interface ChannelSettings {
  kind: ChannelKind
  /** A property name or JSON pointer; undefined when the channel holds one value. */
  key: string | undefined
  history: { messages: number; maxAgeMs: number }
  overflow: Overflow
  errors: DeclaredError[]
}

/** Most messages and seconds of history a contract can ask for (a broker may keep less). */
const historyLimits = { messages: 100_000, seconds: 604_800 } as const

/** What a channel keeps that does not say it. */
export interface HistoryDefaults {
  readonly messages: number
  readonly maxAgeMs: number
}

export const plainHistory: HistoryDefaults = { messages: 100, maxAgeMs: 120_000 }

const policySettings = {
  unknown: ['keep', 'strip', 'reject'],
  defaults: ['apply', 'ignore'],
  coerce: [true, false],
} as const

/** Reads normalization settings from an owner's `x-hydrant`; what is not set there comes from `inherited`. */
export function readPolicy(owner: JsonObject, pointer: string, inherited: Policy, findings: Findings): Policy {
  const settings = settingsOf(owner, pointer, findings)
  return {
    unknown: choice(settings, 'unknown', policySettings.unknown) ?? inherited.unknown,
    defaults: choice(settings, 'defaults', policySettings.defaults) ?? inherited.defaults,
    coerce: choice(settings, 'coerce', policySettings.coerce) ?? inherited.coerce,
  }
}

/** Reads what only channels have. */
export function readChannelSettings(
  owner: JsonObject,
  pointer: string,
  defaults: HistoryDefaults,
  findings: Findings,
): ChannelSettings {
  const settings = settingsOf(owner, pointer, findings)
  const kind = choice(settings, 'kind', ['stream', 'state']) ?? 'stream'
  const overflow = choice(settings, 'overflow', ['conflate', 'drop', 'disconnect'])
  if (overflow === 'conflate' && kind === 'stream') {
    refuse(
      settings,
      'overflow',
      overflow,
      '"drop" or "disconnect" (conflating a stream would lose messages; "kind": "state" allows it)',
    )
  }
  const key = own(settings.values, 'key')
  if (key !== undefined && (typeof key !== 'string' || key === '' || key === '/'))
    refuse(settings, 'key', key, 'a property name or a JSON pointer')
  else if (key !== undefined && kind === 'stream')
    refuse(settings, 'key', key, 'no key on a stream (only "kind": "state" has one)')
  return {
    kind,
    key: kind === 'state' && typeof key === 'string' && key !== '' ? key : undefined,
    history: readHistory(settings, defaults),
    overflow:
      kind === 'stream' && overflow === 'conflate' ? 'drop' : (overflow ?? (kind === 'state' ? 'conflate' : 'drop')),
    errors: readErrors(settings),
  }
}

/** Reports the settings that do not exist at this kind of place. */
export function checkSettingNames(
  owner: JsonObject,
  pointer: string,
  place: 'root' | 'channel' | 'message',
  findings: Findings,
): void {
  const { values, pointer: at } = settingsOf(owner, pointer, findings)
  const allowed = [
    ...(place === 'channel' ? ['kind', 'key', 'history', 'overflow', 'errors'] : []),
    ...(place === 'message' ? [] : ['allow']),
    ...Object.keys(policySettings),
  ]
  for (const name of Object.keys(values)) {
    if (!allowed.includes(name)) {
      findings.add(
        'extension-unknown',
        join(at, name),
        `x-hydrant of a ${place} has ${allowed.join(', ')}; got ${show(name)}, which is ignored.`,
      )
    }
  }
}

interface Settings {
  values: JsonObject
  pointer: string
  findings: Findings
}

function settingsOf(owner: JsonObject, pointer: string, findings: Findings): Settings {
  const value = own(owner, 'x-hydrant')
  const place = join(pointer, 'x-hydrant')
  if (value !== undefined && !isObject(value))
    findings.add('extension-value', place, `Expected x-hydrant to be an object; got ${show(value)}, which is ignored.`)
  return { values: isObject(value) ? value : {}, pointer: place, findings }
}

function choice<const T extends JsonValue>(settings: Settings, name: string, allowed: readonly T[]): T | undefined {
  const value = own(settings.values, name)
  if (value === undefined) return undefined
  const found = allowed.find((one) => one === value)
  if (found === undefined) refuse(settings, name, value, `one of ${allowed.map((one) => show(one)).join(', ')}`)
  return found
}

function readHistory(settings: Settings, defaults: HistoryDefaults): { messages: number; maxAgeMs: number } {
  const value = own(settings.values, 'history')
  if (value === undefined) return { ...defaults }
  if (!isObject(value)) {
    refuse(settings, 'history', value, 'an object with "messages" and "seconds"')
    return { ...defaults }
  }
  const inner = { ...settings, values: value, pointer: join(settings.pointer, 'history') }
  for (const name of Object.keys(value)) {
    if (name !== 'messages' && name !== 'seconds') {
      settings.findings.add(
        'extension-unknown',
        join(inner.pointer, name),
        `history has messages and seconds; got ${show(name)}, which is ignored.`,
      )
    }
  }
  const messages = bounded(inner, 'messages', historyLimits.messages, true)
  const seconds = bounded(inner, 'seconds', historyLimits.seconds, false)
  return {
    messages: messages ?? defaults.messages,
    maxAgeMs: seconds === undefined ? defaults.maxAgeMs : Math.round(seconds * 1_000),
  }
}

const defaultErrorStatus = 422

function readErrors(settings: Settings): DeclaredError[] {
  const value = own(settings.values, 'errors')
  if (value === undefined || value === null) return []
  if (!isObject(value)) {
    refuse(settings, 'errors', value, 'an object with a code for each error')
    return []
  }
  const inner = { ...settings, pointer: join(settings.pointer, 'errors') }
  return Object.entries(value).flatMap(([code, written]) => readError(inner, code, written ?? {}) ?? [])
}

function readError(settings: Settings, code: string, written: JsonValue): DeclaredError | undefined {
  const { findings } = settings
  const pointer = join(settings.pointer, code)
  if (code.length > 64 || !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(code)) {
    findings.add(
      'extension-value',
      pointer,
      `Expected the code of an error to be lower case words with hyphens, such as "market-closed", of at most 64 characters; got ${show(code)}. It is left out.`,
    )
    return undefined
  }
  if (!isObject(written)) {
    refuse(settings, code, written, 'an object with "status", "title" and "description"')
    return { code, status: defaultErrorStatus, title: code }
  }
  const inner = { ...settings, values: written, pointer }
  for (const name of Object.keys(written)) {
    if (!['status', 'title', 'description'].includes(name)) {
      findings.add(
        'extension-unknown',
        join(pointer, name),
        `An error has status, title and description; got ${show(name)}, which is ignored.`,
      )
    }
  }
  const status = own(written, 'status')
  const isStatus = typeof status === 'number' && Number.isInteger(status) && status >= 400 && status <= 599
  if (status !== undefined && !isStatus) refuse(inner, 'status', status, 'a whole number from 400 to 599')
  const description = textSetting(inner, 'description')
  return {
    code,
    status: isStatus ? status : defaultErrorStatus,
    title: textSetting(inner, 'title') ?? code,
    ...(description === undefined ? {} : { description }),
  }
}

function textSetting(settings: Settings, name: string): string | undefined {
  const value = own(settings.values, name)
  if (value === undefined || typeof value === 'string') return value
  refuse(settings, name, value, 'a string')
  return undefined
}

function bounded(settings: Settings, name: string, most: number, whole: boolean): number | undefined {
  const value = own(settings.values, name)
  if (value === undefined) return undefined
  if (typeof value === 'number' && value >= 0 && value <= most && (!whole || Number.isInteger(value))) return value
  refuse(settings, name, value, `${whole ? 'a whole number' : 'a number'} from 0 to ${most}`)
  return undefined
}

function refuse({ findings, pointer }: Settings, name: string, got: JsonValue, allowed: string): void {
  findings.add(
    'extension-value',
    join(pointer, name),
    `Expected ${name} to be ${allowed}; got ${show(got)}. The default is used.`,
  )
}
