import { type JsonValue, join, own } from '../../json.ts'
import { canonicalText } from '../equality.ts'
import { isSchema } from '../keywords.ts'
import type { Rule, RuleContext } from '../rule.ts'

/** All keywords that look into an array. None of them minds a value that is not an array. */
export function arrayRules(context: RuleContext): Rule[] {
  const { schema } = context
  const rules: Rule[] = []
  const least = own(schema, 'minItems')
  const most = own(schema, 'maxItems')
  if (typeof least === 'number') rules.push(count('minItems', `at least ${items(least)}`, (length) => length >= least))
  if (typeof most === 'number') rules.push(count('maxItems', `at most ${items(most)}`, (length) => length <= most))
  rules.push(...itemRules(context), ...containsRules(context))
  if (own(schema, 'uniqueItems') === true) rules.push(uniqueRule)
  return rules
}

function count(keyword: string, expected: string, holds: (length: number) => boolean): Rule {
  const test = (value: unknown): boolean => !Array.isArray(value) || holds(value.length)
  return {
    test,
    explain: (value, pointer, report) => {
      if (!test(value)) report.add(pointer, expected, value, keyword)
    },
  }
}

function items(number: number): string {
  return `${number} ${number === 1 ? 'item' : 'items'}`
}

/** `prefixItems` + `items` (2020-12), and `items` as a list + `additionalItems` (before). */
function itemRules({ schema, compile }: RuleContext): Rule[] {
  const written = own(schema, 'items')
  const prefix = [own(schema, 'prefixItems'), written].find((value) => Array.isArray(value))
  const rest = Array.isArray(written) ? own(schema, 'additionalItems') : written
  const first = (prefix ?? []).map((item) => compile(isSchema(item) ? item : true))
  const others = isSchema(rest) && rest !== true ? compile(rest) : undefined
  if (first.length === 0 && others === undefined) return []
  return [
    {
      test: (value) => {
        if (!Array.isArray(value)) return true
        for (let index = 0; index < value.length; index += 1) {
          const validator = index < first.length ? first[index] : others
          if (validator === undefined) return true
          if (!validator.test(value[index])) return false
        }
        return true
      },
      explain: (value, pointer, report) => {
        if (!Array.isArray(value)) return
        for (const [index, item] of value.entries()) {
          const validator = index < first.length ? first[index] : others
          if (validator === undefined || report.full) return
          if (validator.schema === false) {
            report.add(join(pointer, index), `no item after the first ${first.length}`, item, 'items')
          } else validator.explain(item, join(pointer, index), report)
        }
      },
    },
  ]
}

function limit(value: JsonValue | undefined, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise
}

function containsRules({ schema, compile }: RuleContext): Rule[] {
  const contains = own(schema, 'contains')
  if (!isSchema(contains)) return []
  const validator = compile(contains)
  const least = limit(own(schema, 'minContains'), 1)
  const most = limit(own(schema, 'maxContains'), Infinity)
  const bound = most === Infinity ? `at least ${items(least)}` : `${least} to ${items(most)}`
  const test = (value: unknown): boolean => {
    if (!Array.isArray(value)) return true
    let found = 0
    for (const item of value) if (validator.test(item)) found += 1
    return found >= least && found <= most
  }
  return [
    {
      test,
      explain: (value, pointer, report) => {
        if (!test(value)) report.add(pointer, `${bound} of a certain kind`, value, 'contains')
      },
    },
  ]
}

/** Compares by canonical text: linear, where comparing each with each is quadratic. */
const uniqueRule: Rule = {
  test: (value) => !Array.isArray(value) || firstRepeated(value) === undefined,
  explain: (value, pointer, report) => {
    if (!Array.isArray(value)) return
    const index = firstRepeated(value)
    if (index !== undefined)
      report.add(join(pointer, index), 'an item unlike those before it', value[index], 'uniqueItems')
  },
}

function firstRepeated(values: readonly unknown[]): number | undefined {
  const seen = new Set<string>()
  for (const [index, value] of values.entries()) {
    const text = canonicalText(value)
    if (seen.has(text)) return index
    seen.add(text)
  }
  return undefined
}
