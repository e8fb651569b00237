import type { JsonSchema } from '../json.ts'
import type { SchemaError } from '../model.ts'
import { bundle } from './bundle.ts'
import { normalize } from './normalize/normalize.ts'
import { type Policy, isPlain } from './policy.ts'
import { Report } from './report.ts'
import type { SchemaScope } from './scope.ts'
import { type StandardSchema, describeStandardSchema, runStandardSchema } from './standard-schema.ts'
import type { Compiler } from './validator.ts'

/** The answer about one payload. The errors are worked out only when somebody asks. */
export type Verdict =
  | { ok: true; value: unknown; changed: boolean }
  | { ok: false; errors: () => readonly SchemaError[] }

/** What judges a message's payload, whatever it was written in. */
export interface PayloadSchema {
  judge(value: unknown): Verdict
  /** Self-contained, for display. */
  describe(): JsonSchema
  /** The JSON Schema to look for discriminators in; absent for opaque schemas. */
  readonly jsonSchema?: { readonly schema: JsonSchema; readonly base: JsonSchema; readonly scope: SchemaScope }
}

/** A payload schema in JSON Schema, with the contract's normalization. */
export function jsonPayload(schema: JsonSchema, compiler: Compiler, policy: Policy): PayloadSchema {
  const validator = compiler.compile(schema)
  const { scope } = compiler
  const explain = (value: unknown) => (): readonly SchemaError[] => {
    const report = new Report()
    validator.explain(value, '', report)
    return report.errors
  }
  const plain = isPlain(policy)
  return {
    jsonSchema: { schema, base: schema, scope },
    describe: () => bundle(schema, schema, scope),
    judge: (value) => {
      if (plain)
        return validator.test(value) ? { ok: true, value, changed: false } : { ok: false, errors: explain(value) }
      const normalized = normalize(value, validator, compiler, policy)
      if (!validator.test(normalized.value)) return { ok: false, errors: explain(normalized.value) }
      if (normalized.unknown.length > 0) return { ok: false, errors: () => normalized.unknown }
      return { ok: true, value: normalized.value, changed: normalized.value !== value }
    },
  }
}

/** A payload schema from TypeScript (zod, valibot, arktype, …). What it transforms counts as normalized. */
export function standardPayload(schema: StandardSchema): PayloadSchema {
  return {
    describe: () => describeStandardSchema(schema),
    judge: (value) => {
      const result = runStandardSchema(schema, value)
      if (!result.ok) return { ok: false, errors: () => result.errors }
      return { ok: true, value: result.value, changed: result.value !== value && !sameJson(result.value, value) }
    },
  }
}

function sameJson(a: unknown, b: unknown): boolean {
  try {
    return JSON.stringify(a) === JSON.stringify(b)
  } catch {
    return false
  }
}
