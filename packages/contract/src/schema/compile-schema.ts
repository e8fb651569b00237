import { at, type JsonSchema } from '../json.ts'
import type { SchemaError } from '../model.ts'
import { pointerOf } from '../read/refs.ts'
import { stepsFor, withBudget } from './budget.ts'
import { countValues, maxDepth } from './measure.ts'
import { Report } from './report.ts'
import { SchemaScope } from './scope.ts'
import { Compiler } from './validator.ts'

/**
 * A JSON Schema as a function that tells what is wrong with a value; an empty list is a valid one. References such as
 * `#/components/schemas/Price` are looked up in `document`. For descriptions other than a contract, such as OpenAPI documents.
 */
export function compileSchema(schema: JsonSchema, document: object): (value: unknown) => readonly SchemaError[] {
  const scope = new SchemaScope((reference) => at(document, pointerOf(reference) ?? '#'))
  const validator = new Compiler(scope).compile(schema)
  return (value) => {
    const count = countValues(value)
    if (count < 0) return [{ pointer: '', expected: `at most ${maxDepth} levels`, got: 'more', keyword: 'depth' }]
    const report = new Report()
    const explained = withBudget(stepsFor(count), () => (validator.explain(value, '', report), true), false)
    if (!explained) report.add('', 'a value that can be checked in bounded time', value, 'budget')
    return report.errors
  }
}
