import { type FieldError, problem, type ProtocolProblem } from './errors.ts'
import { OPERATION_FIELDS } from './fields.ts'
import { show } from './show.ts'
import type { Up } from './up.ts'

/**
 * What a client's message turned out to be.
 * - `strike`: it cannot be answered, because it is no request (rules 2.5 and 2.6).
 * - `refused`: it is a request that cannot be carried out; the error is its reply.
 */
export type ParsedUp =
  | { readonly kind: 'request'; readonly request: Up }
  | { readonly kind: 'refused'; readonly id: number; readonly error: ProtocolProblem }
  | { readonly kind: 'strike'; readonly error: ProtocolProblem }

/** Reads a message of a client. Never throws. `value` is what JSON.parse made of it, or undefined when it was not JSON. */
export function parseUp(value: unknown): ParsedUp {
  if (!isObject(value)) return strike('expected one JSON object')
  const { id, op } = value
  if (!Number.isSafeInteger(id) || (id as number) < 1)
    return strike(`id: expected a whole number from 1, got ${show(id)}`)
  const known = id as number
  if (typeof op !== 'string') return strike(`op: expected the name of an operation, got ${show(op)}`)
  if (!Object.hasOwn(OPERATION_FIELDS, op)) {
    const names = Object.keys(OPERATION_FIELDS).join(', ')
    return {
      kind: 'refused',
      id: known,
      error: problem('operation-unknown', `expected one of ${names}, got ${show(op)}`),
    }
  }
  const errors = OPERATION_FIELDS[op as Up['op']](value)
  if (errors.length > 0) return { kind: 'refused', id: known, error: invalid(errors) }
  return { kind: 'request', request: value as unknown as Up }
}

function strike(detail: string): ParsedUp {
  return { kind: 'strike', error: problem('malformed-message', detail) }
}

function invalid(errors: readonly FieldError[]): ProtocolProblem {
  const { pointer, expected, got } = errors[0]!
  return problem('field-invalid', `${pointer}: expected ${expected}, got ${got}`, { errors })
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
