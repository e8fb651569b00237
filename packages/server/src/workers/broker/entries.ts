import type { Draft, Entry, LogPolicy, PayloadEncoding } from '../../broker/broker.ts'
import type { MessageTrace } from '../../message/message-trace.ts'

/**
 * A message beside its payload: an array, since it goes over the link with each message. `null` is a `stream`'s missing key; the
 * trace is at the end, where it costs nothing when there is none.
 */
export type DraftHead = readonly [
  name: string,
  encoding: PayloadEncoding,
  payloadBytes: number,
  key: string | null,
  forClients: 0 | 1,
  trace?: MessageTrace,
]

export type EntryHead = readonly [offset: number, timeMs: number, ...DraftHead]

export type PolicyHead = readonly [kind: LogPolicy['kind'], maxMessages: number, maxAgeMs: number]

export function draftHead({ name, encoding, payload, key, forClients, trace }: Draft): DraftHead {
  const kind = forClients ? 1 : 0
  return trace === undefined
    ? [name, encoding, payload.length, key ?? null, kind]
    : [name, encoding, payload.length, key ?? null, kind, trace]
}

export function entryHead(entry: Entry): EntryHead {
  return [entry.offset, entry.timeMs, ...draftHead(entry)]
}

/** The payloads of messages, one after the other: not copied when there is one. */
export function payloadsOf(messages: readonly Draft[]): Buffer {
  return messages.length === 1 ? messages[0]!.payload : Buffer.concat(messages.map(({ payload }) => payload))
}

/** The messages of a publish. Payloads are copied: a log that keeps one must not keep all that arrived with it. */
export function toDrafts(heads: readonly DraftHead[], body: Buffer): Draft[] {
  let at = 0
  return heads.map(([name, encoding, bytes, key, forClients, trace]) => {
    const payload = Buffer.from(body.subarray(at, at + bytes))
    at += bytes
    return { name, encoding, payload, key: key ?? undefined, forClients: forClients === 1, trace }
  })
}

/** Entries whose payloads are views into `body`: their readers encode them soon and let them go. */
export function toEntries(heads: readonly EntryHead[], body: Buffer): Entry[] {
  const entries: Entry[] = []
  let at = 0
  for (const [offset, timeMs, name, encoding, bytes, key, forClients, trace] of heads) {
    const payload = body.subarray(at, at + bytes)
    at += bytes
    entries.push({
      name,
      encoding,
      payload,
      key: key ?? undefined,
      forClients: forClients === 1,
      trace,
      offset,
      timeMs,
    })
  }
  return entries
}

export function policyHead({ kind, maxMessages, maxAgeMs }: LogPolicy): PolicyHead {
  return [kind, maxMessages, maxAgeMs]
}

export function toPolicy([kind, maxMessages, maxAgeMs]: PolicyHead): LogPolicy {
  return { kind, maxMessages, maxAgeMs }
}
