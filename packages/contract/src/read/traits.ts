import { type JsonObject, type JsonValue, isObject, join, own } from '../json.ts'
import type { References } from './refs.ts'

/** An object with its traits merged in. What the object says itself wins, and an earlier trait wins over a later one (AsyncAPI 3.0). */
export function applyTraits(object: JsonObject, pointer: string, references: References): JsonObject {
  const traits = own(object, 'traits')
  if (!Array.isArray(traits)) return object
  let result: JsonObject = object
  for (const [index, trait] of traits.entries()) {
    const found = references.resolveObject(trait, join(pointer, 'traits', index), 'a trait')
    if (found !== undefined) result = mergePatch(found.value, result)
  }
  return result
}

/** JSON Merge Patch (RFC 7396) without deletion: `patch` wins, objects are merged member by member. Neither is changed. */
function mergePatch(target: JsonObject, patch: JsonObject): JsonObject {
  const merged: JsonObject = { ...target }
  for (const [key, value] of Object.entries(patch)) {
    const current: JsonValue | undefined = own(merged, key)
    // A payload is one schema, not a set of fields: it is never mixed with another.
    merged[key] = isObject(current) && isObject(value) && key !== 'payload' ? mergePatch(current, value) : value
  }
  return merged
}
