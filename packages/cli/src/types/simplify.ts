import type { Declaration } from './declarations.ts'
import { type TypeTree, intersection, mapTypes, union, unknownType } from './type-tree.ts'

/** TypeScript gives up on an intersection of unions with 100,000 combinations; far below that it is already slow. */
const maxCombinations = 2_000

/**
 * Takes out what TypeScript would refuse: aliases that lead back to themselves without an object or an array between, which accept anything
 * in Hydrant as well, and intersections of unions with too many combinations, which lose their largest unions.
 */
export function simplify(declarations: readonly Declaration[]): readonly Declaration[] {
  const edges = declarations.map(({ type }) => directReferences(type))
  const open = declarations.map((declaration, from) => ({
    ...declaration,
    type: withoutLoops(declaration.type, (to) => reaches(edges, to, from)),
  }))
  const arms = new Arms(open)
  return open.map((declaration) => ({ ...declaration, type: mapTypes(declaration.type, (type) => arms.limit(type)) }))
}

/** The declarations a type is made of before any step into an object or an array. */
function directReferences(type: TypeTree): number[] {
  if (type.kind === 'named') return [type.declaration]
  return type.kind === 'union' || type.kind === 'intersection' ? type.members.flatMap(directReferences) : []
}

function reaches(edges: readonly (readonly number[])[], from: number, to: number): boolean {
  const seen = new Set([from])
  for (const node of seen) {
    if (node === to) return true
    for (const next of edges[node]!) seen.add(next)
  }
  return false
}

function withoutLoops(type: TypeTree, isLoop: (declaration: number) => boolean): TypeTree {
  if (type.kind === 'named') return isLoop(type.declaration) ? unknownType : type
  if (type.kind === 'union') return union(type.members.map((member) => withoutLoops(member, isLoop)))
  if (type.kind === 'intersection') return intersection(type.members.map((member) => withoutLoops(member, isLoop)))
  return type
}

/** How many alternatives a type has: those of an intersection multiply. */
class Arms {
  readonly #declarations: readonly Declaration[]
  readonly #known = new Map<number, number>()

  constructor(declarations: readonly Declaration[]) {
    this.#declarations = declarations
  }

  /** An intersection without the members that would take it over {@link maxCombinations}. */
  limit(type: TypeTree): TypeTree {
    if (type.kind !== 'intersection' || this.#combinations(type.members) <= maxCombinations) return type
    const kept = new Set<TypeTree>()
    let combinations = 1
    for (const member of type.members.toSorted((a, b) => this.#of(a) - this.#of(b))) {
      combinations *= this.#of(member)
      if (combinations <= maxCombinations) kept.add(member)
    }
    return intersection(type.members.filter((member) => kept.has(member)))
  }

  #of(type: TypeTree): number {
    if (type.kind === 'union') return type.members.reduce((sum, member) => sum + this.#of(member), 0)
    // What is over the limit loses members until it is not.
    if (type.kind === 'intersection') return Math.min(this.#combinations(type.members), maxCombinations)
    if (type.kind === 'named') return this.#ofDeclaration(type.declaration)
    return type.kind === 'text' && type.text === 'boolean' ? 2 : 1
  }

  #combinations(members: readonly TypeTree[]): number {
    return members.reduce((product, member) => product * this.#of(member), 1)
  }

  #ofDeclaration(number: number): number {
    let arms = this.#known.get(number)
    if (arms === undefined) {
      arms = this.#of(this.#declarations[number]!.type)
      this.#known.set(number, arms)
    }
    return arms
  }
}
