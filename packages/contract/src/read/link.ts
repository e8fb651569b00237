import type { Route } from '../address/match.ts'
import { at, isObject, join, segmentsOf, show } from '../json.ts'
import type { Channel, DeclaredError, Operation, Perspective, SchemaError } from '../model.ts'
import { declaredProperties } from '../schema/declared.ts'
import { checkHandshake } from '../schema/handshake.ts'
import { CompiledMessageSet } from '../schema/message-set.ts'
import { allowOf, type WrittenAllow } from './allow.ts'
import type { ChannelDraft } from './channels.ts'
import type { ReadContext } from './context.ts'
import { defined } from './fields.ts'
import type { ReadMessage } from './messages.ts'
import type { OperationDraft } from './operations.ts'

/** Turns drafts into the model: one channel per address, both directions, operations linked to their channels. */
export function link(
  drafts: readonly ChannelDraft[],
  operations: readonly OperationDraft[],
  allow: WrittenAllow,
  context: ReadContext,
): { channels: Channel[]; operations: Operation[]; routes: Route[] } {
  const groups = groupByAddress(drafts, context)
  const channelOf = new Map<ChannelDraft, Channel>()
  const operationsOf = new Map<Channel, Operation[]>()
  const routes: Route[] = []
  for (const group of groups) {
    const own: Operation[] = []
    const channel = makeChannel(group, operations, own, allow, context)
    for (const draft of group) channelOf.set(draft, channel)
    operationsOf.set(channel, own)
    routes.push({ channel, template: group[0]!.template })
  }
  const linked = operations.map((draft) => {
    const operation = makeOperation(draft, channelOf)
    operationsOf.get(operation.channel)?.push(operation)
    return operation
  })
  return { channels: routes.map(({ channel }) => channel), operations: linked, routes }
}

function groupByAddress(drafts: readonly ChannelDraft[], { findings }: ReadContext): ChannelDraft[][] {
  const groups = new Map<string, ChannelDraft[]>()
  const shapes = new Map<string, ChannelDraft>()
  for (const draft of drafts) {
    const group = groups.get(draft.template.address)
    if (group !== undefined) {
      group.push(draft)
      findings.add(
        'address-shared',
        draft.pointer,
        `Channel "${group[0]!.id}" has the address ${draft.template.address} already; both are served as one channel with the messages and operations of both.`,
      )
      continue
    }
    groups.set(draft.template.address, [draft])
    const shape = draft.template.segments
      .map((segment) => segment.map((part, index) => (index % 2 === 1 ? '{}' : part)).join(''))
      .join('/')
    const other = shapes.get(shape)
    if (other === undefined) shapes.set(shape, draft)
    else
      findings.add(
        'address-ambiguous',
        draft.pointer,
        `${draft.template.address} and ${other.template.address} match the same paths; the first whose parameters allow the path is taken, channel "${other.id}" before "${draft.id}".`,
      )
  }
  return [...groups.values()]
}

function makeChannel(
  group: readonly ChannelDraft[],
  operations: readonly OperationDraft[],
  own: Operation[],
  inherited: WrittenAllow,
  context: ReadContext,
): Channel {
  const [first] = group as [ChannelDraft]
  const all = distinct(group.flatMap((draft) => draft.messages))
  const { toClients, fromClients } = directions(group, operations, context.perspective)
  if (toClients === undefined) {
    context.findings.add(
      'channel-no-operation',
      first.pointer,
      `No operation uses channel "${first.id}"; clients may both publish to it and subscribe to it.`,
    )
  }
  if (all.length === 0)
    context.findings.add(
      'channel-no-message',
      first.pointer,
      `Channel "${first.id}" has no message; nothing can be published to it.`,
    )
  const { settings, webSocket } = first
  const outward = new CompiledMessageSet(toClients ?? all)
  const inward = new CompiledMessageSet(fromClients ?? all)
  reportUndecided(first, [outward, inward], context)
  reportKey(first, all, context)
  const parameters = first.parameters
  return {
    ...defined({ title: first.title, summary: first.summary, description: first.description }),
    id: first.id,
    address: first.template.address,
    tags: group.flatMap((draft) => draft.tags),
    parameters,
    messages: all.map(({ message }) => message),
    all: new CompiledMessageSet(all),
    toClients: outward,
    fromClients: inward,
    kind: settings.kind,
    key: settings.key,
    keyOf: settings.kind === 'state' ? keyReader(settings.key) : () => undefined,
    history: settings.history,
    overflow: settings.overflow,
    errors: errorsOf(group),
    allow: allowOf(group, inherited, context.findings),
    operations: own,
    webSocket,
    checkHandshake: (query, header): readonly SchemaError[] =>
      checkHandshake(webSocket, query, header, context.compiler),
  }
}

/** The first of each code holds. */
function errorsOf(group: readonly ChannelDraft[]): DeclaredError[] {
  const byCode = new Map<string, DeclaredError>()
  for (const error of group.flatMap(({ settings }) => settings.errors)) {
    if (!byCode.has(error.code)) byCode.set(error.code, error)
  }
  return [...byCode.values()]
}

function reportUndecided(draft: ChannelDraft, sets: readonly CompiledMessageSet[], { findings }: ReadContext): void {
  const groups = sets.flatMap((set) => set.undecided())
  if (groups.length === 0) return
  const shown = groups.slice(0, 3).map((group) => group.slice(0, 6).join(', ') + (group.length > 6 ? ', …' : ''))
  findings.add(
    'message-ambiguous',
    draft.pointer,
    `No property with a constant tells these messages of channel "${draft.id}" apart: ${shown.join('; ')}. Of those that are valid the one that says most about the value is taken; a "const" in each makes that certain, and checking faster.`,
  )
}

/** A key that no message has would leave every message without a state to belong to. */
function reportKey(
  { settings, pointer, id }: ChannelDraft,
  messages: readonly ReadMessage[],
  { findings }: ReadContext,
): void {
  if (settings.key === undefined) return
  const [first = ''] = settings.key.startsWith('/') ? segmentsOf(settings.key) : [settings.key]
  const schemas = messages.flatMap(({ payload }) => payload?.jsonSchema ?? [])
  const declared = schemas.some(({ schema, base, scope }) =>
    declaredProperties(schema, base, scope).some(([name]) => name === first),
  )
  if (schemas.length > 0 && !declared) {
    findings.add(
      'extension-key',
      join(pointer, 'x-hydrant', 'key'),
      `No message of channel "${id}" declares the property ${show(first)}; messages without it are refused.`,
    )
  }
}

/** Which messages go which way. Undefined when no operation, and no reply, touches the channel. */
function directions(
  group: readonly ChannelDraft[],
  operations: readonly OperationDraft[],
  perspective: Perspective,
): { toClients?: ReadMessage[]; fromClients?: ReadMessage[] } {
  const sent: ReadMessage[] = []
  const received: ReadMessage[] = []
  let used = false
  for (const { details, channel, messages, reply } of operations) {
    const sends = (details.action === 'send') === (perspective === 'server')
    if (group.includes(channel)) {
      used = true
      ;(sends ? sent : received).push(...messages)
    }
    if (reply?.channel !== undefined && group.includes(reply.channel)) {
      used = true
      ;(sends ? received : sent).push(...reply.messages)
    }
  }
  return used ? { toClients: distinct(sent), fromClients: distinct(received) } : {}
}

/** Channels that share an address may list the same message object twice. */
function distinct(messages: readonly ReadMessage[]): ReadMessage[] {
  const kept: ReadMessage[] = []
  for (const one of messages) {
    if (!kept.some((other) => other === one || (other.source === one.source && other.message.id === one.message.id)))
      kept.push(one)
  }
  return kept
}

function makeOperation(
  { details, channel, messages, reply }: OperationDraft,
  channelOf: ReadonlyMap<ChannelDraft, Channel>,
): Operation {
  const replyChannel = reply?.channel === undefined ? undefined : channelOf.get(reply.channel)
  return {
    ...details,
    channel: channelOf.get(channel)!,
    messages: messages.map(({ message }) => message),
    ...(reply === undefined
      ? {}
      : {
          reply: {
            messages: reply.messages.map(({ message }) => message),
            ...(replyChannel === undefined ? {} : { channel: replyChannel }),
            ...(reply.address === undefined ? {} : { address: reply.address }),
          },
        }),
  }
}

/** Reads the key of a state: a scalar at a property or JSON pointer. */
function keyReader(key: string | undefined): (value: unknown) => string | undefined {
  if (key === undefined) return () => ''
  const pointer = key.startsWith('/')
  return (value) => {
    const found = pointer ? at(value, key) : isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
    return typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean'
      ? String(found)
      : undefined
  }
}
