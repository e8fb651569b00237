import type { JsonObject } from '@hydrant/contract'

/** One change, or an attempt at one: who, what, when. */
export interface AuditEntry {
  readonly id: number
  /** RFC 3339. */
  readonly time: string
  /** `loopback`, `token` or `session`; `nobody` when it was refused for want of one. */
  readonly actor: string
  readonly remoteAddress: string
  /** An `operationId`. */
  readonly action: string
  readonly target: string | null
  readonly reason: string | null
  /** HTTP status of the answer. */
  readonly status: number
  readonly details: JsonObject
}

/** How many entries are kept; all of them are told to the listener, which logs them. */
const MAX_ENTRIES = 1_000

/** Every change that was made through the admin listener, newest last. */
export class AuditLog {
  readonly #entries: AuditEntry[] = []
  readonly #tell: (entry: AuditEntry) => void
  #lastId = 0

  /** `tell` hears each entry as it is written. */
  constructor(tell: (entry: AuditEntry) => void) {
    this.#tell = tell
  }

  get entries(): readonly AuditEntry[] {
    return this.#entries
  }

  write(entry: Omit<AuditEntry, 'id'>): void {
    const written = { id: ++this.#lastId, ...entry }
    this.#entries.push(written)
    if (this.#entries.length > MAX_ENTRIES) this.#entries.shift()
    this.#tell(written)
  }
}
