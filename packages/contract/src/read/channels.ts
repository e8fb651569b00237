import { type AddressTemplate, parseTemplate } from '../address/template.ts'
import { type JsonObject, type JsonSchema, isObject, join, own, show } from '../json.ts'
import type { Parameter, Tag } from '../model.ts'
import type { Policy } from '../schema/policy.ts'
import { isSchema } from '../schema/keywords.ts'
import { readAllow, type WrittenAllow } from './allow.ts'
import type { ReadContext } from './context.ts'
import { type ChannelSettings, checkSettingNames, readChannelSettings, readPolicy } from './extensions.ts'
import { Fields } from './fields.ts'
import { readTags } from './info.ts'
import { type ReadMessage, readMessages } from './messages.ts'
import { readParameters } from './parameters.ts'

/** A channel as its own entry in the document says, before operations and shared addresses are looked at. */
export interface ChannelDraft {
  readonly id: string
  /** Where the entry stands, before following its reference: what operations refer to. */
  readonly pointer: string
  readonly source: JsonObject
  readonly template: AddressTemplate
  readonly title: string | undefined
  readonly summary: string | undefined
  readonly description: string | undefined
  readonly tags: readonly Tag[]
  readonly parameters: readonly Parameter[]
  /** Operations may add to it. */
  readonly messages: ReadMessage[]
  readonly settings: ChannelSettings
  readonly allow: WrittenAllow
  readonly policy: Policy
  readonly webSocket: { method?: 'GET' | 'POST'; query?: JsonSchema; headers?: JsonSchema }
}

const channelFields = [
  'address',
  'messages',
  'title',
  'summary',
  'description',
  'servers',
  'parameters',
  'tags',
  'externalDocs',
  'bindings',
]

/** Reads `channels`. One without a usable address is left out, with a finding. */
export function readChannels(root: Fields, policy: Policy, context: ReadContext): ChannelDraft[] {
  const drafts: ChannelDraft[] = []
  for (const [id, value] of Object.entries(root.member('channels') ?? {})) {
    const pointer = join('/channels', id)
    const found = context.references.resolveObject(value, pointer, `channel "${id}"`)
    if (found === undefined) continue
    const fields = new Fields(found.value, found.pointer, `channel "${id}"`, context.findings).allow(...channelFields)
    const template = readAddress(id, fields, context)
    if (template !== undefined) drafts.push(readChannel(id, pointer, template, fields, policy, context))
  }
  return drafts
}

function readChannel(
  id: string,
  pointer: string,
  template: AddressTemplate,
  fields: Fields,
  inherited: Policy,
  context: ReadContext,
): ChannelDraft {
  const { findings } = context
  checkSettingNames(fields.object, fields.pointer, 'channel', findings)
  const policy = readPolicy(fields.object, fields.pointer, inherited, findings)
  const parameters = readParameters(fields, template, context)
  const messages = readMessages(fields, policy, context)
  return {
    id,
    pointer,
    source: fields.object,
    template,
    title: fields.text('title'),
    summary: fields.text('summary'),
    description: fields.text('description'),
    tags: readTags(fields, context),
    parameters: parameters.filter(({ name }) => template.names.includes(name)),
    messages,
    settings: readChannelSettings(fields.object, fields.pointer, context.history, findings),
    allow: readAllow(fields.object, fields.pointer, findings),
    policy,
    webSocket: readWebSocket(fields, template, parameters, context),
  }
}

function readAddress(id: string, fields: Fields, { findings }: ReadContext): AddressTemplate | undefined {
  const written = fields.get('address')
  const place = fields.has('address') ? fields.at('address') : fields.pointer
  let address = written
  if (written === undefined && id.startsWith('/')) {
    findings.add('address-unknown', place, `Channel "${id}" has no address; its key looks like one and is used.`)
    address = id
  }
  if (address === undefined || address === null) {
    findings.add(
      'address-unknown',
      place,
      `The address of channel "${id}" is ${written === null ? 'null' : 'missing'}, which means that it is only known at run time; the channel is not served. Give it an address to serve it.`,
    )
    return undefined
  }
  if (typeof address !== 'string') {
    fields.wrong('address', 'a string', address)
    return undefined
  }
  const template = parseTemplate(address)
  if ('error' in template) {
    findings.add(
      'address-malformed',
      place,
      `${show(address)} cannot be an address: ${template.error}. The channel is not served.`,
    )
    return undefined
  }
  if (template.segments[0]?.length === 1 && template.segments[0][0] === '-') {
    findings.add(
      'address-reserved',
      place,
      `Expected an address outside /-/; got ${show(address)}. The channel is not served.`,
    )
    return undefined
  }
  for (const { code, detail } of template.repairs) {
    findings.add(
      code,
      place,
      `Expected a path such as "/prices/{symbol}"; got ${show(address)}: ${detail}. The channel is served at ${template.address}.`,
    )
  }
  return template
}

/** The `ws` binding, with what the address said behind its `?`. */
function readWebSocket(
  fields: Fields,
  template: AddressTemplate,
  parameters: readonly Parameter[],
  context: ReadContext,
): ChannelDraft['webSocket'] {
  const bindings = fields.get('bindings')
  const found =
    bindings === undefined || bindings === null
      ? undefined
      : context.references.resolveObject(bindings, fields.at('bindings'), 'bindings')
  const written = found === undefined ? undefined : own(found.value, 'ws')
  const binding =
    written === undefined
      ? undefined
      : context.references.resolveObject(written, join(found!.pointer, 'ws'), 'the ws binding')
  const ws = new Fields(binding?.value ?? {}, binding?.pointer ?? fields.pointer, 'ws binding', context.findings)
  ws.allow('method', 'query', 'headers', 'bindingVersion')
  const method = ws.get('method')
  if (method !== undefined && method !== 'GET' && method !== 'POST') ws.wrong('method', '"GET" or "POST"', method)
  for (const name of ['query', 'headers']) {
    const schema = schemaIn(ws, name)
    if (schema !== undefined) context.inspector.inspect(schema, ws.at(name))
  }
  const query = withAddressQuery(schemaIn(ws, 'query'), template, parameters)
  const headers = schemaIn(ws, 'headers')
  return {
    ...(method === 'GET' || method === 'POST' ? { method } : {}),
    ...(query === undefined ? {} : { query }),
    ...(headers === undefined ? {} : { headers }),
  }
}

function schemaIn(ws: Fields, name: string): JsonSchema | undefined {
  const value = ws.get(name)
  if (value === undefined || isSchema(value)) return value
  ws.wrong(name, 'a schema', value)
  return undefined
}

/** `?streams={streams}` becomes an optional query parameter: the address does not say that it must be there. */
function withAddressQuery(
  query: JsonSchema | undefined,
  template: AddressTemplate,
  parameters: readonly Parameter[],
): JsonSchema | undefined {
  if (template.query.length === 0) return query
  const properties: JsonObject = {}
  for (const [name, value] of template.query) {
    const parameter = /^\{(.+)\}$/.exec(value)?.[1]
    const declared = parameters.find((one) => one.name === parameter)
    if (parameter === undefined) properties[name] = { const: value }
    else
      properties[name] = {
        type: 'string',
        ...(declared?.enum === undefined ? {} : { enum: [...declared.enum] }),
        ...(declared?.description === undefined ? {} : { description: declared.description }),
      }
  }
  const declared = isObject(query) ? own(query, 'properties') : undefined
  return {
    ...(isObject(query) ? query : { type: 'object' }),
    properties: { ...properties, ...(isObject(declared) ? declared : {}) },
  }
}
