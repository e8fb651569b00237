import { type JsonObject, isObject, join, own, show } from '../../json.ts'
import { isSchema } from '../keywords.ts'
import { compilePattern } from '../patterns/pattern.ts'
import type { Rule, RuleContext, Validator } from '../rule.ts'
import { expectationOf } from './value.ts'

/** All keywords that look into an object. None of them minds a value that is not an object. */
export function objectRules(context: RuleContext): Rule[] {
  const rules = [
    requiredRule(context),
    propertiesRule(context),
    patternPropertiesRule(context),
    additionalRule(context),
    namesRule(context),
    ...sizeRules(context),
    ...dependencyRules(context),
  ]
  return rules.filter((rule) => rule !== undefined)
}

function requiredRule({ schema }: RuleContext): Rule | undefined {
  const names = own(schema, 'required')
  const required = Array.isArray(names) ? names.filter((name) => typeof name === 'string') : []
  if (required.length === 0) return undefined
  const properties = own(schema, 'properties')
  const expected = (name: string): string =>
    `${expectationOf(isObject(properties) ? own(properties, name) : undefined)} (required)`
  return {
    test: (value) => {
      if (!isObject(value)) return true
      for (const name of required) if (read(value, name) === undefined) return false
      return true
    },
    explain: (value, pointer, report) => {
      if (!isObject(value)) return
      for (const name of required) {
        if (read(value, name) === undefined) report.missing(join(pointer, name), expected(name), 'required')
      }
    },
  }
}

function propertiesRule({ schema, compile }: RuleContext): Rule | undefined {
  const declared = own(schema, 'properties')
  if (!isObject(declared)) return undefined
  const names = Object.keys(declared).filter((name) => isSchema(declared[name]))
  if (names.length === 0) return undefined
  const validators = names.map((name) => compile(declared[name] as JsonObject))
  return {
    // Hot: every property of every message.
    test: (value) => {
      if (!isObject(value)) return true
      for (let index = 0; index < names.length; index += 1) {
        const inner = read(value, names[index]!)
        if (inner !== undefined && !validators[index]!.test(inner)) return false
      }
      return true
    },
    explain: (value, pointer, report) => {
      if (!isObject(value)) return
      for (const [index, name] of names.entries()) {
        const inner = read(value, name)
        if (inner !== undefined) validators[index]!.explain(inner, join(pointer, name), report)
      }
    },
  }
}

/** An own property. Reading first is faster than asking, and is only wrong for names an object inherits. */
function read(object: JsonObject, name: string): unknown {
  const value: unknown = object[name]
  return value !== undefined && inherited.has(name) && !Object.hasOwn(object, name) ? undefined : value
}

const inherited: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype))

/** A rule about each property that the selection picks. */
function eachProperty(
  pick: (name: string) => Validator | undefined,
  complain?: (value: unknown, pointer: string, name: string) => { expected: string; keyword: string },
): Rule {
  return {
    test: (value) => {
      if (!isObject(value)) return true
      for (const name of Object.keys(value)) {
        const validator = pick(name)
        if (validator !== undefined && value[name] !== undefined && !validator.test(value[name])) return false
      }
      return true
    },
    explain: (value, pointer, report) => {
      if (!isObject(value)) return
      for (const name of Object.keys(value)) {
        const validator = pick(name)
        if (validator === undefined || value[name] === undefined) continue
        const place = join(pointer, name)
        if (validator.schema === false && complain !== undefined) {
          const { expected, keyword } = complain(value[name], place, name)
          report.add(place, expected, value[name], keyword)
        } else validator.explain(value[name], place, report)
      }
    },
  }
}

/** The patterns of `patternProperties`, compiled, with their validators. */
function patternsOf({ schema, compile }: RuleContext): { test: (name: string) => boolean; validator: Validator }[] {
  const patterns = own(schema, 'patternProperties')
  if (!isObject(patterns)) return []
  return Object.keys(patterns)
    .filter((pattern) => isSchema(patterns[pattern]))
    .map((pattern) => ({ test: compilePattern(pattern).test, validator: compile(patterns[pattern] as JsonObject) }))
}

function patternPropertiesRule(context: RuleContext): Rule | undefined {
  const rules = patternsOf(context).map(({ test, validator }) =>
    eachProperty((name) => (test(name) ? validator : undefined)),
  )
  if (rules.length === 0) return undefined
  return {
    test: (value) => rules.every((rule) => rule.test(value)),
    explain: (value, pointer, report) => {
      for (const rule of rules) rule.explain(value, pointer, report)
    },
  }
}

function additionalRule(context: RuleContext): Rule | undefined {
  const { schema, compile } = context
  const additional = own(schema, 'additionalProperties')
  if (!isSchema(additional) || additional === true) return undefined
  const declared = own(schema, 'properties')
  const names = new Set(isObject(declared) ? Object.keys(declared) : [])
  const patterns = patternsOf(context)
  const validator = compile(additional)
  return eachProperty(
    (name) => (names.has(name) || patterns.some((pattern) => pattern.test(name)) ? undefined : validator),
    (_value, _pointer, name) => ({
      expected: `no property ${show(name)}${didYouMean(name, names)}`,
      keyword: 'additionalProperties',
    }),
  )
}

function bare(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
}

/** Suggests a declared name that differs only in case or punctuation. */
function didYouMean(name: string, names: ReadonlySet<string>): string {
  for (const declared of names) if (bare(declared) === bare(name)) return ` (did you mean ${show(declared)}?)`
  return ''
}

function namesRule({ schema, compile }: RuleContext): Rule | undefined {
  const names = own(schema, 'propertyNames')
  if (!isSchema(names) || names === true) return undefined
  const validator = compile(names)
  return {
    test: (value) => !isObject(value) || Object.keys(value).every((name) => validator.test(name)),
    explain: (value, pointer, report) => {
      if (!isObject(value)) return
      for (const name of Object.keys(value)) {
        if (!validator.test(name)) report.add(join(pointer, name), 'another property name', name, 'propertyNames')
      }
    },
  }
}

function sizeRules({ schema }: RuleContext): Rule[] {
  const least = own(schema, 'minProperties')
  const most = own(schema, 'maxProperties')
  const rules: Rule[] = []
  if (typeof least === 'number')
    rules.push(size('minProperties', `at least ${least} properties`, (count) => count >= least))
  if (typeof most === 'number')
    rules.push(size('maxProperties', `at most ${most} properties`, (count) => count <= most))
  return rules
}

function size(keyword: string, expected: string, holds: (count: number) => boolean): Rule {
  const test = (value: unknown): boolean => !isObject(value) || holds(Object.keys(value).length)
  return {
    test,
    explain: (value, pointer, report) => {
      if (!test(value)) report.add(pointer, expected, value, keyword)
    },
  }
}

/** `dependencies`, `dependentRequired` and `dependentSchemas`. */
function dependencyRules({ schema, compile }: RuleContext): Rule[] {
  const rules: Rule[] = []
  for (const keyword of ['dependencies', 'dependentRequired', 'dependentSchemas']) {
    const dependencies = own(schema, keyword)
    for (const [name, dependency] of isObject(dependencies) ? Object.entries(dependencies) : []) {
      if (Array.isArray(dependency)) {
        const inner = requiredRule({ schema: { required: dependency } } as unknown as RuleContext)
        if (inner !== undefined) rules.push(whenPresent(name, inner))
      } else if (isSchema(dependency)) rules.push(whenPresent(name, compile(dependency)))
    }
  }
  return rules
}

function whenPresent(name: string, rule: Pick<Rule, 'test' | 'explain'>): Rule {
  const applies = (value: unknown): boolean => isObject(value) && read(value, name) !== undefined
  return {
    test: (value) => !applies(value) || rule.test(value),
    explain: (value, pointer, report) => {
      if (applies(value)) rule.explain(value, pointer, report)
    },
  }
}
