/** A range of positions that will never come: after `from`, up to and including `to` (rule 6). */
export interface GapRange {
  readonly from: string
  readonly to: string
  /** How many messages, where that can be known. */
  readonly missed?: number
  /** `history-trimmed`, `epoch-changed`, `slow-consumer`, or one that this version does not know. */
  readonly reason: string
}

export interface GapPush extends GapRange {
  readonly push: 'gap'
  readonly channel: string
}
