import type { Gap, ReadQuery } from '../../broker/broker.ts'
import type { DraftHead, EntryHead, PolicyHead } from './entries.ts'

// What a remote broker and its host say to each other, as JSON; payloads are the frame's body.

/** `publish`, answered with `Published`. */
export type PublishCall = readonly [
  address: string,
  policy: PolicyHead,
  drafts: readonly DraftHead[],
  idempotencyKey: string | null,
  fingerprint: string | null,
]

/** `findPublished`, answered with `Published` or null. */
export type FindCall = readonly [address: string, key: string, fingerprint: string]

/** `read`, answered with a {@link PageHead}. */
export type ReadCall = readonly [address: string, policy: PolicyHead, query: ReadQuery]

/** `subscribe`, answered with a {@link SubscribedHead}; the note `unsubscribe` ends it. */
export type SubscribeCall = readonly [address: string, policy: PolicyHead]

export interface PageHead {
  readonly epoch: string
  readonly entries: readonly EntryHead[]
  readonly gap?: Gap
  readonly next: number
  readonly more: boolean
}

/** `number` names the channel in frames of entries, in breaks and in `unsubscribe`. */
export interface SubscribedHead {
  readonly number: number
  readonly epoch: string
  readonly head: number
}

/** Head of a frame of entries, whose id is the channel's number. */
export type EntriesHead = readonly [epoch: string, entries: readonly EntryHead[]]

/** The note `break`: entries up to `head` were left out. */
export type BreakNote = readonly [number: number, epoch: string, head: number]
