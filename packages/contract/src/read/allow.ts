import type { Findings } from '../diagnostics.ts'
import { type JsonObject, type JsonValue, isObject, join, own, show } from '../json.ts'
import type { Action, Allow, AllowCondition, AllowRule, AllowValue } from '../model.ts'
import type { ChannelDraft } from './channels.ts'

/** `x-hydrant.allow` as one place says it; an action that is absent is left to the document's. */
export type WrittenAllow = { readonly [action in Action]?: Allow }

const actions = ['subscribe', 'publish'] as const satisfies readonly Action[]
const ruleMembers = ['role', 'scope', 'claim']

/**
 * Reads who may do what, from the `x-hydrant` of a channel or of the document. What cannot be read is an error and lets nobody in: a
 * slip in a rule must not open a channel.
 */
export function readAllow(owner: JsonObject, pointer: string, findings: Findings): WrittenAllow {
  const settings = own(owner, 'x-hydrant')
  const value = isObject(settings) ? own(settings, 'allow') : undefined
  if (value === undefined) return {}
  const place = join(pointer, 'x-hydrant', 'allow')
  if (!isObject(value)) {
    const why = `Expected allow to be an object with "subscribe" and "publish"; got ${show(value)}`
    findings.add('allow-value', place, `${why}. Nobody is let in.`)
    return { subscribe: nobody(place, why), publish: nobody(place, why) }
  }
  const unknown = Object.keys(value).find((name) => !(actions as readonly string[]).includes(name))
  if (unknown !== undefined) {
    // `subscibe` was meant to close something.
    const why = `allow has subscribe and publish; got ${show(unknown)}`
    findings.add('allow-value', join(place, unknown), `${why}. Nobody is let in.`)
    return { subscribe: nobody(place, why), publish: nobody(place, why) }
  }
  const allow: { [action in Action]?: Allow } = {}
  for (const action of actions) {
    const written = own(value, action)
    if (written !== undefined) allow[action] = readRules(written, join(place, action), findings)
  }
  return allow
}

/** What holds for the channels that share an address: what each of them says, or else what the document says. */
export function allowOf(
  group: readonly ChannelDraft[],
  inherited: WrittenAllow,
  findings: Findings,
): { [action in Action]?: Allow } {
  const allow: { [action in Action]?: Allow } = {}
  for (const action of actions) {
    const written = group.flatMap((draft) => draft.allow[action] ?? [])
    const found = written.length === 0 ? inherited[action] : written.reduce(both)
    if (found !== undefined) allow[action] = found
  }
  const [first] = group as [ChannelDraft]
  for (const { parameter, pointer } of [...parametersOf(allow.subscribe), ...parametersOf(allow.publish)]) {
    if (first.template.names.includes(parameter)) continue
    findings.add(
      'allow-value',
      pointer,
      `Expected a parameter of ${first.template.address}; got ${show(`{${parameter}}`)}. The rule lets nobody in there.`,
    )
  }
  return allow
}

function nobody(pointer: string, why: string): Allow {
  return { pointer, rules: [{ pointer, conditions: [{ kind: 'never', why }] }] }
}

/** Whoever fits a rule of each. */
function both(one: Allow, other: Allow): Allow {
  const rules = one.rules.flatMap((left) =>
    other.rules.map((right): AllowRule => ({
      pointer: right.pointer,
      conditions: [...left.conditions, ...right.conditions],
    })),
  )
  return { pointer: one.pointer, rules }
}

function parametersOf(allow: Allow | undefined): { parameter: string; pointer: string }[] {
  return (allow?.rules ?? []).flatMap(({ pointer, conditions }) =>
    conditions.flatMap((condition) =>
      'value' in condition && 'parameter' in condition.value ? [{ parameter: condition.value.parameter, pointer }] : [],
    ),
  )
}

/** A list of rules, or one rule. */
function readRules(written: JsonValue, pointer: string, findings: Findings): Allow {
  if (!Array.isArray(written)) return { pointer, rules: [readRule(written, pointer, findings)] }
  return { pointer, rules: written.map((rule, index) => readRule(rule, join(pointer, index), findings)) }
}

function readRule(written: JsonValue, pointer: string, findings: Findings): AllowRule {
  if (written === 'anyone' || written === 'authenticated') return { pointer, conditions: [{ kind: written }] }
  const conditions = isObject(written) ? readConditions(written) : undefined
  const [first, ...others] = conditions ?? []
  if (first !== undefined && !conditions!.some(({ kind }) => kind === 'never')) {
    return { pointer, conditions: [first, ...others] }
  }
  const why =
    conditions?.find((condition) => condition.kind === 'never')?.why ??
    `expected "anyone", "authenticated", or an object with ${ruleMembers.join(', ')}; got ${show(written)}`
  findings.add('allow-value', pointer, `A rule cannot be read: ${why}. It lets nobody in.`)
  return { pointer, conditions: [{ kind: 'never', why }] }
}

function readConditions(rule: JsonObject): AllowCondition[] {
  return Object.entries(rule).flatMap(([name, value]): AllowCondition[] => {
    switch (name) {
      case 'role':
      case 'scope': {
        const compared = typeof value === 'string' ? readValue(value) : undefined
        if (compared === undefined)
          return [never(`${name}: expected a name or a parameter such as "{id}"; got ${show(value)}`)]
        return [{ kind: name, value: compared }]
      }
      case 'claim':
        return readClaims(value)
      default:
        return [never(`expected ${ruleMembers.join(', ')}; got ${show(name)}`)]
    }
  })
}

function readClaims(written: JsonValue): AllowCondition[] {
  const entries = isObject(written) ? Object.entries(written) : []
  if (entries.length === 0)
    return [never(`claim: expected claims and their values, such as { sub: "{id}" }; got ${show(written)}`)]
  return entries.map(([claim, value]) => {
    const compared = readValue(value)
    if (claim === '' || compared === undefined) {
      return never(
        `claim ${show(claim)}: expected a string, number, boolean or a parameter such as "{id}"; got ${show(value)}`,
      )
    }
    return { kind: 'claim', claim, value: compared }
  })
}

/** A parameter stands for itself and is never a part of a text: put together, different callers could come to the same text. */
function readValue(value: JsonValue): AllowValue | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return { literal: value }
  if (typeof value !== 'string' || value === '') return undefined
  const parameter = /^\{([^{}]+)\}$/.exec(value)?.[1]
  if (parameter !== undefined) return { parameter }
  return /[{}]/.test(value) ? undefined : { literal: value }
}

function never(why: string): AllowCondition & { kind: 'never' } {
  return { kind: 'never', why }
}
