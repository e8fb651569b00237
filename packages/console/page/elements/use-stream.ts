import { useEffect, useRef, useState } from 'react'
import type { Query } from '../data/admin.ts'
import { useAdmin } from '../data/context.tsx'

/** One event with a number that no other event of this page has. */
export interface Numbered<Event> {
  readonly number: number
  readonly name: string
  readonly event: Event
}

export interface Stream<Event> {
  /** Newest first. */
  readonly events: readonly Numbered<Event>[]
  readonly isOpen: boolean
  readonly isPaused: boolean
  /** What came while it was paused and waits. */
  readonly waiting: number
  /** What came and was not kept, here or at the server. */
  readonly skipped: number
  readonly pause: (paused: boolean) => void
  readonly clear: () => void
}

const KEPT = 1_000
/** A screen shows no more frames than this, so the page is not asked for more. */
const SHOW_EVERY_MS = 100

/** Follows an event stream of the admin API. The page gets what came ten times a second; paused, it keeps the newest thousand back. */
export function useStream<Event>(path: string | undefined, query: Query): Stream<Event> {
  const admin = useAdmin()
  const [shown, setShown] = useState<readonly Numbered<Event>[]>([])
  const [waiting, setWaiting] = useState(0)
  const [skipped, setSkipped] = useState(0)
  const [isOpen, setOpen] = useState(false)
  const [isPaused, setPaused] = useState(false)
  const held = useRef<Numbered<Event>[]>([])
  const paused = useRef(isPaused)
  paused.current = isPaused
  const key = JSON.stringify(query)
  useEffect(() => {
    held.current = []
    setShown([])
    setSkipped(0)
    if (path === undefined) return
    let dropped = 0
    const stop = admin.events(path, JSON.parse(key) as Query, {
      onOpen: setOpen,
      onEvent: (name, data) => {
        if (name === 'skipped') {
          dropped += (data as { readonly count: number }).count
          return
        }
        held.current.push({ number: next++, name, event: data as Event })
        if (held.current.length > KEPT) {
          held.current.shift()
          dropped++
        }
      },
    })
    const timer = setInterval(() => {
      if (dropped > 0) {
        const more = dropped
        dropped = 0
        setSkipped((before) => before + more)
      }
      if (paused.current) {
        setWaiting(held.current.length)
        return
      }
      const come = held.current.splice(0).toReversed()
      if (come.length > 0) setShown((before) => [...come, ...before].slice(0, KEPT))
      setWaiting(0)
    }, SHOW_EVERY_MS)
    return () => {
      stop()
      clearInterval(timer)
      setOpen(false)
    }
  }, [admin, path, key])
  return {
    events: shown,
    isOpen,
    isPaused,
    waiting,
    skipped,
    pause: setPaused,
    clear: () => {
      held.current = []
      setShown([])
      setSkipped(0)
    },
  }
}
let next = 1
