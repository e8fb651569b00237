import { type JsonSchema, isObject } from '../json.ts'
import type { Report } from './report.ts'
import { arrayRules } from './rules/array.ts'
import { combineRules } from './rules/combine.ts'
import { numberRules } from './rules/number.ts'
import { objectRules } from './rules/object.ts'
import { stringRules } from './rules/string.ts'
import { valueRules } from './rules/value.ts'
import type { Rule, Validator } from './rule.ts'
import type { SchemaScope } from './scope.ts'
import { spend } from './budget.ts'

/** Compiles schemas into closures, each schema once. No code is generated: it works where `eval` is forbidden. */
export class Compiler {
  readonly scope: SchemaScope
  readonly #known = new Map<JsonSchema, SchemaValidator>()

  constructor(scope: SchemaScope) {
    this.scope = scope
  }

  /** The validator of a schema. Its rules are built on first use, so recursive schemas need nothing special. */
  compile(schema: JsonSchema, base: JsonSchema = schema): Validator {
    let validator = this.#known.get(schema)
    if (validator === undefined) {
      validator = new SchemaValidator(schema, () => this.#rules(schema, base))
      this.#known.set(schema, validator)
    }
    return validator
  }

  #rules(schema: JsonSchema, base: JsonSchema): Rule[] {
    if (schema === true) return []
    if (!isObject(schema)) return [nothing]
    const compile = (inner: JsonSchema, innerBase: JsonSchema = base): Validator => this.compile(inner, innerBase)
    const context = { schema, base, scope: this.scope, compile }
    const rules = [
      ...valueRules(context),
      ...numberRules(context),
      ...stringRules(context),
      ...objectRules(context),
      ...arrayRules(context),
      ...combineRules(context),
    ]
    // OpenAPI's `nullable` widens everything that stands beside it.
    return schema['nullable'] === true ? [nullOr(rules)] : rules
  }
}

const nothing: Rule = {
  test: () => false,
  explain: (value, pointer, report) => report.add(pointer, 'nothing', value, 'false'),
}

function nullOr(rules: readonly Rule[]): Rule {
  return {
    test: (value) => value === null || rules.every((rule) => rule.test(value)),
    explain: (value, pointer, report) => {
      for (const rule of value === null ? [] : rules) rule.explain(value, pointer, report)
    },
  }
}

class SchemaValidator implements Validator {
  readonly schema: JsonSchema
  readonly #build: () => Rule[]
  #rules: Rule[] | undefined

  constructor(schema: JsonSchema, build: () => Rule[]) {
    this.schema = schema
    this.#build = build
  }

  // Hot: once per schema and value. Watched by scripts/measure.ts.
  test(value: unknown): boolean {
    spend()
    const rules = (this.#rules ??= this.#build())
    for (let index = 0; index < rules.length; index += 1) {
      if (!rules[index]!.test(value)) return false
    }
    return true
  }

  explain(value: unknown, pointer: string, report: Report): void {
    spend()
    const rules = (this.#rules ??= this.#build())
    for (const rule of rules) {
      if (report.full) return
      const before = report.errors.length
      rule.explain(value, pointer, report)
      // A value of the wrong type is one cause, whatever else is wrong with it.
      if (rule.final === true && report.errors.length > before) return
    }
  }
}
