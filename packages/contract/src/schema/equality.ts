import { isObject } from '../json.ts'

/** A text that is the same for JSON values that are equal, whatever the order of their properties. Used to compare in linear time. */
export function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`
  if (isObject(value)) {
    const members = Object.keys(value)
      .toSorted()
      .map((key) => `${JSON.stringify(key)}:${canonicalText(value[key])}`)
    return `{${members.join(',')}}`
  }
  // JSON.stringify(-0) is "0", and 1.0 is 1: numbers are equal by value.
  return JSON.stringify(value) ?? 'undefined'
}
