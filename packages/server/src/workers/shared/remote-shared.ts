import type { PresenceMember } from '@hydrant/protocol'
import type { OpenCounts } from '../../guard/limits/connection-caps.ts'
import type { Principal } from '../../guard/principal.ts'
import type { IssuedTicket, TicketRegister } from '../../guard/tickets.ts'
import type { PresenceChange, PresenceRooms } from '../../presence/presence.ts'
import type { Peer } from '../link/peer.ts'

/** Tickets that wait at the primary: good once, in whichever process they are shown. */
export class RemoteTickets implements TicketRegister {
  readonly #peer: Peer

  constructor(peer: Peer) {
    this.#peer = peer
  }

  async issue(principal: Principal): Promise<IssuedTicket> {
    return this.#peer.ask('ticket.issue', principal)
  }

  async redeem(ticket: string): Promise<Principal | undefined> {
    return (await this.#peer.ask<Principal | null>('ticket.redeem', ticket)) ?? undefined
  }
}

/** Counts that the primary keeps for all processes. */
export class RemoteCounts implements OpenCounts {
  readonly #peer: Peer

  constructor(peer: Peer) {
    this.#peer = peer
  }

  take(name: string, max: number): Promise<boolean> {
    return this.#peer.ask('open.take', [name, max])
  }

  release(name: string): void {
    this.#peer.note('open.release', name)
  }
}

type Tell = (change: PresenceChange) => void

/** Presence that the primary keeps for all processes: a channel is watched there once, whatever the number of its watchers here. */
export class RemotePresence implements PresenceRooms {
  readonly #peer: Peer
  readonly #watchers = new Map<string, Map<string, Tell>>()
  /** Channels on which a session of this process is present, or watching. */
  readonly #present = new Map<string, Set<string>>()
  readonly #watching = new Map<string, Set<string>>()

  /** The peer's handlers have to bring `presence` here. */
  constructor(peer: Peer) {
    this.#peer = peer
  }

  async membersOf(address: string): Promise<readonly PresenceMember[]> {
    return this.#peer.ask('presence.members', address)
  }

  async enter(address: string, session: string, data: unknown): Promise<boolean> {
    // Before the answer: a session that ends meanwhile leaves what it may have entered.
    add(this.#present, session, address)
    const isIn = await this.#peer.ask<boolean>('presence.enter', [address, session, data])
    if (!isIn) remove(this.#present, session, address)
    return isIn
  }

  leave(address: string, session: string): void {
    if (!remove(this.#present, session, address)) return
    this.#peer.note('presence.leave', [address, session])
  }

  watch(address: string, session: string, tell: Tell): void {
    let watchers = this.#watchers.get(address)
    if (watchers === undefined) {
      watchers = new Map()
      this.#watchers.set(address, watchers)
      this.#peer.note('presence.watch', address)
    }
    watchers.set(session, tell)
    add(this.#watching, session, address)
  }

  unwatch(address: string, session: string): void {
    if (!remove(this.#watching, session, address)) return
    const watchers = this.#watchers.get(address)
    watchers?.delete(session)
    if (watchers?.size !== 0) return
    this.#watchers.delete(address)
    this.#peer.note('presence.unwatch', address)
  }

  leaveAll(session: string): void {
    for (const address of this.#watching.get(session) ?? []) this.unwatch(address, session)
    for (const address of this.#present.get(session) ?? []) this.leave(address, session)
  }

  addressesOf(session: string): readonly string[] {
    return [...new Set([...(this.#present.get(session) ?? []), ...(this.#watching.get(session) ?? [])])]
  }

  /** Something has changed on a channel that is watched here. */
  onChange([address, change]: readonly [address: string, change: PresenceChange]): void {
    for (const tell of this.#watchers.get(address)?.values() ?? []) tell(change)
  }
}

function add(sets: Map<string, Set<string>>, name: string, member: string): void {
  const set = sets.get(name)
  if (set === undefined) sets.set(name, new Set([member]))
  else set.add(member)
}

/** False when it was not there. */
function remove(sets: Map<string, Set<string>>, name: string, member: string): boolean {
  const set = sets.get(name)
  if (set?.delete(member) !== true) return false
  if (set.size === 0) sets.delete(name)
  return true
}
