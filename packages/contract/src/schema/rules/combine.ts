import { type JsonSchema, own } from '../../json.ts'
import { referenceOf } from '../../read/refs.ts'
import { isSchema } from '../keywords.ts'
import { reportNearest } from '../nearest.ts'
import type { Rule, RuleContext, Validator } from '../rule.ts'
import { unevaluatedRules } from './unevaluated.ts'

/** `$ref`, `allOf`, `anyOf`, `oneOf`, `not`, `if`, and the `unevaluated…` keywords that depend on them. */
export function combineRules(context: RuleContext): Rule[] {
  const { schema, compile } = context
  const rules: Rule[] = []
  const target = referencedBy(context)
  if (target !== undefined) rules.push(target)
  const branches = (keyword: string): Validator[] | undefined => {
    const list = own(schema, keyword)
    const schemas = Array.isArray(list) ? list.filter(isSchema) : []
    return schemas.length > 0 ? schemas.map((branch) => compile(branch)) : undefined
  }
  rules.push(...(branches('allOf') ?? []))
  const any = branches('anyOf')
  if (any !== undefined) rules.push(anyRule(any))
  const one = branches('oneOf')
  if (one !== undefined) rules.push(oneRule(one))
  const not = own(schema, 'not')
  if (isSchema(not)) rules.push(notRule(compile(not)))
  const condition = own(schema, 'if')
  if (isSchema(condition)) rules.push(...conditionRules(context, compile(condition)))
  return [...rules, ...unevaluatedRules(context)]
}

/** What a schema's reference leads to. One that leads nowhere, or around in a circle, was diagnosed on reading and accepts anything. */
function referencedBy({ schema, scope, base, compile }: RuleContext): Validator | undefined {
  const dynamic = own(schema, '$dynamicRef') ?? (own(schema, '$recursiveRef') === '#' ? '#' : undefined)
  const reference = referenceOf(schema) ?? (typeof dynamic === 'string' ? dynamic : undefined)
  if (reference === undefined || scope.loops.has(schema)) return undefined
  const found = scope.resolve(reference, base)
  return found === undefined ? undefined : compile(found.schema, found.base)
}

function anyRule(branches: readonly Validator[]): Rule {
  const test = (value: unknown): boolean => {
    for (const branch of branches) if (branch.test(value)) return true
    return false
  }
  return {
    test,
    explain: (value, pointer, report) => {
      if (!test(value)) reportNearest(branches, value, pointer, report, 'anyOf')
    },
  }
}

function oneRule(branches: readonly Validator[]): Rule {
  const matches = (value: unknown, enough: number): number => {
    let found = 0
    for (const branch of branches) {
      if (branch.test(value)) found += 1
      if (found === enough) break
    }
    return found
  }
  return {
    test: (value) => matches(value, 2) === 1,
    explain: (value, pointer, report) => {
      const found = matches(value, Infinity)
      if (found === 0) reportNearest(branches, value, pointer, report, 'oneOf')
      if (found > 1) {
        report.add(pointer, `exactly one of ${branches.length} alternatives (it matches ${found})`, value, 'oneOf')
      }
    },
  }
}

function notRule(excluded: Validator): Rule {
  const expected = `anything but ${phraseOf(excluded.schema)}`
  return {
    test: (value) => !excluded.test(value),
    explain: (value, pointer, report) => {
      if (excluded.test(value)) report.add(pointer, expected, value, 'not')
    },
  }
}

function phraseOf(schema: JsonSchema): string {
  const text = JSON.stringify(schema)
  return text.length > 80 ? 'what a "not" schema describes' : text
}

function conditionRules({ schema, compile }: RuleContext, condition: Validator): Rule[] {
  const branch = (keyword: string, when: boolean): Rule[] => {
    const written = own(schema, keyword)
    if (!isSchema(written)) return []
    const validator = compile(written)
    return [
      {
        test: (value) => condition.test(value) !== when || validator.test(value),
        explain: (value, pointer, report) => {
          if (condition.test(value) === when) validator.explain(value, pointer, report)
        },
      },
    ]
  }
  return [...branch('then', true), ...branch('else', false)]
}
