import { Check, Errors } from 'typebox/schema'
import { own } from '../../json.ts'
import { bundle } from '../bundle.ts'
import { isSchema } from '../keywords.ts'
import type { Rule, RuleContext } from '../rule.ts'

/**
 * `unevaluatedProperties` and `unevaluatedItems`: what counts as evaluated depends on which alternatives were valid, so the whole
 * schema is handed to typebox, which keeps those annotations. It interprets, about 70 times slower than the other rules.
 */
export function unevaluatedRules({ schema, base, scope }: RuleContext): Rule[] {
  const keywords = ['unevaluatedProperties', 'unevaluatedItems'].filter((keyword) => isSchema(own(schema, keyword)))
  if (keywords.length === 0) return []
  const whole = bundle(schema, base, scope)
  const test = (value: unknown): boolean => Check(whole, value)
  return [
    {
      test,
      explain: (value, pointer, report) => {
        // The other rules have reported what they can see; what is left are the unevaluated parts.
        if (report.errors.length > 0 || test(value)) return
        const [, errors] = Errors(whole, value)
        for (const error of errors) {
          const names: unknown =
            'unevaluatedProperties' in error.params
              ? error.params.unevaluatedProperties
              : 'unevaluatedItems' in error.params
                ? error.params.unevaluatedItems
                : []
          for (const name of Array.isArray(names) ? names : []) {
            report.add(
              `${pointer}${error.instancePath}/${String(name)}`,
              'nothing (no schema describes it)',
              undefined,
              error.keyword,
            )
          }
        }
        if (report.errors.length === 0)
          report.add(pointer, 'a value its schema describes entirely', value, keywords[0]!)
      },
    },
  ]
}
