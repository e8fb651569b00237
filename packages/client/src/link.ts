/** The life of the connection: pure, one transition. Who carries it out is `connection.ts`. */

export type Via = 'socket' | 'fallback'

/** Why a connection is gone. `code` is the WebSocket's close code; 1006 when it just broke. */
export interface LostCause {
  readonly code: number
  readonly reason: string
}

/** What is remembered between attempts. */
interface Attempts {
  /** Attempts that failed, since the last connection that stayed healthy. */
  readonly failures: number
  /** Sockets in a row that never opened. */
  readonly blocked: number
}

export type Link =
  | { readonly name: 'connecting'; readonly via: Via; readonly attempts: Attempts }
  | {
      readonly name: 'open'
      readonly via: Via
      readonly attempts: Attempts
      readonly openedMs: number
      /** What the server asked us to wait, when it drains. */
      readonly hintMs?: number
    }
  | {
      readonly name: 'waiting'
      readonly via: Via
      readonly attempts: Attempts
      readonly cause: LostCause
      readonly delayMs: number
      /** The delay is the server's, and holds whatever happens. */
      readonly hinted: boolean
    }
  | { readonly name: 'closed'; readonly cause: LostCause }

export type LinkEvent =
  | { readonly type: 'opened'; readonly nowMs: number }
  | { readonly type: 'draining'; readonly retryAfterMs: number }
  | { readonly type: 'lost'; readonly cause: LostCause; readonly nowMs: number; readonly random: number }
  /** The delay is over, or there is reason to think that it will work now. */
  | { readonly type: 'retry' }
  /** A socket opened beside the fallback and takes over. */
  | { readonly type: 'unblocked'; readonly nowMs: number }
  | { readonly type: 'closed'; readonly cause: LostCause }

export interface LinkPolicy {
  /** First delay: at random up to this. */
  readonly firstDelayMs: number
  readonly factor: number
  readonly maxDelayMs: number
  /** Open for so long, and the next failure is the first again. */
  readonly healthyMs: number
  /** Sockets in a row that never opened, before HTTP is tried. Infinity: never. */
  readonly blockedAfter: number
}

export const DEFAULT_POLICY: LinkPolicy = {
  firstDelayMs: 5_000,
  factor: 1.6,
  maxDelayMs: 30_000,
  healthyMs: 60_000,
  blockedAfter: 3,
}

export const FIRST_LINK: Link = { name: 'connecting', via: 'socket', attempts: { failures: 0, blocked: 0 } }

/** What cannot be in a state leaves it as it is. */
export function transition(link: Link, event: LinkEvent, policy: LinkPolicy): Link {
  if (link.name === 'closed') return link
  switch (event.type) {
    case 'opened':
      if (link.name !== 'connecting') return link
      return {
        name: 'open',
        via: link.via,
        openedMs: event.nowMs,
        attempts: link.via === 'socket' ? { ...link.attempts, blocked: 0 } : link.attempts,
      }
    case 'draining':
      return link.name === 'open' ? { ...link, hintMs: event.retryAfterMs } : link
    case 'unblocked':
      if (link.name !== 'open') return link
      return { name: 'open', via: 'socket', openedMs: event.nowMs, attempts: { ...link.attempts, blocked: 0 } }
    case 'lost':
      if (link.name === 'waiting') return link
      return isFinal(event.cause.code) ? { name: 'closed', cause: event.cause } : waiting(link, event, policy)
    case 'retry':
      return link.name === 'waiting' ? { name: 'connecting', via: link.via, attempts: link.attempts } : link
    case 'closed':
      return { name: 'closed', cause: event.cause }
  }
}

function waiting(
  link: Extract<Link, { name: 'connecting' | 'open' }>,
  { cause, nowMs, random }: Extract<LinkEvent, { type: 'lost' }>,
  policy: LinkPolicy,
): Link {
  // Only time spent healthy forgets failures: a server that restarts in a loop closes politely (1012) each time.
  const healthy = link.name === 'open' && nowMs - link.openedMs >= policy.healthyMs
  const failures = healthy ? 0 : link.attempts.failures
  const neverOpened = link.name === 'connecting' && link.via === 'socket'
  const blocked = link.attempts.blocked + (neverOpened ? 1 : 0)
  const hintMs = link.name === 'open' ? link.hintMs : undefined
  const ceilingMs = Math.min(policy.maxDelayMs, policy.firstDelayMs * policy.factor ** failures)
  // When HTTP did not work either, the next try is a socket again: the server was away, nothing was blocked.
  const fallbackFailed = link.name === 'connecting' && link.via === 'fallback'
  return {
    name: 'waiting',
    via: blocked >= policy.blockedAfter && !fallbackFailed ? 'fallback' : 'socket',
    attempts: { failures: failures + 1, blocked },
    cause,
    delayMs: hintMs ?? random * ceilingMs,
    hinted: hintMs !== undefined,
  }
}

/** PROTOCOL.md 9.3: the server says that coming again will not help. */
function isFinal(code: number): boolean {
  return [1002, 1003, 1007, 1008, 1009].includes(code) || (code >= 3500 && code < 4000)
}
