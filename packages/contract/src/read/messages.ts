import { type JsonObject, type JsonSchema, type JsonValue, isObject, join, own, show } from '../json.ts'
import type { Encoding, Message, MessageExample } from '../model.ts'
import { bundle } from '../schema/bundle.ts'
import { isSchema } from '../schema/keywords.ts'
import type { Judged } from '../schema/message-set.ts'
import { type PayloadSchema, jsonPayload, standardPayload } from '../schema/payload-schema.ts'
import type { Policy } from '../schema/policy.ts'
import type { ReadContext } from './context.ts'
import { checkSettingNames, readPolicy } from './extensions.ts'
import { Fields } from './fields.ts'
import { compact, readTags } from './info.ts'
import { referenceOf } from './refs.ts'
import { schemaFamily } from './schema-format.ts'
import { applyTraits } from './traits.ts'

/** A message of a channel, and what operations may refer to it by. */
export interface ReadMessage extends Judged {
  /** The message object it comes from: two entries with the same one are the same message. */
  readonly source: JsonObject
  /** Where that object stands. */
  readonly pointer: string
}

const messageFields = [
  'headers',
  'payload',
  'correlationId',
  'contentType',
  'name',
  'title',
  'summary',
  'description',
  'tags',
  'externalDocs',
  'bindings',
  'examples',
  'traits',
]

/** Reads a channel's `messages`. An entry with `oneOf` stands for several. */
export function readMessages(channel: Fields, policy: Policy, context: ReadContext): ReadMessage[] {
  const messages: ReadMessage[] = []
  for (const [id, value] of Object.entries(channel.member('messages') ?? {})) {
    messages.push(...readEntry(id, value, join(channel.at('messages'), id), policy, context))
  }
  return messages
}

/** Reads one message, by reference or in place. Empty when it leads nowhere. */
export function readEntry(
  id: string,
  value: JsonValue,
  pointer: string,
  policy: Policy,
  context: ReadContext,
): ReadMessage[] {
  const found = context.references.resolveObject(value, pointer, `message "${id}"`)
  if (found === undefined) return []
  const alternatives = own(found.value, 'oneOf')
  if (!Array.isArray(alternatives) || own(found.value, 'payload') !== undefined) {
    return [readMessage(id, found.value, found.pointer, policy, context)]
  }
  return alternatives.flatMap((alternative, index) => {
    const name = referenceOf(alternative)?.split('/').at(-1) ?? `${id}.${index}`
    return isObject(alternative) && 'oneOf' in alternative
      ? []
      : readEntry(name, alternative, join(found.pointer, 'oneOf', index), policy, context)
  })
}

function readMessage(
  id: string,
  source: JsonObject,
  pointer: string,
  inherited: Policy,
  context: ReadContext,
): ReadMessage {
  const { findings, references } = context
  const fields = new Fields(applyTraits(source, pointer, references), pointer, `message "${id}"`, findings).allow(
    ...messageFields,
  )
  checkSettingNames(fields.object, pointer, 'message', findings)
  const policy = readPolicy(fields.object, pointer, inherited, findings)
  const name = fields.text('name') ?? id
  const found = readPayload(fields, context)
  const declared = fields.text('contentType') ?? context.defaultContentType
  const { contentType, encoding } = readContentType(declared, found.schema, fields, context)
  const payload = makePayload(found, encoding, policy, context)
  const headers = fields.get('headers')
  const details = compact<Omit<Message, 'payloadSchema'>>({
    id,
    name,
    title: fields.text('title'),
    summary: fields.text('summary'),
    description: fields.text('description'),
    contentType,
    encoding,
    headersSchema: isSchema(headers) ? bundle(headers, headers, context.compiler.scope) : undefined,
    examples: readExamples(fields, context),
    correlationId: readCorrelationId(fields, context),
    tags: readTags(fields, context),
    deprecated: fields.get('deprecated') === true || fields.get('x-deprecated') === true,
  })
  const message = payload === undefined ? details : withLazySchema(details, () => payload.describe())
  if (found.schema !== undefined) context.inspector.inspect(found.schema, found.pointer)
  if (isSchema(headers)) context.inspector.inspect(headers, fields.at('headers'))
  return { message, payload, source, pointer }
}

/** Bundling a schema is for display: most are never displayed. */
function withLazySchema(details: Omit<Message, 'payloadSchema'>, describe: () => JsonSchema): Message {
  let described: JsonSchema | undefined
  return Object.defineProperty(details, 'payloadSchema', {
    enumerable: true,
    get: () => (described ??= describe()),
  }) as Message
}

interface Payload {
  /** Undefined when any payload is fine. */
  schema: JsonSchema | undefined
  pointer: string
}

/** Unwraps `{ schemaFormat, schema }`. A format Hydrant does not read leaves the payload unchecked, with a finding. */
function readPayload(fields: Fields, { references, findings }: ReadContext): Payload {
  const pointer = fields.at('payload')
  const written = fields.get('payload')
  if (written === undefined) return { schema: undefined, pointer }
  const found = references.peek(written, pointer)
  const value = found?.value
  if (!isObject(value) || own(value, 'schemaFormat') === undefined) {
    if (isSchema(written)) return { schema: written, pointer }
    fields.wrong('payload', 'a schema', written)
    return { schema: undefined, pointer }
  }
  const family = schemaFamily(own(value, 'schemaFormat'))
  const schema = own(value, 'schema')
  const place = join(found!.pointer, 'schema')
  if (family === 'json-schema' && isSchema(schema)) return { schema, pointer: place }
  findings.add(
    'schema-format',
    join(found!.pointer, 'schemaFormat'),
    `Expected AsyncAPI, JSON Schema or OpenAPI; got ${show(own(value, 'schemaFormat'))}. Payloads of this message are not validated.`,
  )
  return { schema: undefined, pointer: place }
}

function makePayload(
  { schema, pointer }: Payload,
  encoding: Encoding,
  policy: Policy,
  { compiler, references, standards }: ReadContext,
): PayloadSchema | undefined {
  // The bytes of a binary message are not a JSON value: its schema describes nothing that could be checked.
  if (schema === undefined || schema === true || encoding === 'binary') return undefined
  const standard = standards.get(references.peek(schema, pointer)?.value ?? schema)
  return standard === undefined ? jsonPayload(schema, compiler, policy) : standardPayload(standard)
}

/** `type/subtype`, with optional parameters. */
const mediaType = /^([\w!#$&^.+-]+)\/([\w!#$&^.+-]+)\s*(;.*)?$/

function readContentType(
  declared: string | undefined,
  schema: JsonSchema | undefined,
  fields: Fields,
  context: ReadContext,
): { contentType: string; encoding: Encoding } {
  if (declared === undefined) {
    const target = schema === undefined ? undefined : context.references.peek(schema, fields.at('payload'))?.value
    if (isObject(target) && own(target, 'type') === 'string' && own(target, 'format') === 'binary') {
      context.findings.add(
        'message-binary-schema',
        fields.at('payload'),
        'A string of format "binary" cannot be JSON; the message is read as application/octet-stream. Say so with contentType.',
      )
      return { contentType: 'application/octet-stream', encoding: 'binary' }
    }
    return { contentType: 'application/json', encoding: 'json' }
  }
  const match = mediaType.exec(declared.trim())
  if (match === null) {
    context.findings.add(
      'message-content-type',
      fields.at('contentType'),
      `Expected a media type such as "application/json"; got ${show(declared)}. The message is read as application/json.`,
    )
    return { contentType: 'application/json', encoding: 'json' }
  }
  return { contentType: declared.trim(), encoding: encodingOf(match[1]!.toLowerCase(), match[2]!.toLowerCase()) }
}

function encodingOf(type: string, subtype: string): Encoding {
  if (subtype === 'json' || subtype.endsWith('+json')) return 'json'
  return type === 'text' ? 'text' : 'binary'
}

function readExamples(fields: Fields, { findings }: ReadContext): MessageExample[] {
  const examples: MessageExample[] = []
  for (const [index, value] of (fields.list('examples') ?? []).entries()) {
    const pointer = join(fields.at('examples'), index)
    if (!isObject(value)) {
      findings.add(
        'wrong-type',
        pointer,
        `Expected an example to be an object with "payload" or "headers"; got ${show(value)}, which is ignored.`,
      )
      continue
    }
    const example = new Fields(value, pointer, 'example', findings).allow('name', 'summary', 'payload', 'headers')
    examples.push(
      compact<MessageExample>({
        name: example.text('name'),
        summary: example.text('summary'),
        payload: example.get('payload'),
        headers: example.get('headers'),
      }),
    )
  }
  return examples
}

function readCorrelationId(fields: Fields, context: ReadContext): Message['correlationId'] {
  const value = fields.get('correlationId')
  const found =
    value === undefined
      ? undefined
      : context.references.resolveObject(value, fields.at('correlationId'), 'correlationId')
  if (found === undefined) return undefined
  const inner = new Fields(found.value, found.pointer, 'correlationId', context.findings).allow(
    'location',
    'description',
  )
  return compact<NonNullable<Message['correlationId']>>({
    location: inner.requiredText('location', '$message.header#/correlationId'),
    description: inner.text('description'),
  })
}
