import { type JsonObject, setOwn } from '../json.ts'

/** Where the parts of a converted document come from, so that findings point into the document as it was written. */
export class Origins {
  readonly #moves = new Map<string, string>()

  /** Notes that what is at `to` now was written at `from`. */
  moved(to: string, from: string): void {
    if (to !== from) this.#moves.set(to, from)
  }

  /** The written place of a converted one: by its longest prefix that was moved. */
  of(pointer: string): string {
    for (let end = pointer.length; end > 0; end = pointer.lastIndexOf('/', end - 1)) {
      const from = this.#moves.get(pointer.slice(0, end))
      if (from !== undefined) return from + pointer.slice(end)
    }
    return pointer
  }
}

/** A copy without some of the members. */
export function without(object: JsonObject, ...names: readonly string[]): JsonObject {
  const rest: JsonObject = {}
  for (const [key, value] of Object.entries(object)) if (!names.includes(key)) setOwn(rest, key, value)
  return rest
}
