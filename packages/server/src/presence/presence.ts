import type { PresenceMember, PresencePush } from '@hydrant/protocol'
import type { MaybePromise } from '../broker/broker.ts'
import type { Clock } from '../runtime/clock.ts'

/** Who came, changed and left since the last telling. */
export type PresenceChange = Pick<PresencePush, 'joined' | 'left'>

/** Who is present on which channel: kept in this process, or in one that several share. */
export interface PresenceRooms {
  membersOf(address: string): MaybePromise<readonly PresenceMember[]>
  /** Announces a session or changes its data. False when the list is full. */
  enter(address: string, session: string, data: unknown): MaybePromise<boolean>
  leave(address: string, session: string): void
  /** Tells of every change from now on. */
  watch(address: string, session: string, tell: (change: PresenceChange) => void): void
  unwatch(address: string, session: string): void
  /** The session is over. */
  leaveAll(session: string): void
  /** Channels on which a session of this process is present or watching. */
  addressesOf(session: string): readonly string[]
}

interface Room {
  readonly members: Map<string, unknown>
  readonly watchers: Map<string, (change: PresenceChange) => void>
  /** What the watchers know: members at the last telling that have changed or left since; undefined for those who came since. */
  readonly before: Map<string, unknown>
  cancelTelling: (() => void) | undefined
}

/** PROTOCOL.md 7.2: at most five tellings a second. */
const TELL_EVERY_MS = 200

/** Who is present on which channel, kept in this process. Bounded by the connections and what each may hold. */
export class Presence implements PresenceRooms {
  readonly #clock: Clock
  readonly #maxMembers: number
  readonly #rooms = new Map<string, Room>()
  /** Channels on which a session is present or watching, so that its end costs only those. */
  readonly #bySession = new Map<string, Set<string>>()

  constructor(clock: Clock, maxMembers: number) {
    this.#clock = clock
    this.#maxMembers = maxMembers
  }

  membersOf(address: string): PresenceMember[] {
    const members = this.#rooms.get(address)?.members ?? new Map<string, unknown>()
    return [...members].map(([session, data]) => ({ session, data }))
  }

  enter(address: string, session: string, data: unknown): boolean {
    const room = this.#roomOf(address)
    if (!room.members.has(session) && room.members.size >= this.#maxMembers) return false
    this.#note(room, session)
    room.members.set(session, data)
    this.#remember(address, session)
    return true
  }

  leave(address: string, session: string): void {
    const room = this.#rooms.get(address)
    if (room === undefined || !room.members.has(session)) return
    this.#note(room, session)
    room.members.delete(session)
    this.#forget(address, session)
  }

  watch(address: string, session: string, tell: (change: PresenceChange) => void): void {
    this.#roomOf(address).watchers.set(session, tell)
    this.#remember(address, session)
  }

  unwatch(address: string, session: string): void {
    this.#rooms.get(address)?.watchers.delete(session)
    this.#forget(address, session)
  }

  leaveAll(session: string): void {
    for (const address of this.#bySession.get(session) ?? []) {
      this.unwatch(address, session)
      this.leave(address, session)
    }
  }

  addressesOf(session: string): readonly string[] {
    return [...(this.#bySession.get(session) ?? [])]
  }

  /** How many channels have somebody present or watching. */
  get size(): number {
    return this.#rooms.size
  }

  /** Remembers what the watchers know of this session, and tells them soon. */
  #note(room: Room, session: string): void {
    if (!room.before.has(session)) room.before.set(session, room.members.get(session))
    room.cancelTelling ??= this.#clock.after(TELL_EVERY_MS, () => this.#tell(room))
  }

  #tell(room: Room): void {
    room.cancelTelling = undefined
    const joined: PresenceMember[] = []
    const left: string[] = []
    for (const [session, known] of room.before) {
      const data = room.members.get(session)
      if (data !== undefined) joined.push({ session, data })
      else if (known !== undefined) left.push(session)
    }
    room.before.clear()
    if (joined.length === 0 && left.length === 0) return
    for (const tell of room.watchers.values()) tell({ joined, left })
  }

  #roomOf(address: string): Room {
    let room = this.#rooms.get(address)
    if (room === undefined) {
      room = { members: new Map(), watchers: new Map(), before: new Map(), cancelTelling: undefined }
      this.#rooms.set(address, room)
    }
    return room
  }

  #remember(address: string, session: string): void {
    const channels = this.#bySession.get(session) ?? new Set()
    channels.add(address)
    this.#bySession.set(session, channels)
  }

  #forget(address: string, session: string): void {
    const room = this.#rooms.get(address)
    if (room?.members.has(session) === true || room?.watchers.has(session) === true) return
    const channels = this.#bySession.get(session)
    channels?.delete(address)
    if (channels?.size === 0) this.#bySession.delete(session)
    if (room === undefined || room.members.size > 0 || room.watchers.size > 0) return
    room.cancelTelling?.()
    this.#rooms.delete(address)
  }
}
