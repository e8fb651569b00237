import type { PresenceMember, PresenceResult, Push } from '@hydrant/protocol'
import type { Platform } from '../platform.ts'
import type { Fetch } from './channel-reader.ts'
import { HttpProblem, problemOf } from './http-problem.ts'

const POLL_MS = 5_000

/** Who is present on a channel, over HTTP. Throws HttpProblem when the server refuses. */
export async function membersOf(fetch: Fetch, channel: string): Promise<PresenceMember[]> {
  const response = await fetch(`${channel}?presence=true`, { headers: { Accept: 'application/json' } })
  if (!response.ok) throw new HttpProblem(await problemOf(response))
  return [...((await response.json()) as PresenceResult).members]
}

/** Asks again and again, and tells what changed as hydrant.v1 would (PROTOCOL.md 7.2); the result ends it. */
export function followMembers(
  channel: string,
  first: readonly PresenceMember[],
  host: { readonly fetch: Fetch; readonly platform: Platform; receive(push: Push): void },
): () => void {
  let known = shown(first)
  let cancel = (): void => {}
  let ended = false
  const look = async (): Promise<void> => {
    // What fails is told by the channel's reader; here it is tried again.
    const members = await membersOf(host.fetch, channel).catch(() => undefined)
    if (ended) return
    if (members !== undefined) {
      const now = shown(members)
      const joined = members.filter(({ session }) => known.get(session) !== now.get(session))
      const left = [...known.keys()].filter((session) => !now.has(session))
      known = now
      if (joined.length + left.length > 0) host.receive({ push: 'presence', channel, joined, left })
    }
    next()
  }
  const next = (): void => {
    cancel = host.platform.after(POLL_MS, () => void look())
  }
  next()
  return () => {
    ended = true
    cancel()
  }
}

function shown(members: readonly PresenceMember[]): Map<string, string> {
  return new Map(members.map(({ session, data }) => [session, JSON.stringify(data)]))
}
