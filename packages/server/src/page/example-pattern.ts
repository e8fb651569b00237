/**
 * A string that matches a regular expression, for the expressions that schemas use: literals, classes, groups,
 * alternatives, quantifiers, anchors. Undefined for what it does not read (look-around, back references), so that the
 * caller can fall back. Never longer than a few hundred characters.
 */
export function exampleOfPattern(pattern: string): string | undefined {
  const reader: Reader = { pattern, at: 0, made: 0 }
  try {
    const text = alternatives(reader)
    return reader.at === pattern.length && new RegExp(pattern, 'u').test(text) ? text : undefined
  } catch {
    return undefined
  }
}

interface Reader {
  readonly pattern: string
  at: number
  made: number
}

class Unsupported extends Error {}

const maxLength = 512

/** Of `a|b` the first is made; the others are read only to get past them. */
function alternatives(reader: Reader): string {
  const first = sequence(reader)
  while (reader.pattern[reader.at] === '|') {
    reader.at++
    sequence(reader)
  }
  return first
}

function sequence(reader: Reader): string {
  let text = ''
  while (reader.at < reader.pattern.length && reader.pattern[reader.at] !== '|' && reader.pattern[reader.at] !== ')') {
    const item = atom(reader)
    const times = quantifier(reader)
    reader.made += item.length * times
    if (reader.made > maxLength) throw new Unsupported('too long')
    text += item.repeat(times)
  }
  return text
}

function atom(reader: Reader): string {
  const character = reader.pattern[reader.at++] as string
  switch (character) {
    case '^':
    case '$':
      return ''
    case '.':
      return 'a'
    case '(':
      return group(reader)
    case '[':
      return characterClass(reader)
    case '\\':
      return escape(reader)
    default:
      return character
  }
}

function group(reader: Reader): string {
  if (reader.pattern[reader.at] === '?') {
    const opening = /^\?(?::|<[A-Za-z_]\w*>)/.exec(reader.pattern.slice(reader.at))
    if (opening === null) throw new Unsupported('look-around')
    reader.at += opening[0].length
  }
  const text = alternatives(reader)
  if (reader.pattern[reader.at++] !== ')') throw new Unsupported('unbalanced')
  return text
}

function characterClass(reader: Reader): string {
  const end = classEnd(reader)
  const source = reader.pattern.slice(reader.at - 1, end + 1)
  reader.at = end + 1
  const regex = new RegExp(`^${source}$`, 'u')
  const found = candidates.find((character) => regex.test(character))
  if (found === undefined) throw new Unsupported('class')
  return found
}

/** In the order a reader expects to see them. */
const candidates =
  `ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz1234567890_-. :/@#+,;!?%&*=~'"()[]{}<>|^$\\`.split('')

function classEnd(reader: Reader): number {
  for (let at = reader.at; at < reader.pattern.length; at++) {
    if (reader.pattern[at] === '\\') at++
    else if (reader.pattern[at] === ']') return at
  }
  throw new Unsupported('unbalanced')
}

function escape(reader: Reader): string {
  const character = reader.pattern[reader.at++]
  switch (character) {
    case 'd':
      return '1'
    case 'w':
    case 'D':
    case 'S':
      return 'a'
    case 'W':
      return '-'
    case 's':
      return ' '
    case 'b':
      return ''
    case 't':
      return '\t'
    case 'n':
      return '\n'
    case undefined:
      throw new Unsupported('end')
    default:
      if (/[\dA-Za-z]/.test(character)) throw new Unsupported(character)
      return character
  }
}

function quantifier(reader: Reader): number {
  const found = /^(?:\*|\+|\?|\{(\d+)(?:,(\d*))?\})\??/.exec(reader.pattern.slice(reader.at))
  if (found === null) return 1
  reader.at += found[0].length
  if (found[1] !== undefined) return Number(found[1])
  return 1
}
