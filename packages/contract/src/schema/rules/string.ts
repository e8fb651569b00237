import { own } from '../../json.ts'
import { formatTest } from '../formats.ts'
import { compilePattern } from '../patterns/pattern.ts'
import type { Rule, RuleContext } from '../rule.ts'

/** `minLength`, `maxLength`, `pattern` and `format`. Lengths are in Unicode code points. */
export function stringRules({ schema }: RuleContext): Rule[] {
  const rules: Rule[] = []
  const shortest = own(schema, 'minLength')
  const longest = own(schema, 'maxLength')
  const pattern = own(schema, 'pattern')
  const format = own(schema, 'format')
  if (typeof shortest === 'number') {
    rules.push(rule('minLength', `at least ${shortest} ${plural(shortest)}`, (value) => hasAtLeast(value, shortest)))
  }
  if (typeof longest === 'number') {
    rules.push(rule('maxLength', `at most ${longest} ${plural(longest)}`, (value) => !hasAtLeast(value, longest + 1)))
  }
  if (typeof pattern === 'string') {
    const { test } = compilePattern(pattern)
    rules.push(rule('pattern', `text matching /${pattern}/`, test))
  }
  if (typeof format === 'string') {
    const holds = formatTest(format)
    if (holds !== undefined) rules.push(rule('format', `a string of format ${format}`, holds))
  }
  return rules
}

function rule(keyword: string, expected: string, holds: (value: string) => boolean): Rule {
  const test = (value: unknown): boolean => typeof value !== 'string' || holds(value)
  return {
    test,
    explain: (value, pointer, report) => {
      if (!test(value)) report.add(pointer, expected, value, keyword)
    },
  }
}

/** Counts code points only where the number of UTF-16 units does not already decide. */
function hasAtLeast(value: string, count: number): boolean {
  if (value.length < count) return false
  if (value.length >= count * 2) return true
  let points = 0
  for (const _ of value) {
    points += 1
    if (points >= count) return true
  }
  return points >= count
}

function plural(count: number): string {
  return count === 1 ? 'character' : 'characters'
}
