import type { Entry } from '../broker/broker.ts'
import { encodeEntries, type Format } from '../message/encode.ts'
import type { Origin } from '../message/origin.ts'

/** Which messages of a channel a reader gets: those the contract sends to clients, or all. */
export type View = 'client' | 'application'

type Chunks = Partial<Record<Format, Buffer | null>>

/**
 * Entries that are delivered together. They are encoded once for each format and view that has a reader, and those bytes are
 * shared by all its readers.
 */
export class LiveBatch {
  readonly origin: Origin
  readonly entries: readonly Entry[]
  readonly firstOffset: number
  readonly lastOffset: number
  /** When the oldest of the entries came, on the monotonic clock. */
  readonly sinceMs: number
  /** How many of the entries the contract sends to clients. */
  readonly countForClients: number
  readonly #forClients: Chunks = {}
  readonly #forApplication: Chunks = {}

  constructor(origin: Origin, entries: readonly Entry[], sinceMs: number) {
    this.sinceMs = sinceMs
    this.origin = origin
    this.entries = entries
    this.firstOffset = entries[0]!.offset
    this.lastOffset = entries[entries.length - 1]!.offset
    let countForClients = 0
    for (const entry of entries) if (entry.forClients) countForClients++
    this.countForClients = countForClients
  }

  /** How many entries after `cursor` this view shows. */
  countAfter(cursor: number, view: View): number {
    if (cursor >= this.firstOffset) return this.entriesAfter(cursor, view).length
    return view === 'client' ? this.countForClients : this.entries.length
  }

  /** The entries after `cursor` that this view shows. */
  entriesAfter(cursor: number, view: View): readonly Entry[] {
    const after = cursor >= this.firstOffset ? this.entries.filter((entry) => entry.offset > cursor) : this.entries
    return visibleOf(after, view)
  }

  /**
   * The bytes of the entries after `cursor` that this view shows, or null when there are none.
   *
   * Hot: once per subscriber and batch. Watched by the fan-out rows of `bench/`.
   */
  chunkAfter(cursor: number, format: Format, view: View): Buffer | null {
    if (cursor >= this.firstOffset) {
      const rest = this.entries.filter((entry) => entry.offset > cursor)
      return encodeVisible(this.origin, rest, format, view)
    }
    const chunks = view === 'client' ? this.#forClients : this.#forApplication
    let chunk = chunks[format]
    if (chunk === undefined) {
      chunk = encodeVisible(this.origin, this.entries, format, view)
      chunks[format] = chunk
    }
    return chunk
  }
}

/** The entries that this view shows. */
export function visibleOf(entries: readonly Entry[], view: View): readonly Entry[] {
  return view === 'application' ? entries : entries.filter((entry) => entry.forClients)
}

/** The bytes of the entries that this view shows, or null when there are none. */
function encodeVisible(origin: Origin, entries: readonly Entry[], format: Format, view: View): Buffer | null {
  const visible = visibleOf(entries, view)
  return visible.length === 0 ? null : encodeEntries(format, origin, visible)
}
