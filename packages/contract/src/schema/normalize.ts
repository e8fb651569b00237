import type { SchemaError } from '../model.ts'
import type { Policy } from './policy.ts'
import type { Validator } from './rule.ts'
import type { Compiler } from './validator.ts'

/** A value brought into the shape its schema asks for, and what no schema describes. */
export interface Normalized {
  value: unknown
  unknown: readonly SchemaError[]
}

/** Applies a policy. The value itself is never changed: what differs is copied. */
export function normalize(value: unknown, _validator: Validator, _compiler: Compiler, _policy: Policy): Normalized {
  return { value, unknown: [] }
}
