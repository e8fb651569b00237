import type { ChannelTemplate } from '../door-client/channel-template.ts'
import { jsonType } from '../door-client/publish.ts'
import type { OutgoingMessage } from '../door-client/publish.ts'
import { holds, valueAt } from '../json-pointer.ts'
import type { Condition, JsonPointer } from '../json-pointer.ts'
import { parseJson, printJson } from '../json-text.ts'
import type { RecordedMessage, RecordingItem } from './recording.ts'

/** Which messages of a recording to publish, what part of them, and where. */
export interface Selection {
  readonly channel: ChannelTemplate
  readonly select?: JsonPointer | undefined
  readonly where: readonly Condition[]
  readonly limit?: number | undefined
  readonly text?: true | undefined
  readonly contentType?: string | undefined
}

/** A message of the recording, ready to be published. */
export interface SelectedMessage extends OutgoingMessage {
  readonly number: number
  readonly timeMs: number
  readonly channel: URL
}

/** Counts what a recording holds. */
export interface SelectionCounts {
  read: number
  selected: number
  unreadable: number
  /** Tells the first reason of each kind. */
  tellUnreadable(number: number, why: string): void
}

/** The messages of a recording that are selected, in order. */
export async function* selectMessages(
  items: AsyncIterable<RecordingItem>,
  selection: Selection,
  counts: SelectionCounts,
): AsyncGenerator<SelectedMessage, void> {
  for await (const item of items) {
    if (item.kind === 'unreadable') {
      counts.unreadable += 1
      counts.tellUnreadable(item.number, item.why)
      continue
    }
    counts.read += 1
    const selected = selectFrom(item.message, selection)
    if (selected === undefined) continue
    counts.selected += 1
    yield selected
    if (counts.selected === selection.limit) return
  }
}

/** What of one message is to be published; `undefined` when nothing of it is. */
export function selectFrom(message: RecordedMessage, selection: Selection): SelectedMessage | undefined {
  const { number, timeMs, data } = message
  const document = jsonOf(data)
  const { channel, select, where } = selection
  if ((where.length > 0 || select !== undefined || channel.varies) && document === undefined) return undefined
  if (!where.every((condition) => holds(condition, document?.value))) return undefined
  const target = channel.channelOf(document?.value)
  if (target === undefined) return undefined
  const outgoing =
    select === undefined ? whole(data, document !== undefined, selection) : part(document?.value, select, selection)
  return outgoing && { ...outgoing, number, timeMs, channel: target }
}

function whole(data: string | Uint8Array, isJson: boolean, selection: Selection): OutgoingMessage {
  const ofItsOwn = typeof data !== 'string' ? binaryType : isJson ? jsonType : textType
  return { body: data, contentType: chosenType(selection) ?? ofItsOwn }
}

function part(document: unknown, select: JsonPointer, selection: Selection): OutgoingMessage | undefined {
  const value = valueAt(document, select)
  if (value === undefined) return undefined
  const contentType = chosenType(selection) ?? jsonType
  const isText = contentType !== jsonType && typeof value === 'string'
  return { body: isText ? value : printJson(value), contentType }
}

const textType = 'text/plain; charset=utf-8'
const binaryType = 'application/octet-stream'

function chosenType({ contentType, text }: Selection): string | undefined {
  return contentType ?? (text ? textType : undefined)
}

/** Binary frames are not looked into: what they hold is the channel's own business. */
function jsonOf(data: string | Uint8Array): { readonly value: unknown } | undefined {
  if (typeof data !== 'string') return undefined
  try {
    return { value: parseJson(data) }
  } catch {
    return undefined
  }
}
