import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { Query } from './admin.ts'
import { AdminError } from './admin-error.ts'
import { useAdmin, useGeneration } from './context.tsx'

interface Page<Item> {
  readonly items: readonly Item[]
  readonly next: string | null
  readonly total?: number
}

/** A long list, of which the pages that were asked for are here. */
export interface Pages<Item> {
  readonly items: readonly Item[]
  /** Undefined before the first answer. */
  readonly total: number | undefined
  readonly error: AdminError | undefined
  readonly hasMore: boolean
  /** Gets the next page; nothing when it is under way already, or there is none. */
  readonly more: () => void
  readonly refresh: () => void
}

interface Held<Item> {
  readonly key: string
  readonly pages: readonly Page<Item>[]
  readonly error?: AdminError
}

const PAGE = 300
/** A refresh of all pages may take at most so much of the time. */
const SHARE = 0.2

/** Pages through a list of the admin API and keeps what is here fresh, every `everyMs` or as often as the time that it takes allows. */
export function usePages<Item>(
  path: string | undefined,
  query: Query,
  options: { readonly everyMs?: number } = {},
): Pages<Item> {
  const admin = useAdmin()
  const generation = useGeneration()
  const key = `${path} ${JSON.stringify(query)}`
  const [held, setHeld] = useState<Held<Item>>({ key, pages: [] })
  const [turn, setTurn] = useState(0)
  const current = useRef(held)
  current.current = held
  const asked = useRef(query)
  asked.current = query
  const busy = useRef(false)
  const { everyMs } = options

  useEffect(() => {
    if (path === undefined) return
    const leaving = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const refresh = async (): Promise<void> => {
      const wanted = current.current.key === key ? Math.max(1, current.current.pages.length) : 1
      const began = performance.now()
      try {
        const pages: Page<Item>[] = []
        let cursor: string | null = null
        do {
          const page: Page<Item> = await admin.get<Page<Item>>(
            path,
            { ...asked.current, limit: PAGE, cursor: cursor ?? undefined },
            leaving.signal,
          )
          pages.push(page)
          cursor = page.next
        } while (cursor !== null && pages.length < wanted)
        // A page that came meanwhile at the end is kept.
        setHeld((before) => ({
          key,
          pages: before.key === key ? [...pages, ...before.pages.slice(pages.length)] : pages,
        }))
      } catch (error) {
        if (leaving.signal.aborted) return
        setHeld((before) => ({ ...(before.key === key ? before : { key, pages: [] }), error: AdminError.of(error) }))
      }
      if (leaving.signal.aborted || everyMs === undefined || admin.kind === 'snapshot') return
      timer = setTimeout(() => void refresh(), Math.max(everyMs, (performance.now() - began) / SHARE))
    }
    void refresh()
    return () => {
      leaving.abort()
      clearTimeout(timer)
    }
  }, [admin, path, key, everyMs, generation, turn])

  const own = held.key === key ? held : undefined
  const next = own?.pages.at(-1)?.next ?? null
  const more = useCallback(() => {
    if (busy.current || next === null || path === undefined) return
    busy.current = true
    admin
      .get<Page<Item>>(path, { ...asked.current, limit: PAGE, cursor: next })
      .then((page) =>
        setHeld((before) =>
          before.key === key && before.pages.at(-1)?.next === next ? { key, pages: [...before.pages, page] } : before,
        ),
      )
      .catch((error: unknown) => setHeld((before) => ({ ...before, error: AdminError.of(error) })))
      .finally(() => {
        busy.current = false
      })
  }, [admin, path, key, next])
  const items = useMemo(() => unique(own?.pages ?? []), [own?.pages])
  return {
    items,
    total: own?.pages.at(-1)?.total,
    error: own?.error,
    hasMore: next !== null,
    more,
    refresh: useCallback(() => setTurn((before) => before + 1), []),
  }
}

/** A list that changed between two pages can show an item in both. */
function unique<Item>(pages: readonly Page<Item>[]): readonly Item[] {
  if (pages.length < 2) return pages[0]?.items ?? []
  const seen = new Map<unknown, Item>()
  for (const { items } of pages) {
    for (const item of items) {
      const { id, address, channel, name } = item as {
        id?: unknown
        address?: unknown
        channel?: unknown
        name?: unknown
      }
      seen.set(id ?? `${String(channel)} ${String(address)} ${String(name)}`, item)
    }
  }
  return [...seen.values()]
}
