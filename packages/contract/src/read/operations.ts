import { type JsonObject, type JsonValue, isObject, join, own, show } from '../json.ts'
import type { Operation, OperationReply } from '../model.ts'
import type { ReadContext } from './context.ts'
import { Fields } from './fields.ts'
import { compact, readTags } from './info.ts'
import { type ReadMessage, readEntry } from './messages.ts'
import type { ChannelDraft } from './channels.ts'
import { referenceOf } from './refs.ts'
import { readSecurity } from './security.ts'
import { applyTraits } from './traits.ts'

/** An operation linked to channels that are still being read. */
export interface OperationDraft {
  readonly details: Omit<Operation, 'channel' | 'messages' | 'reply'>
  readonly channel: ChannelDraft
  readonly messages: readonly ReadMessage[]
  readonly reply?: { channel?: ChannelDraft; messages: readonly ReadMessage[]; address?: OperationReply['address'] }
}

const operationFields = [
  'action',
  'channel',
  'title',
  'summary',
  'description',
  'security',
  'tags',
  'externalDocs',
  'bindings',
  'traits',
  'messages',
  'reply',
]

/** Reads `operations`. One without a usable channel or action is left out, with a finding. */
export function readOperations(
  root: Fields,
  channels: readonly ChannelDraft[],
  context: ReadContext,
): OperationDraft[] {
  const drafts: OperationDraft[] = []
  for (const [id, value] of Object.entries(root.member('operations') ?? {})) {
    const found = context.references.resolveObject(value, join('/operations', id), `operation "${id}"`)
    const draft = found === undefined ? undefined : readOperation(id, found.value, found.pointer, channels, context)
    if (draft !== undefined) drafts.push(draft)
  }
  return drafts
}

function readOperation(
  id: string,
  object: JsonObject,
  pointer: string,
  channels: readonly ChannelDraft[],
  context: ReadContext,
): OperationDraft | undefined {
  const fields = new Fields(
    applyTraits(object, pointer, context.references),
    pointer,
    `operation "${id}"`,
    context.findings,
  )
  fields.allow(...operationFields)
  const action = fields.get('action')
  if (action !== 'send' && action !== 'receive') {
    context.findings.add(
      action === undefined ? 'required-field' : 'wrong-type',
      action === undefined ? pointer : fields.at('action'),
      `Expected action to be "send" or "receive"; got ${show(action ?? null)}. The operation is left out.`,
    )
    return undefined
  }
  const channel = findChannel(fields, channels, context)
  if (channel === undefined) {
    const got = fields.get('channel')
    context.findings.add(
      'operation-channel',
      got === undefined ? pointer : fields.at('channel'),
      `Expected a reference to a channel that is served; got ${show(got ?? null)}. The operation is left out.`,
    )
    return undefined
  }
  const details = compact<OperationDraft['details']>({
    id,
    action,
    title: fields.text('title'),
    summary: fields.text('summary'),
    description: fields.text('description'),
    security: readSecurity(fields, context),
    tags: readTags(fields, context),
  })
  const reply = readReply(fields, channel, channels, context)
  const messages = findMessages(fields, channel, context) ?? channel.messages
  return { details, channel, messages, ...(reply === undefined ? {} : { reply }) }
}

function readReply(
  operation: Fields,
  channel: ChannelDraft,
  channels: readonly ChannelDraft[],
  context: ReadContext,
): OperationDraft['reply'] {
  const value = operation.get('reply')
  const found =
    value === undefined ? undefined : context.references.resolveObject(value, operation.at('reply'), 'reply')
  if (found === undefined) return undefined
  const fields = new Fields(found.value, found.pointer, 'reply', context.findings).allow(
    'address',
    'channel',
    'messages',
  )
  const address = readReplyAddress(fields, context)
  const named = fields.has('channel') ? findChannel(fields, channels, context) : undefined
  // Without a channel, the reply goes to the address at run time, or back where the request came from.
  const target = named ?? (fields.has('channel') || address !== undefined ? undefined : channel)
  const messages = findMessages(fields, target ?? channel, context)
  return {
    messages: messages ?? (target === undefined || target === channel ? [] : target.messages),
    ...(target === undefined ? {} : { channel: target }),
    ...(address === undefined ? {} : { address }),
  }
}

function readReplyAddress(reply: Fields, context: ReadContext): OperationReply['address'] {
  const value = reply.get('address')
  const found =
    value === undefined ? undefined : context.references.resolveObject(value, reply.at('address'), 'reply address')
  if (found === undefined) return undefined
  const fields = new Fields(found.value, found.pointer, 'reply address', context.findings).allow(
    'location',
    'description',
  )
  return compact<NonNullable<OperationReply['address']>>({
    location: fields.requiredText('location', '$message.header#/replyTo'),
    description: fields.text('description'),
  })
}

function findChannel(
  fields: Fields,
  channels: readonly ChannelDraft[],
  context: ReadContext,
): ChannelDraft | undefined {
  const value = fields.get('channel')
  if (value === undefined) return undefined
  const reference = referenceOf(value)
  const byKey = channels.find(({ pointer }) => reference !== undefined && `#${pointer}` === decoded(reference))
  if (byKey !== undefined) return byKey
  const found = isObject(value) ? context.references.resolve(value, fields.at('channel')) : undefined
  return channels.find(({ source }) => source === found?.value)
}

/** Undefined when the owner has no `messages`: then all of the channel's are meant. */
function findMessages(owner: Fields, channel: ChannelDraft, context: ReadContext): ReadMessage[] | undefined {
  return owner
    .list('messages')
    ?.flatMap((value, index) => findMessage(value, join(owner.at('messages'), index), channel, context))
}

function findMessage(value: JsonValue, pointer: string, channel: ChannelDraft, context: ReadContext): ReadMessage[] {
  const reference = decoded(referenceOf(value) ?? '')
  const byKey = channel.messages.find(
    ({ message }) => reference === `#${join(channel.pointer, 'messages', message.id)}`,
  )
  if (byKey !== undefined) return [byKey]
  const found = context.references.resolveObject(value, pointer, 'a message')
  if (found === undefined) return []
  const alternatives = own(found.value, 'oneOf')
  const sources = Array.isArray(alternatives)
    ? alternatives.map((one) => context.references.resolve(one, found.pointer)?.value)
    : [found.value]
  const same = channel.messages.filter(({ source }) => sources.includes(source))
  if (same.length > 0) {
    if (!reference.startsWith('#/channels/')) {
      context.findings.add(
        'operation-message',
        pointer,
        `Expected a reference into the channel's messages ("#${channel.pointer}/messages/…"); got ${show(reference)}. The channel has the same message, which is used.`,
      )
    }
    return same
  }
  const id = reference.split('/').at(-1) || `message.${channel.messages.length}`
  context.findings.add(
    'operation-message',
    pointer,
    `Channel "${channel.id}" does not have the message ${show(reference || id)}; it is added.`,
  )
  const added = readEntry(id, value, pointer, channel.policy, context)
  channel.messages.push(...added)
  return added
}

/** References may escape what pointers need not: `#/channels/a%20b`. */
function decoded(reference: string): string {
  try {
    return decodeURIComponent(reference)
  } catch {
    return reference
  }
}
