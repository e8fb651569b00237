import type { SchemaError } from '../../model.ts'
import type { Policy } from '../policy.ts'
import type { Validator } from '../rule.ts'
import type { Compiler } from '../validator.ts'
import { Pruner } from './prune.ts'
import { Shaper } from './shape.ts'

/** A value brought into the shape its schema asks for, and what no schema describes. */
export interface Normalized {
  value: unknown
  unknown: readonly SchemaError[]
}

/** Applies a policy. The value itself is never changed: what differs is copied. What cannot be made valid comes back as far as it got. */
export function normalize(value: unknown, validator: Validator, compiler: Compiler, policy: Policy): Normalized {
  const { schema } = validator
  const changes = policy.coerce || policy.defaults === 'apply'
  const shaped = changes ? new Shaper(compiler, policy).shape(value, schema, schema) : value
  if (policy.unknown === 'keep') return { value: shaped, unknown: [] }
  // A message that is refused for another reason is reported as it came.
  if (policy.unknown === 'reject' && !validator.test(shaped)) return { value: shaped, unknown: [] }
  const pruner = new Pruner(compiler, policy.unknown)
  const pruned = pruner.prune(shaped, [{ schema, base: schema }], '')
  return { value: policy.unknown === 'strip' && validator.test(pruned) ? pruned : shaped, unknown: pruner.unknown }
}
