/** A TypeScript type before it is text. Names are not decided yet: a `named` one is the number of a declaration. */
export type TypeTree =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'named'; readonly declaration: number }
  | { readonly kind: 'union' | 'intersection'; readonly members: readonly TypeTree[] }
  | { readonly kind: 'array'; readonly item: TypeTree }
  | { readonly kind: 'tuple'; readonly items: readonly TupleItem[]; readonly rest?: TypeTree }
  | { readonly kind: 'object'; readonly properties: readonly Property[]; readonly index?: TypeTree }

/** A place of a tuple. */
interface TupleItem {
  readonly type: TypeTree
  readonly optional: boolean
}

/** A property of an object type. */
export interface Property {
  readonly name: string
  readonly type: TypeTree
  readonly optional: boolean
  readonly doc?: Doc
}

/** What a doc comment says. */
export interface Doc {
  readonly description?: string
  readonly deprecated?: boolean
}

export const unknownType: TypeTree = text('unknown')
export const neverType: TypeTree = text('never')

/** A type that is text already: a keyword or a literal. */
export function text(written: string): TypeTree {
  return { kind: 'text', text: written }
}

/** One of several types, without what adds nothing. */
export function union(members: readonly TypeTree[]): TypeTree {
  const kept = distinct(flat('union', members).filter((member) => !isText(member, 'never')))
  if (kept.some((member) => isText(member, 'unknown'))) return unknownType
  return kept.length > 1 ? { kind: 'union', members: kept } : (kept[0] ?? neverType)
}

/** All of several types at once, without what adds nothing. */
export function intersection(members: readonly TypeTree[]): TypeTree {
  const kept = distinct(flat('intersection', members).filter((member) => !isText(member, 'unknown')))
  if (kept.some((member) => isText(member, 'never'))) return neverType
  return kept.length > 1 ? { kind: 'intersection', members: kept } : (kept[0] ?? unknownType)
}

/** Whether it is this keyword. */
function isText(tree: TypeTree, written: string): boolean {
  return tree.kind === 'text' && tree.text === written
}

function flat(kind: 'union' | 'intersection', members: readonly TypeTree[]): TypeTree[] {
  return members.flatMap((member) => (member.kind === kind ? member.members : [member]))
}

/** Two equal types are one: `string | string`. */
function distinct(members: readonly TypeTree[]): TypeTree[] {
  if (members.length < 2) return [...members]
  return [...new Map(members.map((member) => [JSON.stringify(member), member])).values()]
}

/** The same type with every part replaced, the innermost first. */
export function mapTypes(type: TypeTree, replace: (type: TypeTree) => TypeTree): TypeTree {
  const inner = (one: TypeTree): TypeTree => mapTypes(one, replace)
  switch (type.kind) {
    case 'text':
    case 'named':
      return replace(type)
    case 'union':
      return replace(union(type.members.map(inner)))
    case 'intersection':
      return replace(intersection(type.members.map(inner)))
    case 'array':
      return replace({ ...type, item: inner(type.item) })
    case 'tuple':
      return replace({
        ...type,
        items: type.items.map((item) => ({ ...item, type: inner(item.type) })),
        ...(type.rest === undefined ? {} : { rest: inner(type.rest) }),
      })
    case 'object':
      return replace({
        ...type,
        properties: type.properties.map((property) => ({ ...property, type: inner(property.type) })),
        ...(type.index === undefined ? {} : { index: inner(type.index) }),
      })
  }
}
