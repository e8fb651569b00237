import type { Link, Via } from './link.ts'

/** The connection as an application sees it. `via` is `fallback` while sockets are blocked and HTTP is used instead. */
export type ConnectionState =
  | { readonly name: 'connecting'; readonly via: Via }
  /** `session` names this connection in presence lists; undefined over the fallback. */
  | { readonly name: 'open'; readonly via: Via; readonly session: string | undefined }
  /** `code` is the close code (1006: it just broke). `retryAt` is on this machine's clock, milliseconds since the Unix epoch. */
  | { readonly name: 'waiting'; readonly code: number; readonly reason: string; readonly retryAt: number }
  | { readonly name: 'closed'; readonly code: number; readonly reason: string }

export function stateOf(link: Link, session: string | undefined, nowMs: number): ConnectionState {
  switch (link.name) {
    case 'connecting':
      return { name: 'connecting', via: link.via }
    case 'open':
      return { name: 'open', via: link.via, session }
    case 'waiting':
      return { name: 'waiting', ...link.cause, retryAt: nowMs + link.delayMs }
    case 'closed':
      return { name: 'closed', ...link.cause }
  }
}
