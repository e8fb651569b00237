import type { OpenCounts } from '../../guard/limits/connection-caps.ts'
import type { Principal } from '../../guard/principal.ts'
import type { TicketRegister } from '../../guard/tickets.ts'
import type { PresenceRooms } from '../../presence/presence.ts'
import type { Peer } from '../link/peer.ts'

/** What the primary keeps for all workers. */
export interface SharedHost {
  readonly tickets: TicketRegister
  readonly presence: PresenceRooms
  readonly open: OpenCounts
}

/** One worker's use of what the primary keeps: it ends with the worker. */
export class SharedGuest {
  readonly #host: SharedHost
  readonly #peer: Peer
  /** Names the worker among those that watch a channel; no session is called so. */
  readonly #name: string
  /** Sessions of this worker that are present somewhere, and where. */
  readonly #present = new Map<string, Set<string>>()
  readonly #open = new Map<string, number>()

  constructor(host: SharedHost, peer: Peer, name: string) {
    this.#host = host
    this.#peer = peer
    this.#name = `worker ${name}`
  }

  /** Undefined for a call that is none of these. */
  call(name: string, args: unknown): unknown {
    const { tickets, presence } = this.#host
    switch (name) {
      case 'ticket.issue':
        return tickets.issue(args as Principal)
      case 'ticket.redeem':
        return tickets.redeem(args as string) ?? null
      case 'open.take':
        return this.#take(args as [string, number])
      case 'presence.members':
        return presence.membersOf(args as string)
      case 'presence.enter':
        return this.#enter(args as [string, string, unknown])
      default:
        return undefined
    }
  }

  /** Notes that are none of these are nobody's. */
  note(name: string, args: unknown): void {
    const { presence } = this.#host
    switch (name) {
      case 'open.release':
        return this.#release(args as string)
      case 'presence.leave': {
        const [address, session] = args as [string, string]
        presence.leave(address, session)
        this.#present.get(session)?.delete(address)
        if (this.#present.get(session)?.size === 0) this.#present.delete(session)
        return
      }
      case 'presence.watch': {
        const address = args as string
        return presence.watch(address, this.#name, (change) => this.#peer.note('presence', [address, change]))
      }
      case 'presence.unwatch':
        return presence.unwatch(args as string, this.#name)
    }
  }

  /** The worker is gone: nobody of it is present, and it has nothing open. */
  close(): void {
    const { presence, open } = this.#host
    presence.leaveAll(this.#name)
    for (const session of this.#present.keys()) presence.leaveAll(session)
    this.#present.clear()
    for (const [name, count] of this.#open) for (let i = 0; i < count; i++) open.release(name)
    this.#open.clear()
  }

  #enter([address, session, data]: [string, string, unknown]): unknown {
    const isIn = this.#host.presence.enter(address, session, data)
    if (isIn !== true) return isIn
    const addresses = this.#present.get(session)
    if (addresses === undefined) this.#present.set(session, new Set([address]))
    else addresses.add(address)
    return true
  }

  #take([name, max]: [string, number]): unknown {
    const isTaken = this.#host.open.take(name, max)
    if (isTaken === true) this.#open.set(name, (this.#open.get(name) ?? 0) + 1)
    return isTaken
  }

  #release(name: string): void {
    const count = this.#open.get(name)
    if (count === undefined) return
    if (count === 1) this.#open.delete(name)
    else this.#open.set(name, count - 1)
    this.#host.open.release(name)
  }
}
