/** What JSON can say. The reader turns every source into this before anything else looks at it. */
export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject

/** A JSON object. Keys are the document's own: read them with {@link own}, never through the prototype. */
export interface JsonObject {
  [key: string]: JsonValue
}

/** A JSON Schema: an object of keywords, or `true` (anything) or `false` (nothing). */
export type JsonSchema = JsonObject | boolean

/** True for a JSON object: not null, not an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object's own property, or undefined: `constructor` and `__proto__` are never read from the prototype. */
export function own(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined
}

/** Sets an own property even when the key is `__proto__`. */
export function setOwn(object: object, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
  } else {
    ;(object as Record<string, unknown>)[key] = value
  }
}

/** Appends one segment to a JSON pointer (RFC 6901): `/` and `~` in it are escaped. */
export function join(pointer: string, ...segments: readonly (string | number)[]): string {
  let result = pointer
  for (const segment of segments) {
    result += `/${typeof segment === 'number' ? segment : segment.replaceAll('~', '~0').replaceAll('/', '~1')}`
  }
  return result
}

/** The segments of a JSON pointer (RFC 6901); the empty pointer has none. */
export function segmentsOf(pointer: string): string[] {
  if (pointer === '') return []
  return pointer
    .slice(1)
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** Follows a JSON pointer through own properties; undefined when it leads nowhere. */
export function at(value: unknown, pointer: string): unknown {
  if (pointer !== '' && !pointer.startsWith('/')) return undefined
  let current = value
  for (const segment of segmentsOf(pointer)) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, segment)) return undefined
    current = (current as Record<string, unknown>)[segment]
  }
  return current
}

/** A short rendering of any value for a message a person reads: JSON, at most `limit` characters, never throws. */
export function show(value: unknown, limit = 60): string {
  let text: string
  if (typeof value === 'string') text = JSON.stringify(value.length > limit ? value.slice(0, limit) : value)
  else if (typeof value === 'object' && value !== null) text = outline(value, limit)
  else text = String(value)
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text
}

function outline(value: object, limit: number): string {
  try {
    // A big value is cut before it is rendered: an error message must not cost more than the message it is about.
    let budget = limit
    return JSON.stringify(value, (_key, inner: unknown) => {
      budget -= 1
      if (budget < 0) return undefined
      return typeof inner === 'string' && inner.length > limit ? inner.slice(0, limit) : inner
    })
  } catch {
    return Array.isArray(value) ? '[…]' : '{…}'
  }
}

/** A value where text is wanted: strings as they are, everything else as JSON. */
export function textOf(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** The JSON type name of a value: null, boolean, number, string, array or object. */
export function typeName(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value
}
