import type { Findings } from '../diagnostics.ts'
import { type JsonObject, type JsonValue, isObject, join, own, segmentsOf, setOwn, show, textOf } from '../json.ts'
import { canonicalText } from '../schema/equality.ts'
import { type Origins, without } from './origins.ts'
import { References, referenceOf } from './refs.ts'
import { convertMessage } from './version-2-messages.ts'
import { convertScopes, convertSecurity, convertServer } from './version-2-servers.ts'

/** A document brought to AsyncAPI 3.0, and where its parts come from. */
export interface Conversion {
  document: JsonObject
  origins: Origins
}

/**
 * Converts AsyncAPI 2.0 to 2.6. The document is not changed. `publish` is what others send to the application, so it becomes
 * `receive`; `subscribe` becomes `send`. Message and operation traits are merged in, because version 2 lets them override.
 */
export function convertVersion2(document: JsonObject, origins: Origins, findings: Findings): Conversion {
  return new Converter(document, origins, findings).convert()
}

/** What is built while a document is converted. */
class Converter {
  readonly #document: JsonObject
  readonly #origins: Origins
  readonly #findings: Findings
  readonly #references: References
  readonly #operations: JsonObject = {}

  constructor(document: JsonObject, origins: Origins, findings: Findings) {
    this.#document = document
    this.#origins = origins
    this.#findings = findings
    this.#references = new References(document, findings)
  }

  convert(): Conversion {
    const { info, tags, externalDocs, servers, channels, components, ...rest } = this.#document
    const converted: JsonObject = {
      ...rest,
      asyncapi: '3.0.0',
      info: {
        ...(isObject(info) ? info : {}),
        ...(tags === undefined ? {} : { tags }),
        ...(externalDocs === undefined ? {} : { externalDocs }),
      },
    }
    if (tags !== undefined) this.#origins.moved('/info/tags', '/tags')
    if (externalDocs !== undefined) this.#origins.moved('/info/externalDocs', '/externalDocs')
    if (isObject(servers)) {
      converted['servers'] = this.#each(servers, (server, name) =>
        convertServer(server, this.#document, join('/servers', name), this.#origins, this.#findings),
      )
    }
    if (isObject(channels)) converted['channels'] = this.#channels(channels)
    else if (channels !== undefined) converted['channels'] = channels
    if (Object.keys(this.#operations).length > 0) converted['operations'] = this.#operations
    if (isObject(components)) converted['components'] = this.#components(components)
    return { document: converted, origins: this.#origins }
  }

  #each(members: JsonObject, convert: (member: JsonObject, name: string) => JsonValue): JsonObject {
    const result: JsonObject = {}
    for (const [name, member] of Object.entries(members)) {
      setOwn(result, name, isObject(member) && referenceOf(member) === undefined ? convert(member, name) : member)
    }
    return result
  }

  #channels(channels: JsonObject): JsonObject {
    const result: JsonObject = {}
    for (const [address, value] of Object.entries(channels)) {
      const pointer = join('/channels', address)
      const found = this.#references.resolveObject(value, pointer, `channel "${address}"`)
      if (found === undefined) continue
      if (found.pointer !== pointer) this.#origins.moved(pointer, found.pointer)
      setOwn(result, address, this.#channel(address, found.value, pointer, found.pointer))
    }
    return result
  }

  #channel(address: string, item: JsonObject, pointer: string, origin: string): JsonObject {
    const { parameters, servers } = item
    this.#origins.moved(join(pointer, 'address'), pointer)
    const messages: JsonObject = {}
    for (const direction of ['publish', 'subscribe'] as const) {
      const operation = own(item, direction)
      if (isObject(operation)) this.#operation(address, direction, operation, messages, join(origin, direction))
      else if (operation !== undefined)
        this.#findings.add(
          'wrong-type',
          join(pointer, direction),
          `Expected an operation object; got ${show(operation)}, which is ignored.`,
        )
    }
    return {
      address,
      ...without(item, 'publish', 'subscribe', 'parameters', 'servers'),
      ...(Object.keys(messages).length === 0 ? {} : { messages }),
      ...(isObject(parameters)
        ? { parameters: this.#each(parameters, (parameter) => this.#parameter(parameter)) }
        : {}),
      ...(Array.isArray(servers)
        ? { servers: servers.map((name) => ({ $ref: `#${join('/servers', textOf(name))}` })) }
        : {}),
    }
  }

  #operation(
    address: string,
    direction: 'publish' | 'subscribe',
    written: JsonObject,
    messages: JsonObject,
    origin: string,
  ): void {
    const operation = this.#withTraits(written, origin)
    const { operationId, message, security } = operation
    const wanted = typeof operationId === 'string' && operationId !== '' ? operationId : `${address}.${direction}`
    let id = wanted
    for (let number = 2; Object.hasOwn(this.#operations, id); number += 1) id = `${wanted}.${number}`
    const pointer = join('/operations', id)
    this.#origins.moved(pointer, origin)
    const channel = `#${join('/channels', address)}`
    const keys = message === undefined ? [] : this.#messages(message, join(origin, 'message'), messages, address, id)
    setOwn(this.#operations, id, {
      action: direction === 'publish' ? 'receive' : 'send',
      channel: { $ref: channel },
      ...without(operation, 'operationId', 'message', 'security', 'traits'),
      ...(security === undefined ? {} : { security: convertSecurity(security, this.#document) }),
      messages: keys.map((key) => ({ $ref: `${channel}${join('/messages', key)}` })),
    })
  }

  /**
   * Adds a message, or the ones of its `oneOf`, to a channel; returns their keys there. `met` are the pointers that were met on the
   * way: a `oneOf` may name itself, or the same message many times over.
   */
  #messages(
    value: JsonValue,
    origin: string,
    messages: JsonObject,
    address: string,
    operation: string,
    met: Set<string> = new Set(),
  ): string[] {
    const found = this.#references.resolveObject(value, origin, 'a message')
    if (found === undefined || met.has(found.pointer)) return []
    met.add(found.pointer)
    const alternatives = own(found.value, 'oneOf')
    if (Array.isArray(alternatives)) {
      return alternatives.flatMap((one, index) =>
        this.#messages(one, join(found.pointer, 'oneOf', index), messages, address, `${operation}.${index}`, met),
      )
    }
    const message = this.#message(value as JsonObject, found.value, found.pointer, origin)
    const key = this.#keyFor(message, messages, nameOf(value, found.value, this.#references) ?? `${operation}.message`)
    if (Object.hasOwn(messages, key)) return [key]
    const pointer = join('/channels', address, 'messages', key)
    this.#origins.moved(pointer, origin)
    this.#origins.moved(join(pointer, 'payload', 'schema'), join(found.pointer, 'payload'))
    this.#origins.moved(join(pointer, 'payload', 'schemaFormat'), join(found.pointer, 'schemaFormat'))
    setOwn(messages, key, message)
    return [key]
  }

  /** The same message in both directions keeps one key; another one of the same name gets a number. */
  #keyFor(message: JsonObject, messages: JsonObject, wanted: string): string {
    let key = wanted
    for (let number = 2; Object.hasOwn(messages, key); number += 1) {
      if (canonicalText(messages[key]) === canonicalText(message)) return key
      key = `${wanted}.${number}`
    }
    return key
  }

  /** A reference into `components.messages` stays one; everything else is converted where it stands. */
  #message(written: JsonObject, found: JsonObject, pointer: string, origin: string): JsonObject {
    const reference = referenceOf(written)
    const target = reference === undefined ? undefined : this.#references.find(reference)?.pointer
    if (target?.startsWith('/components/messages/') === true) return { $ref: `#${target}` }
    return convertMessage(this.#withTraits(found, pointer), origin, pointer, this.#origins)
  }

  /** JSON Merge Patch in order: in version 2 a trait overrides. */
  #withTraits(object: JsonObject, pointer: string): JsonObject {
    const traits = own(object, 'traits')
    if (!Array.isArray(traits)) return object
    let result = without(object, 'traits')
    for (const [index, trait] of traits.entries()) {
      const found = this.#references.resolveObject(trait, join(pointer, 'traits', index), 'a trait')
      if (found !== undefined) result = overridden(result, without(found.value, 'traits', 'operationId', 'messageId'))
    }
    return result
  }

  #parameter(parameter: JsonObject): JsonObject {
    const found = isObject(parameter['schema']) ? this.#references.resolve(parameter['schema'], '')?.value : undefined
    const schema = isObject(found) ? found : {}
    const allowed = own(schema, 'const') === undefined ? own(schema, 'enum') : [own(schema, 'const')!]
    const otherwise = own(schema, 'default')
    const examples = own(schema, 'examples')
    return {
      ...without(parameter, 'schema'),
      ...(parameter['description'] === undefined && typeof schema['description'] === 'string'
        ? { description: schema['description'] }
        : {}),
      ...(Array.isArray(allowed) ? { enum: allowed.map(textOf) } : {}),
      ...(otherwise === undefined ? {} : { default: textOf(otherwise) }),
      ...(Array.isArray(examples) ? { examples: examples.map(textOf) } : {}),
    }
  }

  #components(components: JsonObject): JsonObject {
    const result: JsonObject = { ...without(components, 'channels') }
    const convert = (name: string, change: (member: JsonObject, pointer: string) => JsonValue): void => {
      const members = own(components, name)
      if (isObject(members))
        result[name] = this.#each(members, (member, key) => change(member, join('/components', name, key)))
    }
    convert('messages', (message, pointer) =>
      Array.isArray(message['oneOf'])
        ? message
        : convertMessage(this.#withTraits(message, pointer), pointer, pointer, this.#origins),
    )
    convert('parameters', (parameter) => this.#parameter(parameter))
    convert('servers', (server, pointer) =>
      convertServer(server, this.#document, pointer, this.#origins, this.#findings),
    )
    convert('securitySchemes', (scheme) => convertScopes(scheme))
    return result
  }
}

/** The key a message gets in its channel: its key in the components, its id, or its name. */
function nameOf(written: JsonValue, found: JsonObject, references: References): string | undefined {
  const reference = referenceOf(written)
  const target = reference === undefined ? undefined : references.find(reference)
  const names = [
    target === undefined ? undefined : segmentsOf(target.pointer).at(-1),
    own(found, 'messageId'),
    own(found, 'name'),
  ]
  return names.find((name): name is string => typeof name === 'string' && name !== '')
}

function overridden(target: JsonObject, patch: JsonObject): JsonObject {
  const merged: JsonObject = { ...target }
  for (const [key, value] of Object.entries(patch)) {
    const current = own(merged, key)
    if (value === null) delete merged[key]
    else merged[key] = isObject(current) && isObject(value) && key !== 'payload' ? overridden(current, value) : value
  }
  return merged
}
