import type { Clock } from '../../runtime/clock.ts'
import type { Door } from '../door.ts'
import { type Cause, type CauseError, causeKey, causeOf } from './cause.ts'
import { FifoMap } from './fifo-map.ts'
import { type QuarantinedMessage, type Refusal, toQuarantined } from './quarantined-message.ts'

export interface QuarantineLimits {
  /** Messages that are kept of one cause. Default 10,000. */
  readonly maxMessagesPerCause: number
  /** Kept messages of one channel template, in bytes. Default 16 MiB. */
  readonly maxBytesPerChannel: number
  /** Kept messages of all channels, in bytes. Default 64 MiB. */
  readonly maxBytes: number
  /** Causes of one channel template; past it the one that was hit the longest ago is added to `other`. Default 200. */
  readonly maxCausesPerChannel: number
}

const QUARANTINE_LIMITS: QuarantineLimits = {
  maxMessagesPerCause: 10_000,
  maxBytesPerChannel: 16 * 1024 * 1024,
  maxBytes: 64 * 1024 * 1024,
  maxCausesPerChannel: 200,
}

/** All refused messages of one channel template with one cause. */
export class QuarantineRow {
  readonly id: string
  /** The channel's address template. */
  readonly channel: string
  /** The error's code. `other`: the counts of causes that were pushed out by too many others. */
  readonly code: string
  readonly message: string | undefined
  readonly errors: readonly CauseError[]
  readonly firstMs: number
  lastMs: number
  /** How many were refused. */
  count = 0
  /** How many of them were published after all, and how many kept ones an operator dropped. */
  replayed = 0
  dropped = 0
  /** Principals that sent them, at most 20; `anonymous` for the others. */
  readonly senders: Set<string> = new Set()
  /** How many were refused at each door. */
  readonly doors: Partial<Record<Door, number>> = {}
  /** Those that are kept, oldest first; the others were only counted, replayed or dropped. */
  readonly kept: FifoMap<QuarantinedMessage> = new FifoMap()
  /** What the kept ones take, in bytes. */
  keptBytes = 0

  constructor(id: string, channel: string, cause: Cause, nowMs: number) {
    this.id = id
    this.channel = channel
    this.code = cause.code
    this.message = cause.message
    this.errors = cause.errors
    this.firstMs = nowMs
    this.lastMs = nowMs
  }
}

/** The rows of one template. The row that was hit last is the last; kept messages are in the order they came. */
interface Ward {
  readonly rows: Map<string, QuarantineRow>
  readonly kept: FifoMap<QuarantineRow>
  keptBytes: number
}

/**
 * The refused messages of all doors, grouped by cause, in bounded memory: the oldest kept messages go first, the counts
 * stay. The work for each refused message does not depend on how many are there.
 */
export class QuarantineStore {
  readonly limits: QuarantineLimits
  readonly #clock: Clock
  readonly #contractVersion: () => string
  readonly #wards = new Map<string, Ward>()
  readonly #rows = new Map<string, QuarantineRow>()
  /** Every kept message, oldest first, with its row. */
  readonly #kept = new FifoMap<QuarantineRow>()
  #keptBytes = 0
  #lastId = 0

  constructor(clock: Clock, contractVersion: () => string, limits: Partial<QuarantineLimits> = {}) {
    this.#clock = clock
    this.#contractVersion = contractVersion
    this.limits = { ...QUARANTINE_LIMITS, ...limits }
  }

  get keptBytes(): number {
    return this.#keptBytes
  }

  get keptCount(): number {
    return this.#kept.size
  }

  get rowCount(): number {
    return this.#rows.size
  }

  /** Oldest row first. */
  get rows(): IterableIterator<QuarantineRow> {
    return this.#rows.values()
  }

  row(id: string): QuarantineRow | undefined {
    return this.#rows.get(id)
  }

  /** The row that keeps this message. */
  rowOf(messageId: string): QuarantineRow | undefined {
    return this.#kept.get(messageId)
  }

  /** Counts a refusal and keeps its message where it can: gives what was kept. */
  add(refusal: Refusal): { readonly row: QuarantineRow; readonly message: QuarantinedMessage } | undefined {
    const nowMs = this.#clock.wallMs()
    const row = this.#hit(refusal.at.channel.address, causeOf(refusal.error), nowMs)
    row.count++
    row.lastMs = nowMs
    row.doors[refusal.sender.door] = (row.doors[refusal.sender.door] ?? 0) + 1
    if (row.senders.size < MAX_SENDERS) row.senders.add(refusal.sender.principal ?? 'anonymous')
    const message = toQuarantined(refusal, `m${++this.#lastId}`, nowMs, this.#contractVersion())
    if (message === undefined || message.bytes > this.limits.maxBytesPerChannel) return undefined
    this.keep(row, message)
    return { row, message }
  }

  /** Keeps a message in its row, and drops the oldest ones that are then too much. */
  keep(row: QuarantineRow, message: QuarantinedMessage): void {
    if (this.#rows.get(row.id) !== row) return
    const ward = this.#wards.get(row.channel)!
    const { maxMessagesPerCause, maxBytesPerChannel, maxBytes } = this.limits
    row.kept.set(message.id, message)
    ward.kept.set(message.id, row)
    this.#kept.set(message.id, row)
    this.#account(row, ward, message.bytes)
    if (row.kept.size > maxMessagesPerCause) this.release(row.kept.oldestKey()!)
    while (ward.keptBytes > maxBytesPerChannel) this.release(ward.kept.oldestKey()!)
    while (this.#keptBytes > maxBytes) this.release(this.#kept.oldestKey()!)
  }

  /** Lets go of a kept message and gives it. The counts stay. */
  release(messageId: string): QuarantinedMessage | undefined {
    const row = this.#kept.get(messageId)
    if (row === undefined) return undefined
    const message = row.kept.get(messageId)!
    const ward = this.#wards.get(row.channel)!
    this.#kept.delete(messageId)
    ward.kept.delete(messageId)
    row.kept.delete(messageId)
    this.#account(row, ward, -message.bytes)
    return message
  }

  /** Drops a row with everything in it, also its counts. */
  drop(row: QuarantineRow): void {
    for (const id of row.kept.keys()) this.release(id)
    this.#rows.delete(row.id)
    const ward = this.#wards.get(row.channel)
    for (const [key, each] of ward?.rows ?? []) if (each === row) ward?.rows.delete(key)
  }

  /** The row of a cause, as the one that was hit last. */
  #hit(channel: string, cause: Cause, nowMs: number): QuarantineRow {
    let ward = this.#wards.get(channel)
    if (ward === undefined) {
      ward = { rows: new Map(), kept: new FifoMap(), keptBytes: 0 }
      this.#wards.set(channel, ward)
    }
    const key = causeKey(cause)
    let row = ward.rows.get(key)
    if (row === undefined) {
      row = this.#newRow(channel, cause, nowMs)
      if (ward.rows.size >= this.limits.maxCausesPerChannel) this.#pushOut(channel, ward, nowMs)
    } else {
      ward.rows.delete(key)
    }
    ward.rows.set(key, row)
    return row
  }

  /** The cause that was hit the longest ago makes room: its count goes to `other`. */
  #pushOut(channel: string, ward: Ward, nowMs: number): void {
    let other = ward.rows.get(OTHER)
    ward.rows.delete(OTHER)
    const oldest = ward.rows.values().next().value
    if (oldest !== undefined) {
      other ??= this.#newRow(channel, { code: 'other', message: undefined, errors: [] }, oldest.firstMs)
      other.count += oldest.count
      other.lastMs = nowMs
      this.drop(oldest)
    }
    if (other !== undefined) ward.rows.set(OTHER, other)
  }

  #newRow(channel: string, cause: Cause, nowMs: number): QuarantineRow {
    const row = new QuarantineRow(`q${++this.#lastId}`, channel, cause, nowMs)
    this.#rows.set(row.id, row)
    return row
  }

  #account(row: QuarantineRow, ward: Ward, bytes: number): void {
    row.keptBytes += bytes
    ward.keptBytes += bytes
    this.#keptBytes += bytes
  }
}

const OTHER = 'other'
const MAX_SENDERS = 20
