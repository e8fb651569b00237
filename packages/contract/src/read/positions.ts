import { segmentsOf } from '../json.ts'

/** A place in the source text, both 1-based. */
export interface Position {
  line: number
  column: number
}

/** Turns offsets into lines and columns. The line table is built on the first use: most documents have few findings. */
export class LineTable {
  readonly #text: string
  #starts: number[] | undefined

  constructor(text: string) {
    this.#text = text
  }

  /** The position of a character offset. */
  at(offset: number): Position {
    const starts = (this.#starts ??= lineStarts(this.#text))
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (starts[middle]! <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - starts[low]! + 1 }
  }
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (let index = text.indexOf('\n'); index !== -1; index = text.indexOf('\n', index + 1)) starts.push(index + 1)
  return starts
}

/** The offset in JSON text of the value (for a member: of its key) that a pointer names, or of the nearest parent that exists. The text must be valid JSON. */
export function locateInJson(text: string, pointer: string): number {
  const cursor = new JsonCursor(text)
  let found = cursor.start()
  for (const segment of segmentsOf(pointer)) {
    const next = cursor.enter(segment)
    if (next === undefined) break
    found = next
  }
  return found
}

/** Walks over valid JSON text without building values. */
class JsonCursor {
  readonly #text: string
  #offset = 0

  constructor(text: string) {
    this.#text = text
  }

  start(): number {
    this.#skipSpace()
    return this.#offset
  }

  /** Moves to the member or item with this name; returns where its key (or the item) begins. */
  enter(segment: string): number | undefined {
    this.#skipSpace()
    const opening = this.#text[this.#offset]
    if (opening !== '{' && opening !== '[') return undefined
    this.#offset += 1
    for (let index = 0; ; index += 1) {
      this.#skipSpace()
      const begin = this.#offset
      const next = this.#text[begin]
      if (next === undefined || next === '}' || next === ']') return undefined
      let name = String(index)
      if (opening === '{') {
        this.#skipValue()
        name = JSON.parse(this.#text.slice(begin, this.#offset)) as string
        this.#skipSpace()
        this.#offset += 1 // the colon
        this.#skipSpace()
      }
      if (name === segment) return begin
      this.#skipValue()
      this.#skipSpace()
      if (this.#text[this.#offset] === ',') this.#offset += 1
    }
  }

  #skipSpace(): void {
    while (' \t\r\n'.includes(this.#text[this.#offset] ?? 'x')) this.#offset += 1
  }

  #skipValue(): void {
    let depth = 0
    do {
      this.#skipSpace()
      const character = this.#text[this.#offset]
      if (character === undefined) return
      if (character === '"') this.#skipString()
      else if (character === '{' || character === '[') {
        depth += 1
        this.#offset += 1
      } else if (character === '}' || character === ']') {
        depth -= 1
        this.#offset += 1
      } else if (character === ',' || character === ':') this.#offset += 1
      else while (!',:{}[]" \t\r\n'.includes(this.#text[this.#offset] ?? ',')) this.#offset += 1
    } while (depth > 0)
  }

  #skipString(): void {
    for (this.#offset += 1; this.#offset < this.#text.length; this.#offset += 1) {
      const character = this.#text[this.#offset]
      if (character === '\\') this.#offset += 1
      else if (character === '"') break
    }
    this.#offset += 1
  }
}
