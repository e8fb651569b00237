/** A regular expression as a tree. Each `char` keeps its source, so that one code point is matched exactly as JavaScript would. */
export type Node =
  | { kind: 'empty' }
  | { kind: 'char'; source: string }
  | { kind: 'assert'; assertion: Assertion }
  | { kind: 'sequence'; parts: readonly Node[] }
  | { kind: 'choice'; branches: readonly Node[] }
  | { kind: 'repeat'; body: Node; min: number; max: number }
  /** A lookaround or a back reference: only a backtracking engine can do it. */
  | { kind: 'foreign'; body: Node; reason: string }

/** The places an expression can ask for without taking a character. */
export type Assertion = 'start' | 'end' | 'boundary' | 'inside'

/** Something in a pattern that is not understood, or not possible in linear time. */
export class Unsupported extends Error {}

/** Parses a pattern that JavaScript accepts (with the `u` flag, or without when only that works). Throws {@link Unsupported}. */
export function parsePattern(source: string): Node {
  const parser = new Parser(source)
  return parser.parse()
}

/** Deepest nesting of groups. */
const maxNesting = 100

class Parser {
  readonly #source: string
  #offset = 0
  #nesting = 0

  constructor(source: string) {
    this.#source = source
  }

  parse(): Node {
    const node = this.#choice()
    if (this.#offset < this.#source.length) throw new Unsupported(`unexpected ${this.#source[this.#offset]}`)
    return node
  }

  #choice(): Node {
    const branches = [this.#sequence()]
    while (this.#take('|')) branches.push(this.#sequence())
    return branches.length === 1 ? branches[0]! : { kind: 'choice', branches }
  }

  #sequence(): Node {
    const parts: Node[] = []
    while (this.#offset < this.#source.length && !'|)'.includes(this.#source[this.#offset]!))
      parts.push(this.#repeated())
    if (parts.length === 0) return { kind: 'empty' }
    return parts.length === 1 ? parts[0]! : { kind: 'sequence', parts }
  }

  #repeated(): Node {
    const body = this.#atom()
    const quantifier = /^(?:[*+?]|\{(\d+)(,(\d*))?\})/.exec(this.#source.slice(this.#offset, this.#offset + 24))
    if (quantifier === null) return body
    this.#offset += quantifier[0].length
    this.#take('?') // Lazy or greedy: whether there is a match is the same.
    const [text, low, comma, high] = quantifier
    if (text === '*') return { kind: 'repeat', body, min: 0, max: Infinity }
    if (text === '+') return { kind: 'repeat', body, min: 1, max: Infinity }
    if (text === '?') return { kind: 'repeat', body, min: 0, max: 1 }
    const min = Number(low)
    const max = comma === undefined ? min : high === '' ? Infinity : Number(high)
    return { kind: 'repeat', body, min, max }
  }

  #atom(): Node {
    const character = this.#source[this.#offset]!
    switch (character) {
      case '^':
        this.#offset += 1
        return { kind: 'assert', assertion: 'start' }
      case '$':
        this.#offset += 1
        return { kind: 'assert', assertion: 'end' }
      case '(':
        return this.#group()
      case '[':
        return this.#class()
      case '\\':
        return this.#escape()
      default: {
        const point = String.fromCodePoint(this.#source.codePointAt(this.#offset)!)
        this.#offset += point.length
        return { kind: 'char', source: point }
      }
    }
  }

  #group(): Node {
    const opening = /^\((?:\?(?::|<(?![=!])[^>]*>|[\w-]*:|.))?/s.exec(
      this.#source.slice(this.#offset, this.#offset + 260),
    )![0]
    const looking = /^\(\?<?[=!]/.exec(this.#source.slice(this.#offset))?.[0]
    if (looking === undefined && !/^\((?:\?:|\?<(?![=!])[^>]*>)?$/s.test(opening))
      throw new Unsupported(`"${opening}" changes flags`)
    this.#offset += (looking ?? opening).length
    this.#nesting += 1
    if (this.#nesting > maxNesting) throw new Unsupported('it nests too deeply')
    const node = this.#choice()
    this.#nesting -= 1
    if (!this.#take(')')) throw new Unsupported('a group is not closed')
    return looking === undefined ? node : { kind: 'foreign', body: node, reason: 'it looks around' }
  }

  #class(): Node {
    const begin = this.#offset
    for (this.#offset += 1; this.#offset < this.#source.length; this.#offset += 1) {
      const character = this.#source[this.#offset]
      if (character === '\\') this.#offset += 1
      else if (character === ']') break
    }
    this.#offset += 1
    return { kind: 'char', source: this.#source.slice(begin, this.#offset) }
  }

  #escape(): Node {
    const rest = this.#source.slice(this.#offset, this.#offset + 260)
    const back = /^\\(?:[1-9]\d*|k<[^>]*>)/.exec(rest)
    if (back !== null) {
      this.#offset += back[0].length
      return { kind: 'foreign', body: { kind: 'empty' }, reason: 'it refers back to a group' }
    }
    if (rest.startsWith('\\b') || rest.startsWith('\\B')) {
      this.#offset += 2
      return { kind: 'assert', assertion: rest[1] === 'b' ? 'boundary' : 'inside' }
    }
    const escape =
      /^\\(?:u\{[\da-fA-F]+\}|u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|u[\da-fA-F]{4}|x[\da-fA-F]{2}|c[a-zA-Z]|[pP]\{[^}]*\}|.)/su.exec(
        rest,
      )
    if (escape === null) throw new Unsupported('an escape is not complete')
    this.#offset += escape[0].length
    return { kind: 'char', source: escape[0] }
  }

  #take(character: string): boolean {
    if (this.#source[this.#offset] !== character) return false
    this.#offset += 1
    return true
  }
}
