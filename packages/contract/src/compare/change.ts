/** What changed between two versions of a contract. Stable: match on these. */
export type ChangeKind =
  | 'channel-added'
  | 'channel-removed'
  | 'channel-moved'
  | 'kind-changed'
  | 'parameter-renamed'
  | 'parameter-narrowed'
  | 'parameter-widened'
  | 'message-added'
  | 'message-removed'
  | 'direction-changed'
  | 'content-type-changed'
  | 'schema-narrowed'
  | 'schema-widened'

/** One difference between two versions of a contract. */
export interface Change {
  readonly kind: ChangeKind
  /** Whether a client that was right before can be wrong afterwards. */
  readonly breaks: boolean
  /** JSON pointer into the new document; into the old one for what was removed. Schemas: as if every reference stood in its place. */
  readonly pointer: string
  /** One sentence: what was, what is. */
  readonly message: string
}
