import { docComment } from './doc-comment.ts'
import { propertyName } from './literal-type.ts'
import type { Doc, TypeTree } from './type-tree.ts'

/** What fits into so many columns is on one line. */
const maxColumns = 120

/** `export interface …` where it can be one: editors show its name, not its contents. */
export function printDeclaration(
  { name, type, doc }: { readonly name: string; readonly type: TypeTree; readonly doc?: Doc },
  nameOf: (declaration: number) => string,
): string {
  const printer = new Printer(nameOf)
  const declared =
    type.kind === 'object'
      ? `export interface ${name} ${printer.object(type, 0)}`
      : printer.after(`export type ${name} =`, type, 0)
  return [...docComment(doc), declared].join('\n')
}

class Printer {
  readonly #nameOf: (declaration: number) => string
  /** Each type is tried on one line once: nested ones would be tried again for every level above them. */
  readonly #lines = new Map<TypeTree, string | undefined>()

  constructor(nameOf: (declaration: number) => string) {
    this.#nameOf = nameOf
  }

  /** Something and then a type; lines after the first are indented like it. */
  after(head: string, type: TypeTree, indent: number): string {
    const line = this.#line(type)
    if (line !== undefined && indent + head.length + 1 + line.length <= maxColumns) return `${head} ${line}`
    // A union begins on a line of its own, and so does the other name of an alias.
    if (type.kind === 'union') return `${head}${this.#broken(type, indent)}`
    if (type.kind === 'named' && indent === 0) return `${head}\n${spaces(indent + 2)}${line}`
    return `${head} ${this.#broken(type, indent)}`
  }

  /** An object type with each member on a line of its own. */
  object(type: ObjectType, indent: number): string {
    const members = this.#members(type, indent + 2)
    return members.length === 0 ? '{}' : block('{', members, '', '}', indent)
  }

  #type(type: TypeTree, indent: number): string {
    const line = this.#line(type)
    return line !== undefined && line.length + indent <= maxColumns ? line : this.#broken(type, indent)
  }

  #broken(type: TypeTree, indent: number): string {
    switch (type.kind) {
      case 'text':
      case 'named':
        return this.#line(type)!
      case 'union':
        return type.members.map((member) => this.#alternative(member, indent + 2)).join('')
      case 'intersection':
        return type.members.map((member) => this.#grouped(member, indent)).join(' & ')
      case 'array':
        return `${this.#grouped(type.item, indent)}[]`
      case 'tuple':
        return block(
          '[',
          this.#tupleItems(type, (item) => this.#grouped(item, indent + 2)),
          ',',
          ']',
          indent,
        )
      case 'object':
        return this.object(type, indent)
    }
  }

  #alternative(member: TypeTree, indent: number): string {
    const printed = member.kind === 'intersection' ? this.#grouped(member, indent + 2) : this.#type(member, indent + 2)
    return `\n${spaces(indent)}| ${printed}`
  }

  #grouped(type: TypeTree, indent: number): string {
    const printed = this.#type(type, indent)
    if (type.kind !== 'union' && type.kind !== 'intersection') return printed
    return printed.startsWith('\n') ? `(${printed}\n${spaces(indent)})` : `(${printed})`
  }

  #tupleItems({ items, rest }: TupleType, print: (type: TypeTree) => string): string[] {
    return [
      ...items.map(({ type, optional }) => `${print(type)}${optional ? '?' : ''}`),
      ...(rest === undefined ? [] : [`...${print(rest)}[]`]),
    ]
  }

  #members({ properties, index }: ObjectType, indent: number): string[] {
    const members = properties.flatMap(({ name, optional, type, doc }) => [
      ...docComment(doc),
      this.after(`${propertyName(name)}${optional ? '?' : ''}:`, type, indent),
    ])
    return index === undefined ? members : [...members, this.after('[key: string]:', index, indent)]
  }

  /** The type on one line, however long; undefined when it has to have several. */
  #line(type: TypeTree): string | undefined {
    if (this.#lines.has(type)) return this.#lines.get(type)
    const line = this.#makeLine(type)
    this.#lines.set(type, line)
    return line
  }

  #makeLine(type: TypeTree): string | undefined {
    switch (type.kind) {
      case 'text':
        return type.text
      case 'named':
        return this.#nameOf(type.declaration)
      case 'union':
        return joined(type.members, ' | ', (member) => this.#line(member))
      case 'intersection':
        return joined(type.members, ' & ', (member) => this.#groupedLine(member))
      case 'array':
        return joined([type.item], '', (item) => this.#groupedLine(item), '[]')
      case 'tuple': {
        const parts = [...type.items.map((item) => item.type), ...(type.rest === undefined ? [] : [type.rest])]
        if (parts.some((part) => this.#line(part) === undefined)) return undefined
        return `[${this.#tupleItems(type, (item) => this.#groupedLine(item)!).join(', ')}]`
      }
      case 'object':
        if (type.properties.length > 0) return undefined
        return type.index === undefined
          ? '{}'
          : joined([type.index], '', (index) => this.#line(index), ' }', '{ [key: string]: ')
    }
  }

  #groupedLine(type: TypeTree): string | undefined {
    const line = this.#line(type)
    return line !== undefined && (type.kind === 'union' || type.kind === 'intersection') ? `(${line})` : line
  }
}

type TupleType = Extract<TypeTree, { kind: 'tuple' }>
type ObjectType = Extract<TypeTree, { kind: 'object' }>

function joined(
  types: readonly TypeTree[],
  separator: string,
  print: (type: TypeTree) => string | undefined,
  after = '',
  before = '',
): string | undefined {
  const lines: string[] = []
  for (const type of types) {
    const line = print(type)
    if (line === undefined) return undefined
    lines.push(line)
  }
  return before + lines.join(separator) + after
}

function block(open: string, lines: readonly string[], end: string, close: string, indent: number): string {
  const inner = lines.map((line) => `${spaces(indent + 2)}${line}${end}\n`)
  return `${open}\n${inner.join('')}${spaces(indent)}${close}`
}

function spaces(count: number): string {
  return ' '.repeat(count)
}
