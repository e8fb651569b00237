/** A message that a publisher got an answer for. */
export interface Acknowledged {
  readonly channel: string
  readonly position: string
  /** `PUBLISHER:SEQUENCE`, unique in a run. */
  readonly payload: string
}

/** What one subscriber saw on one channel, in order. */
export type Seen =
  | { readonly kind: 'message'; readonly position: string; readonly payload: string }
  | { readonly kind: 'gap'; readonly from: string; readonly to: string }

/** One subscriber's side of the story. */
export interface SubscriberLog {
  readonly name: string
  readonly channel: string
  /** The position after which it has to have seen everything. */
  readonly start: string
  readonly seen: Seen[]
}

/** What happened in a run, written down by those to whom it happened. */
export class Ledger {
  readonly acknowledged: Acknowledged[] = []
  /** Payloads that publishers tried to publish, acknowledged or not. */
  readonly attempted: Set<string> = new Set()
  readonly subscribers: SubscriberLog[] = []
}
