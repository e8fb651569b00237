import type { Declaration } from './declarations.ts'
import { Names } from './identifier.ts'
import { type TypeTree, mapTypes } from './type-tree.ts'

/** A declaration with its final name; its type refers to other merged ones. */
interface Named extends Declaration {
  readonly name: string
}

/** What is written, and which of it each declaration became: `of[number]` is a place in `declarations`. */
export interface Merged {
  readonly declarations: readonly Named[]
  readonly of: readonly number[]
}

/** Makes equal declarations one, and gives each a name: first the messages, which users import, then the schemas they refer to. */
export function merge(declarations: readonly Declaration[]): Merged {
  const of = equalGroups(declarations, sameNamedTargets(declarations))
  const groups = [...Map.groupBy(declarations.keys(), (number) => of[number]!).values()].map((numbers) =>
    oneOf(numbers.map((number) => declarations[number]!)),
  )
  const names = new Names()
  const nameOf = new Map<Declaration, string>()
  for (const group of [
    ...groups.filter(({ isMessage }) => isMessage),
    ...groups.filter(({ isMessage }) => !isMessage),
  ]) {
    nameOf.set(group, names.take([group.wanted, group.otherwise]))
  }
  return {
    of,
    declarations: groups.map((group) => ({ ...group, name: nameOf.get(group)!, type: referring(group.type, of) })),
  }
}

/** A message `trade` that only refers to a schema `Trade` needs no type of its own: where each such message leads, by number. */
function sameNamedTargets(declarations: readonly Declaration[]): number[] {
  return declarations.map(({ type, wanted, isMessage }, number) =>
    isMessage && type.kind === 'named' && declarations[type.declaration]!.wanted === wanted ? type.declaration : number,
  )
}

/**
 * Which declarations are the same: equal name, documentation and type, where types may refer to each other in circles. All start in one
 * group, and groups are split until every member refers to the same groups. Numbers the groups in the order of their first member.
 */
function equalGroups(declarations: readonly Declaration[], targets: readonly number[]): number[] {
  let groups = declarations.map(() => 0)
  for (let count = 0; ;) {
    const known = new Map<string, number>()
    const next = declarations.map((_one, number) => {
      const { wanted, doc, type } = declarations[targets[number]!]!
      const signature = JSON.stringify([wanted, doc ?? {}, referring(type, groups)])
      if (!known.has(signature)) known.set(signature, known.size)
      return known.get(signature)!
    })
    if (known.size === count) return next
    count = known.size
    groups = next
  }
}

/** One declaration for several that are equal: with what a message among them adds. */
function oneOf(equal: readonly Declaration[]): Declaration {
  const message = equal.find(({ isMessage }) => isMessage)
  const schema = equal.find(({ isMessage }) => !isMessage)
  const doc = schema?.doc ?? message?.doc
  return {
    ...(schema ?? message!),
    ...(message === undefined ? {} : { isMessage: true, otherwise: message.otherwise }),
    ...(doc === undefined ? {} : { doc }),
  }
}

function referring(type: TypeTree, groups: readonly number[]): TypeTree {
  return mapTypes(type, (one) => (one.kind === 'named' ? { ...one, declaration: groups[one.declaration]! } : one))
}
