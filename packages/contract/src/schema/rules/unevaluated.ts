import { Check, Errors } from 'typebox/schema'
import { type JsonObject, at, isObject, join, own } from '../../json.ts'
import { bundle } from '../bundle.ts'
import { isSchema } from '../keywords.ts'
import type { Rule, RuleContext } from '../rule.ts'

/**
 * `unevaluatedProperties` and `unevaluatedItems`: what counts as evaluated depends on which alternatives were valid, so the whole
 * schema is handed to typebox, which keeps those annotations. It interprets, about 70 times slower than the other rules.
 */
export function unevaluatedRules(context: RuleContext): Rule[] {
  // typebox 1.4.3 applies `unevaluatedProperties` to arrays as well: each keyword is given only the values it is about.
  return [
    ...ruleFor('unevaluatedProperties', 'unevaluatedItems', isObject, context),
    ...ruleFor('unevaluatedItems', 'unevaluatedProperties', (value) => Array.isArray(value), context),
  ]
}

function ruleFor(keyword: string, other: string, applies: (value: unknown) => boolean, context: RuleContext): Rule[] {
  const { schema, base, scope } = context
  if (!isSchema(own(schema, keyword))) return []
  const bundled = bundle(schema, base, scope) as JsonObject
  const whole: JsonObject = { ...bundled }
  delete whole[other]
  const test = (value: unknown): boolean => !applies(value) || Check(whole, value)
  return [
    {
      test,
      explain: (value, pointer, report) => {
        // The other rules have reported what they can see; what is left are the unevaluated parts.
        if (report.errors.length > 0 || test(value)) return
        const [, errors] = Errors(whole, value)
        for (const error of errors) {
          for (const name of namesIn(error.params)) {
            report.add(
              `${pointer}${error.instancePath}${join('', name)}`,
              'nothing (no schema describes it)',
              valueAt(value, error.instancePath, name),
              keyword,
            )
          }
        }
        if (report.errors.length === 0) report.add(pointer, 'a value its schema describes entirely', value, keyword)
      },
    },
  ]
}

/** The property names or indexes that an error of typebox is about. */
function namesIn(params: object): string[] {
  const names: unknown = Object.entries(params).find(([name]) => name.startsWith('unevaluated'))?.[1]
  return Array.isArray(names) ? names.map(String) : []
}

function valueAt(value: unknown, pointer: string, name: string): unknown {
  return at(value, pointer + join('', name))
}
