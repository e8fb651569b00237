import { type JsonSchema, isObject, join, show } from '../json.ts'
import type { SchemaError } from '../model.ts'

/** The part of Standard Schema v1 that Hydrant uses (https://standardschema.dev): zod, valibot and arktype schemas have it. */
export interface StandardSchema {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => StandardResult | Promise<StandardResult>
    readonly jsonSchema?: { readonly input?: (options: { target: string }) => unknown }
  }
}

/** What a Standard Schema answers: a value, which may have been transformed, or issues. */
type StandardResult =
  | { readonly value: unknown; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] }

/** One problem, with the path to it. */
interface StandardIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** True for an object (or a function: arktype's are callable) that carries Standard Schema v1. */
export function isStandardSchema(value: unknown): value is StandardSchema {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  try {
    const standard: unknown = (value as Partial<StandardSchema>)['~standard']
    return (
      typeof standard === 'object' &&
      standard !== null &&
      typeof (standard as { validate?: unknown }).validate === 'function'
    )
  } catch {
    return false
  }
}

/** Runs a Standard Schema. A schema that throws or is asynchronous makes the value invalid: the error says which. */
export function runStandardSchema(
  schema: StandardSchema,
  value: unknown,
): { ok: true; value: unknown } | { ok: false; errors: SchemaError[] } {
  let result: StandardResult | Promise<StandardResult>
  try {
    result = schema['~standard'].validate(value)
  } catch (error) {
    return refused(
      value,
      `a value its schema can check (it threw ${show(error instanceof Error ? error.message : error)})`,
    )
  }
  if (result instanceof Promise) {
    result.catch(() => undefined)
    return refused(value, 'a schema that answers synchronously')
  }
  if (result.issues === undefined) return { ok: true, value: result.value }
  return { ok: false, errors: result.issues.slice(0, 10).map((issue) => fromIssue(issue, value)) }
}

/** The JSON Schema a Standard Schema can give of itself, for documentation. `true` when it cannot. */
export function describeStandardSchema(schema: StandardSchema): JsonSchema {
  try {
    const described = schema['~standard'].jsonSchema?.input?.({ target: 'draft-2020-12' })
    if (isObject(described)) return JSON.parse(JSON.stringify(described)) as JsonSchema
  } catch {
    // A schema with parts JSON Schema cannot say throws here; it is then documented as "anything".
  }
  return true
}

function refused(value: unknown, expected: string): { ok: false; errors: SchemaError[] } {
  return { ok: false, errors: [{ pointer: '', expected, got: show(value) }] }
}

function fromIssue(issue: StandardIssue, value: unknown): SchemaError {
  const keys = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part))
  let got = value
  for (const key of keys)
    got = typeof got === 'object' && got !== null ? (got as Record<string, unknown>)[key] : undefined
  return { pointer: join('', ...keys), expected: issue.message, got: show(got) }
}
