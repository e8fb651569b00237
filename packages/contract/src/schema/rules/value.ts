import { isObject, own } from '../../json.ts'
import { canonicalText } from '../equality.ts'
import { listOf } from '../report.ts'
import type { Rule, RuleContext } from '../rule.ts'

const testers: Record<string, (value: unknown) => boolean> = {
  null: (value) => value === null,
  boolean: (value) => typeof value === 'boolean',
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  integer: (value) => Number.isInteger(value),
  string: (value) => typeof value === 'string',
  array: (value) => Array.isArray(value),
  object: (value) => isObject(value),
}

/** The JSON types a schema's `type` names, without those JSON Schema does not know. */
export function typesOf(type: unknown): string[] {
  return [type].flat().filter((name): name is string => typeof name === 'string' && Object.hasOwn(testers, name))
}

/** `type`, `const` and `enum`. */
export function valueRules({ schema }: RuleContext): Rule[] {
  const rules: Rule[] = []
  const types = typesOf(own(schema, 'type'))
  if (types.length > 0) rules.push(typeRule(types))
  const constant = own(schema, 'const')
  if (constant !== undefined) rules.push(memberRule([constant], 'const'))
  const allowed = own(schema, 'enum')
  if (Array.isArray(allowed)) rules.push(memberRule(allowed, 'enum'))
  return rules
}

function typeRule(types: readonly string[]): Rule {
  const tests = types.map((type) => testers[type]!)
  const [first] = tests
  const test = tests.length === 1 ? first! : (value: unknown) => tests.some((one) => one(value))
  const expected = types.join(' or ')
  return {
    final: true,
    test,
    explain: (value, pointer, report) => {
      if (!test(value)) report.add(pointer, expected, value, 'type')
    },
  }
}

function memberRule(allowed: readonly unknown[], keyword: string): Rule {
  const scalars = new Set(allowed.filter((value) => typeof value !== 'object' || value === null))
  const others = new Set(allowed.filter((value) => typeof value === 'object' && value !== null).map(canonicalText))
  const test = (value: unknown): boolean =>
    scalars.has(value) ||
    (others.size > 0 && typeof value === 'object' && value !== null && others.has(canonicalText(value)))
  const expected = listOf(allowed)
  return {
    final: true,
    test,
    explain: (value, pointer, report) => {
      if (!test(value)) report.add(pointer, expected, value, keyword)
    },
  }
}

/** The type a schema asks for, as an error about a missing value says it. */
export function expectationOf(schema: unknown): string {
  if (!isObject(schema)) return 'a value'
  if (own(schema, 'const') !== undefined) return listOf([own(schema, 'const')])
  const allowed = own(schema, 'enum')
  if (Array.isArray(allowed) && allowed.length > 0) return listOf(allowed)
  const types = typesOf(own(schema, 'type'))
  return types.length > 0 ? types.join(' or ') : 'a value'
}
