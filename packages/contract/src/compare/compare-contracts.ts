import { join } from '../json.ts'
import type { Channel, Contract, Message, Parameter } from '../model.ts'
import type { Change, ChangeKind } from './change.ts'
import { excessOf } from './schema-excess.ts'

/**
 * What a new version of a contract changes for the clients of the old one, in the old document's order and then what is new.
 * Clients break when something they use is gone, when less may be published, or when more may be received. Schemas are compared
 * by their structure: what cannot be compared and is not the same counts as breaking. Never throws.
 */
export function compareContracts(before: Contract, after: Contract): Change[] {
  const changes: Change[] = []
  const afterByShape = new Map(after.channels.map((channel) => [shapeOf(channel), channel]))
  const met = new Set<Channel>()
  for (const channel of before.channels) {
    const next = afterByShape.get(shapeOf(channel))
    if (next !== undefined) {
      met.add(next)
      compareChannels(channel, next, changes)
      continue
    }
    const moved = after.channels.find(({ id }) => id === channel.id)
    const pointer = join('/channels', channel.id)
    if (moved === undefined) {
      changes.push(breaking('channel-removed', pointer, `clients that use ${channel.address} lose it`))
    } else {
      met.add(moved)
      changes.push(breaking('channel-moved', pointer, `${channel.address} is ${moved.address} now`))
      compareChannels(channel, moved, changes)
    }
  }
  for (const channel of after.channels) {
    if (!met.has(channel)) {
      changes.push(harmless('channel-added', join('/channels', channel.id), `${channel.address} is new`))
    }
  }
  return changes
}

/** The address without the names of its parameters: two with one shape cannot be told apart by a client. */
function shapeOf({ address }: Channel): string {
  return address.replaceAll(/\{[^}]*\}/g, '{}')
}

function compareChannels(before: Channel, after: Channel, changes: Change[]): void {
  const pointer = join('/channels', after.id)
  if (before.kind !== after.kind) {
    changes.push(breaking('kind-changed', pointer, `a ${before.kind} is a ${after.kind} now`))
  }
  compareParameters(before, after, pointer, changes)
  const names = new Set([...before.messages, ...after.messages].map(({ name }) => name))
  for (const name of names) {
    compareMessages({ name, before, after, pointer }, changes)
  }
}

function compareParameters(before: Channel, after: Channel, channel: string, changes: Change[]): void {
  const [old, now] = [placeholdersOf(before), placeholdersOf(after)]
  for (const [index, name] of old.entries()) {
    const next = now[index]
    if (next === undefined) continue
    const pointer = join(channel, 'parameters', next)
    if (next !== name) changes.push(breaking('parameter-renamed', pointer, `{${name}} is {${next}} now`))
    compareValues(parameterOf(before, name), parameterOf(after, next), pointer, changes)
  }
}

function placeholdersOf({ address }: Channel): string[] {
  return [...address.matchAll(/\{([^}]*)\}/g)].map(([, name]) => name!)
}

function parameterOf({ parameters }: Channel, name: string): Parameter | undefined {
  return parameters.find((parameter) => parameter.name === name)
}

function compareValues(
  before: Parameter | undefined,
  after: Parameter | undefined,
  pointer: string,
  changes: Change[],
): void {
  const [old, now] = [before?.enum, after?.enum]
  const gone =
    now === undefined ? [] : old === undefined ? ['any other value'] : old.filter((each) => !now.includes(each))
  const added = old === undefined ? [] : now === undefined ? ['any value'] : now.filter((each) => !old.includes(each))
  if (gone.length > 0) changes.push(breaking('parameter-narrowed', pointer, `${gone.join(', ')} is no longer allowed`))
  if (added.length > 0) changes.push(harmless('parameter-widened', pointer, `${added.join(', ')} is allowed now`))
}

interface MessagePlace {
  readonly name: string
  readonly before: Channel
  readonly after: Channel
  /** Of the channel. */
  readonly pointer: string
}

function compareMessages({ name, before, after, pointer: channel }: MessagePlace, changes: Change[]): void {
  const [old, now] = [named(before.messages, name), named(after.messages, name)]
  const pointer = join(channel, 'messages', (now ?? old)!.id)
  if (now === undefined) {
    changes.push(breaking('message-removed', pointer, `"${name}" is gone`))
    return
  }
  if (old === undefined) {
    changes.push(harmless('message-added', pointer, `"${name}" is new`))
    return
  }
  const received = compareDirection('toClients', { name, before, after, pointer }, changes)
  const published = compareDirection('fromClients', { name, before, after, pointer }, changes)
  if (old.contentType !== now.contentType) {
    const message = `${old.contentType} is ${now.contentType} now`
    changes.push(breaking('content-type-changed', join(pointer, 'contentType'), message))
    return
  }
  const payload = join(pointer, 'payload')
  for (const excess of excessOf(old.payloadSchema ?? true, now.payloadSchema ?? true)) {
    changes.push({
      kind: 'schema-narrowed',
      breaks: published,
      pointer: payload + excess.pointer,
      message: excess.message,
    })
  }
  for (const excess of excessOf(now.payloadSchema ?? true, old.payloadSchema ?? true)) {
    changes.push({
      kind: 'schema-widened',
      breaks: received,
      pointer: payload + excess.pointer,
      message: excess.message,
    })
  }
}

/** Whether clients had the message in this direction. Tells when they have it no longer, or newly. */
function compareDirection(
  direction: 'toClients' | 'fromClients',
  { name, before, after, pointer }: MessagePlace,
  changes: Change[],
): boolean {
  const had = named(before[direction].messages, name) !== undefined
  const has = named(after[direction].messages, name) !== undefined
  const what = direction === 'toClients' ? 'receive' : 'publish'
  if (had && !has) changes.push(breaking('direction-changed', pointer, `clients no longer ${what} "${name}"`))
  if (!had && has) changes.push(harmless('direction-changed', pointer, `clients ${what} "${name}" now`))
  return had && has
}

function named(messages: readonly Message[], name: string): Message | undefined {
  return messages.find((message) => message.name === name)
}

function breaking(kind: ChangeKind, pointer: string, message: string): Change {
  return { kind, breaks: true, pointer, message }
}

function harmless(kind: ChangeKind, pointer: string, message: string): Change {
  return { kind, breaks: false, pointer, message }
}
