import { escapeToken } from '../../elements/json-view.tsx'

/** The parts of JSON Schema that a form is made from. */
export interface FormSchema {
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, FormSchema>>
  readonly title?: string
  readonly description?: string
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly default?: unknown
  readonly examples?: readonly unknown[]
  readonly properties?: Readonly<Record<string, FormSchema>>
  readonly required?: readonly string[]
  readonly items?: FormSchema | boolean
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number | boolean
  readonly exclusiveMaximum?: number | boolean
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
}

/** What the form shows at one place. `json` is for schemas that no input fits: they are written by hand. */
export type FieldKind = 'object' | 'array' | 'choice' | 'fixed' | 'number' | 'boolean' | 'text' | 'json'

/** Follows references inside of the document, at most so far: a schema may refer to itself. */
export function resolveSchema(schema: unknown, root: FormSchema): FormSchema {
  let current = schema
  for (let step = 0; step < 20; step++) {
    if (typeof current !== 'object' || current === null) return {}
    const { $ref } = current as FormSchema
    if ($ref === undefined) return current
    if (!$ref.startsWith('#')) return {}
    current = at(root, $ref.slice(1))
  }
  return {}
}

/** Which input fits. */
export function fieldKind(schema: FormSchema): FieldKind {
  if ('const' in schema) return 'fixed'
  if (schema.enum !== undefined) return 'choice'
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? [])
  const real = types.filter((type) => type !== 'null')
  if (real.length > 1) return 'json'
  switch (real[0]) {
    case 'object':
      return schema.properties === undefined ? 'json' : 'object'
    case 'array':
      return typeof schema.items === 'object' ? 'array' : 'json'
    case 'string':
      return 'text'
    case 'number':
    case 'integer':
      return 'number'
    case 'boolean':
      return 'boolean'
    default:
      return schema.properties === undefined ? 'json' : 'object'
  }
}

/** What a field begins with when it is added. */
export function firstValue(schema: FormSchema, root: FormSchema, depth = 0): unknown {
  if (schema.default !== undefined) return schema.default
  if (schema.examples?.[0] !== undefined) return schema.examples[0]
  switch (fieldKind(schema)) {
    case 'fixed':
      return schema.const
    case 'choice':
      return schema.enum?.[0]
    case 'object': {
      if (depth > 8) return {}
      const required = (schema.required ?? []).filter((name) => schema.properties?.[name] !== undefined)
      return Object.fromEntries(
        required.map((name) => [name, firstValue(resolveSchema(schema.properties?.[name], root), root, depth + 1)]),
      )
    }
    case 'array':
      return []
    case 'boolean':
      return false
    case 'number':
      return typeof schema.minimum === 'number' ? schema.minimum : 0
    case 'text':
      return ''
    case 'json':
      return null
  }
}

/** The value at a JSON pointer; undefined where there is nothing. */
export function at(value: unknown, pointer: string): unknown {
  return segments(pointer).reduce<unknown>(
    (current, key) => (current as Record<string, unknown> | null | undefined)?.[key],
    value,
  )
}

/** A copy with another value at a JSON pointer; `undefined` takes the member or element away. */
export function withAt(value: unknown, pointer: string, to: unknown): unknown {
  const [key, ...rest] = segments(pointer)
  if (key === undefined) return to
  const below = rest.map((segment) => `/${escapeToken(segment)}`).join('')
  const inner = withAt((value as Record<string, unknown> | null | undefined)?.[key], below, to)
  if (Array.isArray(value)) {
    return inner === undefined ? value.toSpliced(Number(key), 1) : value.with(Number(key), inner)
  }
  const { [key]: _before, ...others } = (value ?? {}) as Record<string, unknown>
  // In its own place, so that fields do not change their order while one types.
  if (inner === undefined) return others
  return { ...(value as object | undefined), [key]: inner }
}

/** Text of a number field as a value: a number where it is one, otherwise the text, which the server then refuses at this field. */
export function numberOf(text: string): unknown {
  const trimmed = text.trim()
  const number = Number(trimmed)
  return trimmed === '' || Number.isNaN(number) || !Number.isFinite(number) ? text : number
}

/** What a schema says about a value, short. */
export function hintOf(schema: FormSchema): string {
  const parts: string[] = []
  const { format, minimum, maximum, exclusiveMinimum, exclusiveMaximum, minLength, maxLength, pattern } = schema
  const types = typeof schema.type === 'string' ? schema.type : schema.type?.join(' or ')
  if (types !== undefined) parts.push(types)
  if (format !== undefined) parts.push(format)
  if (minimum !== undefined) parts.push(`at least ${minimum}`)
  if (typeof exclusiveMinimum === 'number') parts.push(`more than ${exclusiveMinimum}`)
  if (maximum !== undefined) parts.push(`at most ${maximum}`)
  if (typeof exclusiveMaximum === 'number') parts.push(`less than ${exclusiveMaximum}`)
  if (minLength !== undefined) parts.push(`${minLength} or more characters`)
  if (maxLength !== undefined) parts.push(`at most ${maxLength} characters`)
  if (pattern !== undefined) parts.push(`like ${pattern}`)
  return parts.join(', ')
}

function segments(pointer: string): string[] {
  if (pointer === '') return []
  return pointer
    .slice(1)
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
}
