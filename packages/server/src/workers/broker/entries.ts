import type { Draft, Entry, LogPolicy, PayloadEncoding } from '../../broker/broker.ts'

/** A message beside its payload: an array, since it goes over the link with each message. `null` is a `stream`'s missing key. */
export type DraftHead = readonly [
  name: string,
  encoding: PayloadEncoding,
  payloadBytes: number,
  key: string | null,
  forClients: 0 | 1,
]

export type EntryHead = readonly [...DraftHead, offset: number, timeMs: number]

export type PolicyHead = readonly [kind: LogPolicy['kind'], maxMessages: number, maxAgeMs: number]

export function draftHead({ name, encoding, payload, key, forClients }: Draft): DraftHead {
  return [name, encoding, payload.length, key ?? null, forClients ? 1 : 0]
}

export function entryHead(entry: Entry): EntryHead {
  return [...draftHead(entry), entry.offset, entry.timeMs]
}

/** The payloads of messages, one after the other: not copied when there is one. */
export function payloadsOf(messages: readonly Draft[]): Buffer {
  return messages.length === 1 ? messages[0]!.payload : Buffer.concat(messages.map(({ payload }) => payload))
}

/** The messages of a publish. Payloads are copied: a log that keeps one must not keep all that arrived with it. */
export function toDrafts(heads: readonly DraftHead[], body: Buffer): Draft[] {
  let at = 0
  return heads.map(([name, encoding, bytes, key, forClients]) => {
    const payload = Buffer.from(body.subarray(at, at + bytes))
    at += bytes
    return { name, encoding, payload, key: key ?? undefined, forClients: forClients === 1 }
  })
}

/** Entries whose payloads are views into `body`: their readers encode them soon and let them go. */
export function toEntries(heads: readonly EntryHead[], body: Buffer): Entry[] {
  const entries: Entry[] = []
  let at = 0
  for (const [name, encoding, bytes, key, forClients, offset, timeMs] of heads) {
    const payload = body.subarray(at, at + bytes)
    at += bytes
    entries.push({ name, encoding, payload, key: key ?? undefined, forClients: forClients === 1, offset, timeMs })
  }
  return entries
}

export function policyHead({ kind, maxMessages, maxAgeMs }: LogPolicy): PolicyHead {
  return [kind, maxMessages, maxAgeMs]
}

export function toPolicy([kind, maxMessages, maxAgeMs]: PolicyHead): LogPolicy {
  return { kind, maxMessages, maxAgeMs }
}
