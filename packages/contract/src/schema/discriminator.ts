import { isObject, join, typeName } from '../json.ts'
import { type FixedValues, type Scalar, nesting } from './fixed-values.ts'

/** Something to choose among: what its schema fixes. */
export interface Choice<T> {
  item: T
  fixed: FixedValues
}

/** The candidates for one value, and what decided on them. */
export interface Candidates<T> {
  /** Every choice the value could be, in document order. All others are known to be invalid without looking. */
  items: readonly T[]
  /** The place that was looked at last. */
  place?: { pointer: string; expected: readonly Scalar[]; got: unknown }
}

/** A tree of lookups: one Map access per level, and most sets need one level. */
export type Discriminator<T> = Leaf<T> | Branch<T>

interface Leaf<T> {
  kind: 'leaf'
  items: readonly T[]
}

interface Branch<T> {
  kind: 'branch'
  read: (value: unknown) => unknown
  pointer: string
  known: ReadonlyMap<unknown, Discriminator<T>>
  /** For a value that is not in the map, or is missing. */
  other: Discriminator<T>
  missing: Discriminator<T>
}

/** Finds the places that separate the choices. Narrowing is sound: a choice is left out only for values its own schema excludes. */
export function discriminate<T>(
  choices: readonly Choice<T>[],
  used: ReadonlySet<string> = new Set(),
): Discriminator<T> {
  if (choices.length < 2 || used.size >= 3) return leaf(choices)
  let best: { place: string; largest: number } | undefined
  for (const place of new Set(choices.flatMap(({ fixed }) => [...fixed.keys()]))) {
    if (used.has(place)) continue
    const largest = largestGroup(choices, place)
    if (largest < choices.length && (best === undefined || largest < best.largest)) best = { place, largest }
  }
  return best === undefined ? leaf(choices) : branchAt(choices, best.place, new Set([...used, best.place]))
}

/** The choices a value could be. */
export function candidatesFor<T>(discriminator: Discriminator<T>, value: unknown): Candidates<T> {
  let node = discriminator
  let place: Candidates<T>['place']
  while (node.kind === 'branch') {
    const got = node.read(value)
    const next = got === undefined ? node.missing : (node.known.get(got) ?? node.other)
    if (node.pointer !== '' || next.kind === 'leaf') {
      place = { pointer: node.pointer, expected: [...node.known.keys()] as Scalar[], got }
    }
    node = next
  }
  return place === undefined ? { items: node.items } : { items: node.items, place }
}

/** The groups that no place separates: only trying each tells which one a value is. */
export function undecided<T>(discriminator: Discriminator<T>): (readonly T[])[] {
  if (discriminator.kind === 'leaf') return discriminator.items.length > 1 ? [discriminator.items] : []
  // Where the deciding property is missing it cannot decide: that is the message's fault, not the contract's.
  const { known, other } = discriminator
  return [...known.values(), other].flatMap((next) => undecided(next))
}

/** The most choices that one value of this place leaves over. */
function largestGroup<T>(choices: readonly Choice<T>[], place: string): number {
  const counts = new Map<Scalar, number>()
  let everywhere = 0
  for (const { fixed } of choices) {
    const values = fixed.get(place)?.values
    if (values === undefined) everywhere += 1
    else for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  return everywhere + Math.max(0, ...counts.values())
}

function branchAt<T>(choices: readonly Choice<T>[], place: string, used: ReadonlySet<string>): Branch<T> {
  const values = new Set<Scalar>()
  for (const { fixed } of choices) for (const value of fixed.get(place)?.values ?? []) values.add(value)
  const where = (keep: (place: FixedPlaceOf<T>) => boolean): Discriminator<T> =>
    discriminate(
      choices.filter(({ fixed }) => keep(fixed.get(place))),
      used,
    )
  const known = new Map<unknown, Discriminator<T>>()
  for (const value of values)
    known.set(
      value,
      where((fixed) => fixed === undefined || fixed.values.has(value)),
    )
  return {
    kind: 'branch',
    read: reader(place),
    pointer: join('', ...(place === '' ? [] : place.split(nesting))),
    known,
    other: where((fixed) => fixed === undefined),
    missing: where((fixed) => fixed === undefined || fixed.optional),
  }
}

type FixedPlaceOf<T> = ReturnType<Choice<T>['fixed']['get']>

function reader(place: string): (value: unknown) => unknown {
  if (place === '') return typeName
  const [first = '', second] = place.split(nesting)
  if (second === undefined) return (value) => property(value, first)
  return (value) => property(property(value, first), second)
}

function property(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

function leaf<T>(choices: readonly Choice<T>[]): Leaf<T> {
  return { kind: 'leaf', items: choices.map(({ item }) => item) }
}
