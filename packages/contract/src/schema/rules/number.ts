import { own } from '../../json.ts'
import type { Rule, RuleContext } from '../rule.ts'

/** `minimum`, `maximum`, their exclusive forms (as numbers, and as draft-04 booleans) and `multipleOf`. */
export function numberRules({ schema }: RuleContext): Rule[] {
  const rules: Rule[] = []
  const limit = (keyword: string): number | undefined => {
    const value = own(schema, keyword)
    return typeof value === 'number' ? value : undefined
  }
  const minimum = limit('minimum')
  const maximum = limit('maximum')
  const above = own(schema, 'exclusiveMinimum') === true ? minimum : limit('exclusiveMinimum')
  const below = own(schema, 'exclusiveMaximum') === true ? maximum : limit('exclusiveMaximum')
  const step = limit('multipleOf')
  if (minimum !== undefined) rules.push(rule('minimum', `at least ${minimum}`, (value) => value >= minimum))
  if (maximum !== undefined) rules.push(rule('maximum', `at most ${maximum}`, (value) => value <= maximum))
  if (above !== undefined) rules.push(rule('exclusiveMinimum', `more than ${above}`, (value) => value > above))
  if (below !== undefined) rules.push(rule('exclusiveMaximum', `less than ${below}`, (value) => value < below))
  if (step !== undefined && step > 0) {
    rules.push(rule('multipleOf', `a multiple of ${step}`, (value) => isMultiple(value, step)))
  }
  return rules
}

function rule(keyword: string, expected: string, holds: (value: number) => boolean): Rule {
  const test = (value: unknown): boolean => typeof value !== 'number' || holds(value)
  return {
    test,
    explain: (value, pointer, report) => {
      if (!test(value)) report.add(pointer, expected, value, keyword)
    },
  }
}

/** In decimal, as the numbers were written: 54350.4 is a multiple of 0.01, though not in binary. */
function isMultiple(value: number, step: number): boolean {
  if (Number.isInteger(value) && Number.isInteger(step)) return value % step === 0
  if (!Number.isFinite(value)) return false
  const [valueDigits, valueScale] = decimal(value)
  const [stepDigits, stepScale] = decimal(step)
  const scale = Math.max(valueScale, stepScale)
  // Numbers this far apart in size need hundreds of digits; JavaScript's own remainder answers at once.
  if (scale - Math.min(valueScale, stepScale) > 400) return value % step === 0
  const dividend = valueDigits * 10n ** BigInt(scale - valueScale)
  return dividend % (stepDigits * 10n ** BigInt(scale - stepScale)) === 0n
}

/** The number as digits × 10^-scale. */
function decimal(value: number): [digits: bigint, scale: number] {
  const [mantissa = '0', exponent = '0'] = String(value).split('e')
  const [whole = '0', fraction = ''] = mantissa.split('.')
  return [BigInt(whole + fraction), fraction.length - Number(exponent)]
}
