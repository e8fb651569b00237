/** Where the views' data comes from: a running server, or a snapshot of one. */
export interface Admin {
  /** `snapshot`: nothing changes and nothing can be changed. */
  readonly kind: 'server' | 'snapshot'
  /** Throws `AdminError`. */
  get<Answer>(path: string, query?: Query, signal?: AbortSignal): Promise<Answer>
  /** Changes something. Throws `AdminError`; `offline` in a snapshot. */
  send<Answer>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown, query?: Query): Promise<Answer>
  /** Server-Sent Events until the result is called. Comes back by itself. In a snapshot nothing comes. */
  events(path: string, query: Query, listener: EventListener): () => void
  /** The latest value of a live channel of the admin listener, and every one after it. */
  live<Value>(address: LiveAddress, listener: (value: Value) => void): () => void
}

/** Of the admin listener's AsyncAPI document; a test compares the two. */
export const LIVE_ADDRESSES = ['/overview', '/channels', '/connections', '/quarantine', '/log'] as const
export type LiveAddress = (typeof LIVE_ADDRESSES)[number]

/** Undefined and empty values are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>

export interface EventListener {
  readonly onEvent: (name: string, data: unknown) => void
  /** Whether events can come now. */
  readonly onOpen?: (open: boolean) => void
}

/** A path of the admin API from segments that may hold anything: `pathOf('quarantine', group)`. */
export function pathOf(...segments: readonly string[]): string {
  return segments.map(encodeURIComponent).join('/')
}
