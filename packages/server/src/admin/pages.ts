import { HydrantError } from '../errors.ts'
import type { AdminCall } from './call.ts'

/** A page of a list. `next` is the cursor of the next one. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly next: string | null
  /** How many items there are on all pages, now. */
  readonly total: number
}

/** What an item is ordered by. Ids are unique, so that the order is total. */
interface SortKey {
  readonly value: string | number
  readonly id: string | number
}

export interface PageOptions<Item, Shown> {
  readonly items: readonly Item[]
  readonly keyOf: (item: Item) => SortKey
  /** Turns the order of the values round; ids rise in any case. */
  readonly descending?: boolean | undefined
  readonly show: (item: Item) => Shown
}

/** The largest page. */
export const MAX_PAGE = 300
/** Payloads on a page of messages, in bytes. */
export const MAX_PAGE_BYTES: number = 4 * 1024 * 1024

/**
 * The page of a list that a call asks for: what comes after the cursor in the order asked for. A cursor is the key of the last
 * item that was shown, so items that come and go meanwhile make none of the others appear twice or not at all.
 */
export function pageOf<Item, Shown>(call: AdminCall, options: PageOptions<Item, Shown>): Page<Shown> {
  const { items, keyOf, descending = false, show } = options
  const limit = Math.min(Number(call.query['limit'] ?? 100), MAX_PAGE)
  const compare = (a: SortKey, b: SortKey): number =>
    (descending ? compareValues(b.value, a.value) : compareValues(a.value, b.value)) || compareValues(a.id, b.id)
  const after = cursorOf(call)
  const keyed = items.map((item) => ({ item, key: keyOf(item) }))
  const left = after === undefined ? keyed : keyed.filter(({ key }) => compare(key, after) > 0)
  left.sort((a, b) => compare(a.key, b.key))
  const shown = left.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: shown.map(({ item }) => show(item)),
    next: last !== undefined && left.length > limit ? toCursor(last.key) : null,
    total: items.length,
  }
}

/** `-lag` is `lag`, descending. */
export function sortOf(call: AdminCall, preset: string): { readonly by: string; readonly descending: boolean } {
  const sort = String(call.query['sort'] ?? preset)
  return sort.startsWith('-') ? { by: sort.slice(1), descending: true } : { by: sort, descending: false }
}

function compareValues(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function toCursor({ value, id }: SortKey): string {
  return Buffer.from(JSON.stringify([value, id])).toString('base64url')
}

function cursorOf({ query }: AdminCall): SortKey | undefined {
  const { cursor } = query
  if (cursor === undefined || cursor === '') return undefined
  try {
    const [value, id, ...rest] = JSON.parse(Buffer.from(String(cursor), 'base64url').toString()) as unknown[]
    if (rest.length === 0 && isKey(value) && isKey(id)) return { value, id }
  } catch {
    // Answered below.
  }
  throw new HydrantError('bad-request', 'cursor: expected the `next` of a page of this list')
}

function isKey(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number'
}
