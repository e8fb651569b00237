import type { Dice } from '../../packages/wire/fuzz/engine-fuzz.ts'

/** Values that have broken readers of JSON before. */
const JUNK: readonly unknown[] = [
  undefined,
  null,
  true,
  0,
  -1,
  1e308,
  2 ** 53,
  0.5,
  '',
  'x',
  'x'.repeat(5_000),
  [],
  {},
  [null],
  [[[[]]]],
  '__proto__',
  '/{',
  '../x',
  '%2e%2e',
  '(a+)+$',
  '\uD800',
  '\u0000',
  { $ref: '#' },
  { $ref: '#/' },
  { $ref: '#/channels' },
  { $ref: '#/components/schemas/s' },
  { $ref: 'x.yaml' },
  { $ref: 5 },
  { constructor: null },
  { toString: 1 },
  { oneOf: [{ oneOf: [] }] },
  JSON.parse('{"__proto__":{"polluted":1}}'),
]

type Parent = Record<string, unknown>

/** A copy with some of its values replaced, removed, moved or repeated. */
export function mutated<T>(source: T, dice: Dice, changes: number): T {
  const copy = structuredClone(source)
  for (let i = 0; i < changes; i++) mutate(copy, dice)
  return copy
}

function mutate(root: unknown, dice: Dice): void {
  const places: { parent: Parent; key: string }[] = []
  collect(root, places)
  if (places.length === 0) return
  const { parent, key } = dice.pick(places)
  switch (dice.roll(5)) {
    case 0:
      if (Array.isArray(parent)) parent.splice(Number(key), 1)
      else delete parent[key]
      break
    case 1: {
      // Something from elsewhere in the same document: it is of a shape that the reader knows, in a place where it is not.
      const other = dice.pick(places)
      parent[key] = structuredClone(other.parent[other.key])
      break
    }
    case 2:
      if (!Array.isArray(parent))
        define(parent, dice.pick(['__proto__', 'constructor', 'toString', 'x', '', '$ref']), parent[key])
      break
    case 3:
      parent[key] = typeof parent[key] === 'string' ? mutatedText(parent[key], dice) : structuredClone(dice.pick(JUNK))
      break
    default:
      parent[key] = structuredClone(dice.pick(JUNK))
  }
}

/** As JSON.parse would: an own property, also when it is called `__proto__`. */
function define(parent: Parent, key: string, value: unknown): void {
  Object.defineProperty(parent, key, {
    value: structuredClone(value),
    enumerable: true,
    configurable: true,
    writable: true,
  })
}

function collect(value: unknown, into: { parent: Parent; key: string }[], depth = 0): void {
  if (typeof value !== 'object' || value === null || depth > 40) return
  for (const [key, inner] of Object.entries(value)) {
    into.push({ parent: value as Parent, key })
    collect(inner, into, depth + 1)
  }
}

/** A text with some characters removed, doubled or replaced. */
export function mutatedText(text: string, dice: Dice): string {
  const at = dice.roll(text.length + 1)
  const piece = dice.pick([
    '',
    '\n',
    '"',
    '{',
    '}',
    '[',
    ':',
    ' ',
    '\\',
    '\u0000',
    '%',
    '/',
    '&x ',
    '*x',
    '<<',
    '\uFEFF',
    text.slice(at, at + 20),
  ])
  return text.slice(0, at) + piece + text.slice(at + dice.roll(3))
}
