import { encodeBinaryFrame, encodeCompressedFrame, encodeTextFrame } from '@hydrant/wire'
import type { Entry, Gap } from '../broker/broker.ts'
import { formatPosition } from '../broker/position.ts'
import { traceMembers } from './message-trace.ts'
import type { Origin } from './origin.ts'

/** How a subscriber takes messages: in WebSocket frames or as Server-Sent Events, payloads alone or in envelopes. */
export type Format = SocketFormat | EventStreamFormat | ConnectFormat
export type EventStreamFormat = 'event-stream' | 'event-stream-envelope'
export type SocketFormat = 'bare' | 'envelope' | 'bare-deflated' | 'envelope-deflated'
export type ConnectFormat = 'connect' | 'connect-deflated'

/** The bytes of some entries for every subscriber of one format. */
export function encodeEntries(format: Format, origin: Origin, entries: readonly Entry[]): Buffer {
  const encode = ENCODERS[format]
  if (entries.length === 1) return encode(origin, entries[0]!)
  return Buffer.concat(entries.map((entry) => encode(origin, entry)))
}

const ENCODERS: Record<Format, (origin: Origin, entry: Entry) => Buffer> = {
  bare: (_origin, entry) =>
    entry.encoding === 'binary' ? encodeBinaryFrame(entry.payload) : encodeTextFrame(entry.payload),
  envelope: ({ epoch }, entry) => encodeTextFrame(envelopeJson(epoch, entry)),
  'bare-deflated': (_origin, entry) =>
    onceFor(deflatedPayloads, entry, () =>
      encodeCompressedFrame(entry.payload, { binary: entry.encoding === 'binary' }),
    ),
  'envelope-deflated': ({ epoch }, entry) =>
    onceFor(deflatedEnvelopes, entry, () => encodeCompressedFrame(envelopeJson(epoch, entry))),
  'event-stream': eventStreamBlock,
  connect: (origin, entry) => encodeTextFrame(connectJson(origin, entry)),
  'connect-deflated': (origin, entry) => encodeCompressedFrame(connectJson(origin, entry)),
  'event-stream-envelope': ({ epoch }, entry) =>
    Buffer.from(
      `id: ${formatPosition(epoch, entry.offset)}\nevent: ${oneLine(entry.name)}\ndata: ${envelopeJson(epoch, entry)}\n\n`,
    ),
}

// Compressing costs a hundred times what framing does, so it is done once for each message, also for those who replay it.
const deflatedPayloads = new WeakMap<Entry, Buffer>()
const deflatedEnvelopes = new WeakMap<Entry, Buffer>()

function onceFor(made: WeakMap<Entry, Buffer>, entry: Entry, make: () => Buffer): Buffer {
  let frame = made.get(entry)
  if (frame === undefined) {
    frame = make()
    made.set(entry, frame)
  }
  return frame
}

/** One message as history pages and envelopes show it: `{ position, time, name, traceparent?, tracestate?, data }`. */
export function envelopeJson(epoch: string, entry: Entry): string {
  const position = formatPosition(epoch, entry.offset)
  const time = new Date(entry.timeMs).toISOString()
  const head = `{"position":"${position}","time":"${time}","name":${JSON.stringify(entry.name)},${traceMembers(entry.trace)}"data":`
  switch (entry.encoding) {
    case 'json':
      return `${head}${entry.payload.toString()}}`
    case 'text':
      return `${head}${JSON.stringify(entry.payload.toString())}}`
    case 'binary':
      return `${head}"${entry.payload.toString('base64')}","encoding":"base64"}`
  }
}

/** A message of the socket protocol: `{ c, o, t, traceparent?, tracestate?, d }` (PROTOCOL.md §4). */
function connectJson(origin: Origin, entry: Entry): Buffer {
  const head = `{"c":${origin.aliasOf(entry.name)},"o":${entry.offset},"t":${entry.timeMs - origin.timeMs},${traceMembers(entry.trace)}`
  if (entry.encoding === 'binary') return Buffer.from(`${head}"b":"${entry.payload.toString('base64')}"}`)
  const payload = entry.encoding === 'json' ? entry.payload : Buffer.from(JSON.stringify(entry.payload.toString()))
  const before = `${head}"d":`
  // The head is ASCII: one byte for each character.
  const json = Buffer.allocUnsafe(before.length + payload.length + 1)
  json.write(before, 'latin1')
  json.set(payload, before.length)
  json[json.length - 1] = CLOSING_BRACE
  return json
}

const CLOSING_BRACE = 0x7d

function eventStreamBlock({ epoch }: Origin, entry: Entry): Buffer {
  const position = formatPosition(epoch, entry.offset)
  const name = oneLine(entry.name)
  if (entry.encoding === 'binary') {
    return Buffer.from(`id: ${position}\nevent: ${name};base64\ndata: ${entry.payload.toString('base64')}\n\n`)
  }
  return Buffer.from(`id: ${position}\nevent: ${name}\n${dataLines(entry.payload.toString())}\n`)
}

/** An event that is not a message: a gap or an error. It carries no id, so that a reader resumes from the last message. */
export function eventStreamNotice(event: string, notice: unknown): Buffer {
  return Buffer.from(`event: ${event}\ndata: ${JSON.stringify(notice)}\n\n`)
}

// WHATWG HTML §9.2: a line ends at CR, LF or CRLF, and each needs its own `data:`.
function dataLines(text: string): string {
  if (!/[\r\n]/.test(text)) return `data: ${text}\n`
  return text
    .split(/\r\n|\r|\n/)
    .map((line) => `data: ${line}\n`)
    .join('')
}

function oneLine(name: string): string {
  return name.replace(/[\r\n]+/g, ' ')
}

/** What a reader is told about a gap, on every door. */
export interface GapNotice {
  readonly type: 'urn:hydrant:gap'
  readonly title: string
  readonly channel: string
  readonly from: string
  readonly to: string
  readonly missed?: number
  readonly reason: string
  readonly recovered: false
}

export function gapNotice(channel: string, gap: Gap, reason: string = gap.reason): GapNotice {
  return {
    type: 'urn:hydrant:gap',
    title: 'Messages were lost',
    channel,
    from: formatPosition(gap.from.epoch, gap.from.offset),
    to: formatPosition(gap.to.epoch, gap.to.offset),
    ...(gap.missed === undefined ? {} : { missed: gap.missed }),
    reason,
    recovered: false,
  }
}
