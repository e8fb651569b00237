import { useCallback, useEffect, useRef, useState } from 'react'
import type { Query } from './admin.ts'
import { AdminError } from './admin-error.ts'
import { useAdmin, useGeneration } from './context.tsx'

/** Something of the admin API, as a view holds it. What was had once stays until something newer is there: a server that is gone takes nothing off the page. */
export interface Resource<Answer> {
  readonly data: Answer | undefined
  readonly error: AdminError | undefined
  /** Milliseconds since the Unix epoch. */
  readonly loadedAt: number | undefined
  readonly refresh: () => Promise<void>
}

interface Held<Answer> {
  readonly key: string
  readonly data?: Answer
  readonly error?: AdminError
  readonly loadedAt?: number
}

/**
 * Asks for `path`, again every `everyMs`, and again when the connection came back. `path` undefined asks for nothing.
 */
export function useResource<Answer>(
  path: string | undefined,
  query: Query = {},
  options: { readonly everyMs?: number } = {},
): Resource<Answer> {
  const admin = useAdmin()
  const generation = useGeneration()
  const key = `${path} ${JSON.stringify(query)}`
  const [held, setHeld] = useState<Held<Answer>>({ key })
  const asked = useRef(query)
  asked.current = query
  const load = useCallback(
    async (signal?: AbortSignal) => {
      if (path === undefined) return
      try {
        const data = await admin.get<Answer>(path, asked.current, signal)
        if (signal?.aborted !== true) setHeld({ key, data, loadedAt: Date.now() })
      } catch (error) {
        if (signal?.aborted === true) return
        setHeld((before) => ({ ...(before.key === key ? before : { key }), error: AdminError.of(error) }))
      }
    },
    [admin, path, key],
  )
  const { everyMs } = options
  useEffect(() => {
    const leaving = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const again = async (): Promise<void> => {
      await load(leaving.signal)
      if (!leaving.signal.aborted && everyMs !== undefined && admin.kind === 'server')
        timer = setTimeout(() => void again(), everyMs)
    }
    void again()
    return () => {
      leaving.abort()
      clearTimeout(timer)
    }
  }, [load, everyMs, generation, admin])
  const own = held.key === key ? held : undefined
  return { data: own?.data, error: own?.error, loadedAt: own?.loadedAt, refresh: load }
}
