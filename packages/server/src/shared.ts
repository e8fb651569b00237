import type { OpenCounts } from './guard/limits/connection-caps.ts'
import type { TicketRegister } from './guard/tickets.ts'
import type { Refusal } from './observe/quarantine/quarantined-message.ts'
import type { PresenceRooms } from './presence/presence.ts'

/** What several processes that serve one API have in common, besides the broker. */
export interface Shared {
  readonly tickets: TicketRegister
  readonly presence: PresenceRooms
  /** What addresses and clients have open. */
  readonly open: OpenCounts
  /** Connections of this process are numbered `first`, `first + step`, …: no two processes have the same ids. */
  readonly ids: { readonly first: number; readonly step: number }
  /** Where refused messages are kept. */
  readonly refused: (refusal: Refusal) => void
  /** Who was withdrawn before this process came, and when, in milliseconds since the Unix epoch. */
  readonly withdrawn: readonly (readonly [principalId: string, sinceMs: number])[]
}
