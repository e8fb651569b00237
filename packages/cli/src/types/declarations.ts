import type { Channel, JsonSchema, Message } from '@hydrant/contract'
import { typeName } from './identifier.ts'
import { docOf, schemaType } from './schema-type.ts'
import { type Doc, type TypeTree, text, unknownType } from './type-tree.ts'

/** A type that gets a name: a message's payload, or a schema that payloads refer to. Numbered by its place in the list. */
export interface Declaration {
  readonly wanted: string
  /** What else it may be called when the name is taken. */
  readonly otherwise: string
  readonly isMessage: boolean
  readonly type: TypeTree
  readonly doc?: Doc
}

/** Gathers the declarations of messages, and of everything their schemas refer to, in the order they are met. */
export class Declarations {
  readonly #list: Declaration[] = []
  readonly #messages = new Map<Message, TypeTree>()
  readonly #open: { readonly number: number; readonly schema: JsonSchema; readonly scope: Scope }[] = []

  /** The type of a message's payload. */
  ofMessage(message: Message, channel: Channel): TypeTree {
    let type = this.#messages.get(message)
    if (type === undefined) {
      type = this.#declareMessage(message, channel)
      this.#messages.set(message, type)
    }
    return type
  }

  /** All of them, the schemas that were only referred to included. */
  finish(): readonly Declaration[] {
    // A list and not a recursion: references may go through thousands of schemas.
    for (let next = this.#open.shift(); next !== undefined; next = this.#open.shift()) {
      const { number, schema, scope } = next
      this.#list[number] = { ...this.#list[number]!, type: schemaType(schema, (ref) => this.#refer(ref, scope)) }
    }
    return this.#list
  }

  #declareMessage(message: Message, channel: Channel): TypeTree {
    const { name, description, summary, title, deprecated } = message
    const wanted = typeName(name, 'Message')
    const schema = message.encoding === 'json' ? (message.payloadSchema ?? true) : true
    const said = description ?? summary ?? title ?? docOf(schema)?.description
    const doc = { ...(said === undefined ? {} : { description: said }), ...(deprecated ? { deprecated } : {}) }
    return this.#add(
      { wanted, otherwise: `${typeName(channel.id, 'Channel')}${wanted}`, isMessage: true, type: unknownType, doc },
      message.encoding === 'json' ? schema : message.encoding,
    )
  }

  #refer(reference: string, scope: Scope): TypeTree | undefined {
    const known = scope.declared.get(reference)
    if (known !== undefined) return known
    const key = reference.startsWith(definitions) ? reference.slice(definitions.length) : undefined
    if (key === undefined || !Object.hasOwn(scope.schemas, key)) return undefined
    const schema = scope.schemas[key]!
    // A schema that refers to itself as `#` is called `root` by the model; it is the message.
    const wanted = key === 'root' ? scope.message : typeName(key, 'Schema')
    const doc = docOf(schema)
    const otherwise = `${wanted}Schema`
    return this.#add(
      { wanted, otherwise, isMessage: false, type: unknownType, ...(doc === undefined ? {} : { doc }) },
      schema,
      scope,
      reference,
    )
  }

  #add(declaration: Declaration, schema: JsonSchema | 'text' | 'binary', scope?: Scope, reference?: string): TypeTree {
    const number = this.#list.length
    const named: TypeTree = { kind: 'named', declaration: number }
    if (typeof schema === 'string') {
      this.#list.push({ ...declaration, type: text(schema === 'text' ? 'string' : 'Uint8Array') })
      return named
    }
    this.#list.push(declaration)
    if (reference !== undefined) scope?.declared.set(reference, named)
    this.#open.push({
      number,
      schema,
      scope: scope ?? { schemas: definitionsOf(schema), declared: new Map(), message: declaration.wanted },
    })
    return named
  }
}

/** Where the references of one message's schema lead: each schema of the model brings its own `$defs`. */
interface Scope {
  readonly schemas: Readonly<Record<string, JsonSchema>>
  readonly declared: Map<string, TypeTree>
  /** The name of the message's own type. */
  readonly message: string
}

const definitions = '#/$defs/'

function definitionsOf(schema: JsonSchema): Readonly<Record<string, JsonSchema>> {
  return typeof schema === 'object' && Object.hasOwn(schema, '$defs')
    ? (schema['$defs'] as Record<string, JsonSchema>)
    : {}
}
