import type { Presence } from '@hydrant/client'
import { useEffect, useState } from 'react'

interface People {
  /** Names, sorted; who has two tabs is one. */
  readonly people: readonly string[]
  /** Who came or left last. */
  readonly news: string
}

/** Enters a room under a name while the component is mounted, and follows who else is there. */
export function usePeople(presence: Presence, name: string): People {
  const [seen, setSeen] = useState<People>({ people: [], news: '' })
  useEffect(() => {
    const stop = presence.subscribe(({ members }) => {
      const people = [...new Set(members.map(({ data }) => (data as { name: string }).name))].toSorted()
      setSeen((before) => ({ people, news: newsBetween(before, people) }))
    })
    // Over the HTTP fallback nobody can announce themselves; the room works without it.
    presence.enter({ name }).catch(() => {})
    return () => {
      stop()
      presence.leave().catch(() => {})
    }
  }, [presence, name])
  return seen
}

function newsBetween({ people: before, news }: People, now: readonly string[]): string {
  if (before.length === 0) return news
  const joined = now.filter((one) => !before.includes(one)).map((one) => `${one} joined`)
  const left = before.filter((one) => !now.includes(one)).map((one) => `${one} left`)
  return [...joined, ...left].join(', ') || news
}
