import type { Contract, SchemaError } from '@hydrant/contract'
import { HydrantError } from '../../errors.ts'
import { OPERATOR } from '../../guard/principal.ts'
import { parseExactJson } from '../../message/json-text.ts'
import { acceptMessage, type Incoming } from '../../publish/accept-message.ts'
import type { Addressed, Publisher } from '../../publish/publisher.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { Sender } from '../door.ts'
import { type QuarantinedMessage, toIncoming } from './quarantined-message.ts'
import { applyEdit, type Edit } from './edit.ts'
import type { QuarantineRow, QuarantineStore } from './store.ts'

/** Where a page of rows or messages goes on; opaque to callers. */
export interface PageQuery {
  readonly cursor?: string | undefined
  /** Default 100, at most 1,000. */
  readonly limit?: number | undefined
}

export interface Page<T> {
  readonly items: readonly T[]
  /** Undefined on the last page. */
  readonly next: string | undefined
  readonly total: number
}

/** What the contract says to a payload now. */
export interface Verdict {
  readonly valid: boolean
  /** The message that it is, or is nearest to. */
  readonly message: string | undefined
  readonly detail: string | undefined
  readonly errors: readonly SchemaError[]
}

export interface ReplayOptions {
  /** Applied to each message before it is checked. */
  readonly edit?: Edit | undefined
  /** Ids of kept messages of the row. Default all. */
  readonly messages?: readonly string[] | undefined
  /** Default false. */
  readonly dryRun?: boolean | undefined
}

/** What a replay came to. */
export interface Replayed {
  /** Published; with `dryRun`, what would be. */
  replayed: number
  /** Still not valid: they stay. */
  refused: number
  /** How many the row keeps now. */
  left: number
  /** Messages of the cause that were counted only, or let go of since: they cannot be replayed. */
  notKept: number
  firstRefusal: Verdict | undefined
}

/** Who replays: an operator, so that what is refused again does not come into quarantine twice. */
const ADMIN_LISTENER: Sender = { door: 'admin' }
const DEFAULT_LIMIT = 100
const MAX_LIMIT = 1000
/** Messages that are replayed before the event loop gets a turn. */
const REPLAYED_PER_TURN = 64

/** What operators do with refused messages: look, repair, publish after all, drop, take away. */
export class Quarantine {
  readonly store: QuarantineStore
  readonly #publisher: Publisher
  readonly #contract: () => Contract
  readonly #clock: Clock
  readonly #maxMessageBytes: number
  readonly #maxJsonDepth: number

  constructor(
    store: QuarantineStore,
    options: {
      readonly publisher: Publisher
      readonly contract: () => Contract
      readonly clock: Clock
      readonly maxMessageBytes: number
      readonly maxJsonDepth: number
    },
  ) {
    this.store = store
    this.#publisher = options.publisher
    this.#contract = options.contract
    this.#clock = options.clock
    this.#maxMessageBytes = options.maxMessageBytes
    this.#maxJsonDepth = options.maxJsonDepth
  }

  /** The rows, the newest cause first. `channel` is an address template, `search` part of any text of the row. */
  list({
    channel,
    search,
    ...page
  }: PageQuery & { channel?: string | undefined; search?: string | undefined } = {}): Page<QuarantineRow> {
    const wanted = search?.toLowerCase()
    const rows = [...this.store.rows].toReversed().filter((row) => channel === undefined || row.channel === channel)
    return pageOf(wanted === undefined ? rows : rows.filter((row) => textOf(row).includes(wanted)), page)
  }

  /** The kept messages of a row, oldest first. Throws like {@link Quarantine.row}. */
  messages(rowId: string, page: PageQuery = {}): Page<QuarantinedMessage> {
    return pageOf([...this.row(rowId).kept.values()], page)
  }

  /** Throws `bad-request` when there is no such row: it was dropped, or never was. */
  row(rowId: string): QuarantineRow {
    const row = this.store.row(rowId)
    if (row === undefined) throw new HydrantError('bad-request', `no quarantine row is named ${JSON.stringify(rowId)}`)
    return row
  }

  /** Throws `bad-request` when it is not kept: it was replayed, dropped, or pushed out by newer ones. */
  message(messageId: string): QuarantinedMessage {
    const message = this.store.rowOf(messageId)?.kept.get(messageId)
    if (message !== undefined) return message
    throw new HydrantError('bad-request', `no kept message is named ${JSON.stringify(messageId)}`)
  }

  /** What the contract says now to a kept message, edited or not. Changes nothing. */
  check(messageId: string, edit?: Edit): Verdict {
    return this.#verdict(this.message(messageId), edit)
  }

  /**
   * Publishes kept messages, oldest first, each checked again as the message of its sender's role. What is valid is published
   * and leaves; what is not stays. `messages` names some of the row, otherwise all; with `dryRun` nothing is published and
   * nothing leaves. A fault of the broker rejects, and what was not published stays.
   */
  async replay(rowId: string, { edit, messages, dryRun = false }: ReplayOptions = {}): Promise<Replayed> {
    const row = this.row(rowId)
    const replayed: Replayed = { replayed: 0, refused: 0, left: 0, notKept: 0, firstRefusal: undefined }
    for (const [index, id] of (messages ?? [...row.kept.keys()]).entries()) {
      if (index % REPLAYED_PER_TURN === REPLAYED_PER_TURN - 1) await this.#turn()
      if (this.store.rowOf(id) !== row) continue
      const refusal = dryRun ? this.#tried(id, edit) : await this.#replayed(row, id, edit)
      if (refusal === undefined) replayed.replayed++
      else {
        replayed.refused++
        replayed.firstRefusal ??= refusal
      }
    }
    replayed.left = row.kept.size
    replayed.notKept = Math.max(0, row.count - row.replayed - row.dropped - row.kept.size)
    return replayed
  }

  /** Drops a row, also its counts. Gives how many kept messages went with it. */
  drop(rowId: string): number {
    const row = this.row(rowId)
    const { size } = row.kept
    this.store.drop(row)
    return size
  }

  /** Drops one kept message; its row and the counts stay. */
  dropMessage(messageId: string): void {
    const row = this.store.rowOf(this.message(messageId).id)!
    this.store.release(messageId)
    row.dropped++
  }

  /** The kept messages as JSON lines, row by row, oldest first; of one channel template or one row. */
  *export({ channel, row }: { channel?: string | undefined; row?: string | undefined } = {}): Generator<string> {
    const rows = row === undefined ? [...this.store.rows] : [this.row(row)]
    for (const each of rows) {
      if (channel !== undefined && each.channel !== channel) continue
      for (const message of each.kept.values()) yield `${JSON.stringify(exported(each, message))}\n`
    }
  }

  /** Undefined when it would be published. */
  #tried(messageId: string, edit: Edit | undefined): Verdict | undefined {
    const verdict = this.check(messageId, edit)
    return verdict.valid ? undefined : verdict
  }

  /** Undefined when it was published; it is no longer kept then. */
  async #replayed(row: QuarantineRow, messageId: string, edit: Edit | undefined): Promise<Verdict | undefined> {
    // Taken out first: a second replay at the same time does not publish it twice.
    const message = this.store.release(messageId)!
    try {
      await this.#publisher.publish({
        at: this.#current(message),
        role: message.role,
        sender: ADMIN_LISTENER,
        messages: [incomingOf(message, edit, this.#maxJsonDepth)],
        caller: OPERATOR,
      })
      row.replayed++
      return undefined
    } catch (error) {
      this.store.keep(row, message)
      if (!(error instanceof HydrantError) || error.code === 'internal' || error.code === 'unavailable') throw error
      return verdictOf(error)
    }
  }

  #verdict(message: QuarantinedMessage, edit: Edit | undefined): Verdict {
    try {
      const { address, channel } = this.#current(message)
      const accepted = acceptMessage(incomingOf(message, edit, this.#maxJsonDepth), {
        address,
        channel,
        role: message.role,
        maxMessageBytes: this.#maxMessageBytes,
        maxJsonDepth: this.#maxJsonDepth,
      })
      return { valid: true, message: accepted.message.name, detail: undefined, errors: [] }
    } catch (error) {
      if (error instanceof HydrantError) return verdictOf(error)
      throw error
    }
  }

  /** The channel as the contract has it now: another version may have been loaded since the refusal. */
  #current({ at }: QuarantinedMessage): Addressed {
    const match = this.#contract().match(at.address)
    if (match.ok) return match
    throw new HydrantError('channel-unknown', `the contract has no channel ${at.address} any more`)
  }

  #turn(): Promise<void> {
    return new Promise((turned) => this.#clock.endOfTurn(turned))
  }
}

/** A kept message as a publisher hands it in, edited or as it came. */
function incomingOf({ payload, name }: QuarantinedMessage, edit: Edit | undefined, maxJsonDepth: number): Incoming {
  if (edit === undefined) return toIncoming(payload, name)
  if ('text' in edit) {
    return payload.encoding === 'binary'
      ? toIncoming({ encoding: 'binary', base64: edit.text }, name)
      : toIncoming({ encoding: payload.encoding, text: edit.text }, name)
  }
  if (payload.encoding !== 'json') {
    throw new HydrantError('bad-request', `expected a JSON message to patch, got ${payload.encoding}`)
  }
  return { encoding: 'json', text: JSON.stringify(applyEdit(parseExactJson(payload.text, maxJsonDepth), edit)), name }
}

function verdictOf({ message: detail, details }: HydrantError): Verdict {
  return { valid: false, message: details.message, detail, errors: details.errors ?? [] }
}

function exported(row: QuarantineRow, message: QuarantinedMessage): object {
  const { id, at, sender, timeMs, contractVersion, role, name, payload, detail, errors } = message
  return {
    id,
    row: row.id,
    channel: row.channel,
    address: at.address,
    time: new Date(timeMs).toISOString(),
    contractVersion,
    role,
    ...(name === undefined ? {} : { name }),
    sender,
    code: row.code,
    detail,
    errors,
    ...payload,
  }
}

function textOf(row: QuarantineRow): string {
  const errors = row.errors.map(({ pointer, expected }) => `${pointer} ${expected}`)
  return [row.channel, row.code, row.message ?? '', ...errors].join(' ').toLowerCase()
}

/** Cursors name the last item that was given, so that what comes and goes meanwhile neither repeats nor skips others. */
function pageOf<T extends { readonly id: string }>(all: readonly T[], { cursor, limit }: PageQuery): Page<T> {
  const size = Math.min(limit ?? DEFAULT_LIMIT, MAX_LIMIT)
  const start = cursor === undefined ? 0 : positionAfter(all, cursor)
  const items = all.slice(start, start + size)
  const next = start + size < all.length ? items.at(-1)?.id : undefined
  return { items, next, total: all.length }
}

/** Ids count up, so the place of an item that is gone is known as well. */
function positionAfter(all: readonly { readonly id: string }[], cursor: string): number {
  const number = Number(cursor.slice(1))
  if (!/^[qm]\d+$/.test(cursor)) {
    throw new HydrantError('bad-request', `cursor: expected one that this API gave, got ${JSON.stringify(cursor)}`)
  }
  const rises = all.length < 2 || Number(all[0]!.id.slice(1)) < Number(all[1]!.id.slice(1))
  const at = all.findIndex(({ id }) => (rises ? Number(id.slice(1)) > number : Number(id.slice(1)) < number))
  return at < 0 ? all.length : at
}
