/** Whether a property can stand without quotes. Only ASCII: which other letters are allowed depends on the Unicode version of the compiler. */
export function isIdentifier(name: string): boolean {
  return /^[A-Za-z_$][\w$]*$/.test(name)
}

/** A type's name from any text: `order_placed` → `OrderPlaced`, `24hrTicker` → `_24hrTicker`, `✨` → `fallback`. */
export function typeName(written: string, fallback: string): string {
  const words = written.normalize('NFC').match(word) ?? []
  const name = words.map((one) => one.charAt(0).toUpperCase() + one.slice(1)).join('')
  if (name === '') return fallback
  return startsName.test(name) ? name : `_${name}`
}

/** Letters, digits and marks of the basic plane that may stand in an identifier; `_` separates words. */
const word = /(?:(?![_\u{10000}-\u{10FFFF}])[\p{ID_Continue}])+/gu
const startsName = /^[\p{ID_Start}]/u

/** Names that a type of ours must not hide from the file that imports it, or that the output itself uses. */
const reserved: ReadonlySet<string> = new Set(
  (
    'Api Array ArrayBuffer BigInt Blob Boolean Date Error Event Function Headers Infinity Intl Iterator JSON Map Math NaN Number Object ' +
    'Omit Partial Pick Promise Proxy Readonly Record Reflect RegExp Request Required Response Set String Symbol Uint8Array URL WeakMap ' +
    'WeakSet WebSocket'
  ).split(' '),
)

/** Gives each declaration a name that no other has. */
export class Names {
  readonly #taken = new Set(reserved)

  /** The first candidate that is free; when none is, the last one with a number. */
  take(candidates: readonly string[]): string {
    let name = candidates.find((candidate) => !this.#taken.has(candidate))
    const last = candidates.at(-1)!
    for (let number = 2; name === undefined; number += 1) {
      if (!this.#taken.has(`${last}${number}`)) name = `${last}${number}`
    }
    this.#taken.add(name)
    return name
  }
}
