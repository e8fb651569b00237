import { docComment } from './doc-comment.ts'
import { propertyName } from './literal-type.ts'
import type { Doc, TypeTree } from './type-tree.ts'

/** Unions are on one line up to this column. */
const maxColumns = 100

/** A type as text. Further lines are indented by `indent` spaces; the first is not. */
export function printType(type: TypeTree, nameOf: (declaration: number) => string, indent = 0): string {
  return new Printer(nameOf).type(type, indent)
}

/** `export interface …` where it can be one: editors show its name, not its contents. */
export function printDeclaration(
  { name, type, doc }: { readonly name: string; readonly type: TypeTree; readonly doc?: Doc },
  nameOf: (declaration: number) => string,
): string {
  const printed = printType(type, nameOf)
  const head = type.kind === 'object' ? `interface ${name} ` : `type ${name} =${printed.startsWith('\n') ? '' : ' '}`
  return [...docComment(doc), `export ${head}${printed}`].join('\n')
}

class Printer {
  readonly #nameOf: (declaration: number) => string
  /** Each type is tried on one line once: nested ones would be tried again for every level above them. */
  readonly #lines = new Map<TypeTree, string | undefined>()

  constructor(nameOf: (declaration: number) => string) {
    this.#nameOf = nameOf
  }

  type(type: TypeTree, indent: number): string {
    const line = this.#line(type)
    if (line !== undefined && line.length + indent <= maxColumns) return line
    switch (type.kind) {
      case 'text':
      case 'named':
        return line!
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
        return block('{', this.#members(type, indent + 2), '', '}', indent)
    }
  }

  #alternative(member: TypeTree, indent: number): string {
    const printed = member.kind === 'intersection' ? this.#grouped(member, indent + 2) : this.type(member, indent + 2)
    return `\n${spaces(indent)}| ${printed}`
  }

  #grouped(type: TypeTree, indent: number): string {
    const printed = this.type(type, indent)
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
      `${propertyName(name)}${optional ? '?' : ''}:${this.#value(type, indent)}`,
    ])
    return index === undefined ? members : [...members, `[key: string]:${this.#value(index, indent)}`]
  }

  #value(type: TypeTree, indent: number): string {
    const printed = this.type(type, indent)
    return printed.startsWith('\n') ? printed : ` ${printed}`
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
