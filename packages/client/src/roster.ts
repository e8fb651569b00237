import type { PresenceMember, PresencePush } from '@hydrant/protocol'
import { Emitter } from './emitter.ts'

/** Who came or changed, and who left. */
export interface PresenceChange {
  readonly members: readonly PresenceMember[]
  readonly joined: readonly PresenceMember[]
  readonly left: readonly string[]
}

/** Who is present on a channel, and what this client says of itself there. */
export class Roster {
  readonly #events: Emitter<{ change: PresenceChange }>
  readonly #changed: () => void
  #members = new Map<string, PresenceMember>()
  #followers = 0
  /** What this client announced and announces again on each connection; undefined when it is not present. */
  announced: { readonly data: unknown } | undefined

  constructor(changed: () => void, onThrow: (error: unknown) => void) {
    this.#changed = changed
    this.#events = new Emitter(onThrow)
  }

  get isFollowed(): boolean {
    return this.#followers > 0
  }

  get isActive(): boolean {
    return this.isFollowed || this.announced !== undefined
  }

  get members(): readonly PresenceMember[] {
    return [...this.#members.values()]
  }

  follow(listener: (change: PresenceChange) => unknown): () => void {
    const off = this.#events.on('change', listener)
    this.#followers++
    this.#changed()
    return () => {
      off()
      this.#followers--
      if (!this.isFollowed) this.#members.clear()
      this.#changed()
    }
  }

  /** The whole list, after a connection. */
  replace(members: readonly PresenceMember[]): void {
    const before = this.#members
    this.#members = new Map(members.map((member) => [member.session, member]))
    const left = [...before.keys()].filter((session) => !this.#members.has(session))
    this.#emit(
      members.filter(({ session }) => !before.has(session)),
      left,
    )
  }

  /** PROTOCOL.md 7.2. */
  change({ joined, left }: PresencePush): void {
    for (const session of left) this.#members.delete(session)
    for (const member of joined) this.#members.set(member.session, member)
    this.#emit(joined, left)
  }

  #emit(joined: readonly PresenceMember[], left: readonly string[]): void {
    this.#events.emit('change', { members: this.members, joined, left })
  }
}
