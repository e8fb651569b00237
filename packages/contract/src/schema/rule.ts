import type { JsonObject, JsonSchema } from '../json.ts'
import type { Report } from './report.ts'
import type { SchemaScope } from './scope.ts'

/** One or a few keywords of a schema, compiled. `test` and `explain` agree: explain reports exactly when test is false. */
export interface Rule {
  test(value: unknown): boolean
  explain(value: unknown, pointer: string, report: Report): void
  /** When it reports, the schema's other rules are not asked. */
  readonly final?: boolean
}

/** A compiled schema. */
export interface Validator {
  readonly schema: JsonSchema
  test(value: unknown): boolean
  /** Reports why the value is not valid; nothing when it is. */
  explain(value: unknown, pointer: string, report: Report): void
}

/** What a rule is built from. */
export interface RuleContext {
  readonly schema: JsonObject
  readonly base: JsonSchema
  readonly scope: SchemaScope
  readonly compile: (schema: JsonSchema, base?: JsonSchema) => Validator
}
