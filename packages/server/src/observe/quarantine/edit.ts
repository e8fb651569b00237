import { HydrantError } from '../../errors.ts'

/**
 * What an operator changes in kept messages before they are checked again. `patch` is RFC 6902 without `move` and `copy`, with
 * two additions: `*` in a path stands for every element of an array or member of an object, and `convert` changes a value's
 * type and keeps its meaning, since ten thousand messages with one mistake seldom hold one value. `merge` is RFC 7396. `text`
 * replaces the whole payload; of binary messages it is base64.
 */
export type Edit =
  | { readonly patch: readonly PatchOperation[] }
  | { readonly merge: unknown }
  | { readonly text: string }

export type PatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string }
  | { readonly op: 'convert'; readonly path: string; readonly to: ConvertTo }

type ConvertTo = 'number' | 'integer' | 'string' | 'boolean'

/**
 * The edited value. Takes the given one apart: it must belong to nobody else. Throws `bad-request` when the edit does not fit
 * it.
 */
export function applyEdit(value: unknown, edit: Exclude<Edit, { readonly text: string }>): unknown {
  if ('merge' in edit) return merge(value, edit.merge)
  const holder: Record<string, unknown> = { value }
  for (const operation of edit.patch) visit(holder, 'value', stepsOf(operation.path), 0, operation)
  return holder['value']
}

/** RFC 7396 §2. */
function merge(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const merged: Record<string, unknown> = isObject(target) && !isRawJson(target) ? target : {}
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name]
    else setOwn(merged, name, merge(valueOf(merged, name), value))
  }
  return merged
}

type Holder = Record<string, unknown> | unknown[]

/** Walks to the place that `path` names below `holder[name]` and carries the operation out there. */
function visit(holder: Holder, name: string, path: readonly string[], depth: number, operation: PatchOperation): void {
  if (depth === path.length) {
    carryOut(holder, name, operation)
    return
  }
  const value = valueOf(holder, name)
  if (!isObject(value) && !Array.isArray(value)) {
    const place = depth === 0 ? 'the top' : `/${path.slice(0, depth).join('/')}`
    throw misfit(operation, `expected an object or array at ${place}, got ${describe(value)}`)
  }
  const step = path[depth]!
  // Backwards, so that removing elements does not move those that are still to come.
  const names = step === '*' ? Object.keys(value).toReversed() : [step]
  for (const each of names) visit(value as Holder, each, path, depth + 1, operation)
}

function carryOut(holder: Holder, name: string, operation: PatchOperation): void {
  const exists = Object.hasOwn(holder, name) && !(Array.isArray(holder) && name === 'length')
  if (!exists && operation.op !== 'add') throw misfit(operation, 'nothing is there')
  switch (operation.op) {
    case 'add':
      if (Array.isArray(holder)) holder.splice(insertionIndex(holder, name, operation), 0, operation.value)
      else setOwn(holder, name, operation.value)
      return
    case 'replace':
      setOwn(holder, name, operation.value)
      return
    case 'remove':
      if (Array.isArray(holder)) holder.splice(Number(name), 1)
      else delete holder[name]
      return
    case 'test':
      if (JSON.stringify(valueOf(holder, name)) !== JSON.stringify(operation.value)) {
        throw misfit(operation, `expected ${describe(operation.value)}, got ${describe(valueOf(holder, name))}`)
      }
      return
    case 'convert':
      setOwn(holder, name, convert(valueOf(holder, name), operation))
  }
}

function convert(value: unknown, operation: Extract<PatchOperation, { op: 'convert' }>): unknown {
  const converted = CONVERSIONS[operation.to](value)
  if (converted === undefined) throw misfit(operation, `${describe(value)} is no ${operation.to}`)
  return converted
}

/** Undefined when the value cannot be said in the other type without a guess. */
const CONVERSIONS: Readonly<Record<ConvertTo, (value: unknown) => unknown>> = {
  number: toNumber,
  integer(value) {
    const number = toNumber(value)
    return number === undefined || isRawJson(number) || Number.isInteger(number) ? number : undefined
  },
  string(value) {
    if (typeof value === 'string') return value
    return typeof value === 'number' || typeof value === 'boolean' || isRawJson(value)
      ? JSON.stringify(value)
      : undefined
  },
  boolean(value) {
    if (value === true || value === 'true' || value === 1) return true
    return value === false || value === 'false' || value === 0 ? false : undefined
  },
}

/** A number with more digits than JavaScript's hold keeps them. */
function toNumber(value: unknown): unknown {
  if (typeof value === 'number' || isRawJson(value)) return value
  if (typeof value !== 'string' || !/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(value)) return undefined
  return Number.isFinite(Number(value)) ? JSON_WITH_RAW.rawJSON(value) : undefined
}

function insertionIndex(array: readonly unknown[], name: string, operation: PatchOperation): number {
  if (name === '-') return array.length
  if (/^(?:0|[1-9]\d*)$/.test(name) && Number(name) <= array.length) return Number(name)
  throw misfit(operation, `expected an index up to ${array.length}`)
}

/** RFC 6901. */
function stepsOf(pointer: unknown): string[] {
  if (pointer === '') return []
  if (typeof pointer !== 'string' || !pointer.startsWith('/')) {
    throw new HydrantError('bad-request', `path: expected a JSON pointer such as /price, got ${describe(pointer)}`)
  }
  const steps = pointer.slice(1).split('/')
  return steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function valueOf(holder: Holder, name: string): unknown {
  return Object.hasOwn(holder, name) ? (holder as Record<string, unknown>)[name] : undefined
}

/** Not an assignment: `__proto__` is a name like any other. */
function setOwn(holder: Holder, name: string, value: unknown): void {
  Object.defineProperty(holder, name, { value, enumerable: true, configurable: true, writable: true })
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** In V8 since 11.4; the library types do not know it yet. */
const JSON_WITH_RAW = JSON as unknown as { rawJSON(text: string): object; isRawJSON(value: unknown): boolean }

function isRawJson(value: unknown): boolean {
  return JSON_WITH_RAW.isRawJSON(value)
}

function misfit({ op, path }: PatchOperation, detail: string): HydrantError {
  return new HydrantError('bad-request', `${op} ${path}: ${detail}`)
}

function describe(value: unknown): string {
  return value === undefined ? 'nothing' : (JSON.stringify(value) ?? typeof value).slice(0, 60)
}
