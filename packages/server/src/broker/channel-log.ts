import type { Draft, Entry, Gap, LogPage, LogPolicy, ReadQuery } from './broker.ts'

interface StoredEntry extends Entry {
  /** When it was appended, on the monotonic clock: ages must not follow a clock jump. */
  readonly appendedMs: number
}

/** Milliseconds of both clocks at one moment. */
export interface Moment {
  readonly monotonicMs: number
  readonly wallMs: number
}

/**
 * The bounded log of one channel, in memory. A `stream` keeps the newest messages up to a count and an age; a `state` keeps
 * the latest message of each key, up to a count of keys, and drops the one that was updated longest ago.
 */
export class ChannelLog {
  readonly #policy: LogPolicy
  readonly #maxKeys: number
  /** Offset at which this log began: nothing is known about what came before. */
  readonly #base: number
  /** Everything up to here has been dropped, or was never in this log. */
  #trimmedThrough: number
  #head: number
  /** `stream`: the retained messages from `#start` on; the part before it is already dropped. */
  #stream: StoredEntry[] = []
  #start = 0
  /** `state`: re-inserted on each update, so the iteration order is the log order. */
  readonly #latest = new Map<string, StoredEntry>()

  constructor(policy: LogPolicy, base: number, maxKeys: number) {
    this.#policy = policy
    this.#base = base
    this.#maxKeys = maxKeys
    this.#trimmedThrough = base
    this.#head = base
  }

  /** Offset of the newest message, or the base when there was none. */
  get head(): number {
    return this.#head
  }

  /** Whether nothing was ever appended. */
  get isUntouched(): boolean {
    return this.#head === this.#base
  }

  /** How many messages can be replayed. */
  get size(): number {
    return this.#policy.kind === 'state' ? this.#latest.size : this.#stream.length - this.#start
  }

  append(drafts: readonly Draft[], now: Moment): StoredEntry[] {
    const entries: StoredEntry[] = []
    for (const draft of drafts) {
      const entry: StoredEntry = {
        name: draft.name,
        encoding: draft.encoding,
        payload: draft.payload,
        key: draft.key,
        forClients: draft.forClients,
        trace: draft.trace,
        offset: ++this.#head,
        timeMs: now.wallMs,
        appendedMs: now.monotonicMs,
      }
      entries.push(entry)
      if (this.#policy.kind === 'state') this.#setLatest(entry)
      else this.#stream.push(entry)
    }
    this.trim(now.monotonicMs)
    return entries
  }

  /** Drops what is over the count or the age. */
  trim(nowMs: number): void {
    if (this.#policy.kind === 'state') return
    const { maxMessages, maxAgeMs } = this.#policy
    let start = Math.max(this.#start, this.#stream.length - maxMessages)
    while (start < this.#stream.length && nowMs - this.#stream[start]!.appendedMs > maxAgeMs) start++
    if (start === this.#start) return
    this.#trimmedThrough = this.#stream[start - 1]!.offset
    this.#start = start
    // Amortised: the array is cut only when half of it is dead.
    if (start * 2 >= this.#stream.length) {
      this.#stream = this.#stream.slice(start)
      this.#start = 0
    }
  }

  read(epoch: string, query: ReadQuery, nowMs: number): LogPage {
    this.trim(nowMs)
    const { since } = query
    if (since === undefined) return this.#page(epoch, this.#newest(query.limit), undefined, query)
    const gap = this.#gapAfter(epoch, since)
    const from = gap === undefined ? since.offset : gap.to.offset
    return this.#page(epoch, this.#after(from), gap, query, from)
  }

  #setLatest(entry: StoredEntry): void {
    const key = entry.key ?? ''
    this.#latest.delete(key)
    this.#latest.set(key, entry)
    if (this.#latest.size <= this.#maxKeys) return
    const [oldestKey, oldest] = this.#latest.entries().next().value!
    this.#latest.delete(oldestKey)
    this.#trimmedThrough = oldest.offset
  }

  #gapAfter(epoch: string, since: { readonly epoch: string; readonly offset: number }): Gap | undefined {
    const to = { epoch, offset: this.#trimmedThrough }
    // An offset beyond the head was never handed out by this log, so it belongs to another life of it.
    if (since.epoch !== epoch || since.offset > this.#head) return { from: since, to, reason: 'epoch-changed' }
    if (since.offset >= this.#trimmedThrough) return undefined
    const counted = since.offset >= this.#base && this.#policy.kind === 'stream'
    return {
      from: since,
      to,
      ...(counted ? { missed: this.#trimmedThrough - since.offset } : {}),
      reason: 'history-trimmed',
    }
  }

  #newest(limit: number): Iterable<StoredEntry> {
    if (this.#policy.kind === 'state') return this.#latest.values()
    return this.#stream.slice(Math.max(this.#start, this.#stream.length - limit))
  }

  *#after(offset: number): Iterable<StoredEntry> {
    if (this.#policy.kind === 'state') {
      for (const entry of this.#latest.values()) if (entry.offset > offset) yield entry
      return
    }
    // Offsets of a stream are contiguous from the first retained one.
    const first = this.#stream[this.#start]
    if (first === undefined) return
    for (let i = this.#start + Math.max(0, offset + 1 - first.offset); i < this.#stream.length; i++) {
      yield this.#stream[i]!
    }
  }

  #page(epoch: string, source: Iterable<StoredEntry>, gap: Gap | undefined, query: ReadQuery, from?: number): LogPage {
    const entries: Entry[] = []
    let bytes = 0
    let more = false
    for (const entry of source) {
      if (entries.length >= query.limit || bytes > query.maxBytes) {
        more = true
        break
      }
      entries.push(entry)
      bytes += entry.payload.length
    }
    const last = entries.at(-1)
    return {
      epoch,
      entries,
      ...(gap === undefined ? {} : { gap }),
      next: more ? last!.offset : Math.max(this.#head, from ?? 0),
      more,
    }
  }
}
