import type { Principal } from '../../guard/principal.ts'
import { ConnectionMeter } from '../../observe/meters/connection-meter.ts'
import type { Followed, Goodbye, OpenTransport, Tap } from '../../transport/open-transports.ts'
import type { Peer } from '../link/peer.ts'
import type { ConnectionFacts, OpenedConnection } from './report.ts'

/** A connection of a worker, as the primary shows it to operators. What it is told goes on to the worker. */
export class MirroredTransport implements OpenTransport {
  readonly meter: ConnectionMeter
  readonly #peer: Peer
  readonly #queue = { bytesOut: 0, queuedBytes: 0 }
  #facts: ConnectionFacts | undefined
  #principal: Principal = principalNamed('')
  #tap: Tap | undefined

  constructor({ id, door, remote, openedMs, software }: OpenedConnection, peer: Peer) {
    this.meter = new ConnectionMeter({ connection: id, door, remote }, openedMs, software)
    this.meter.queue = this.#queue
    this.#peer = peer
  }

  /** What is known of it now. */
  update(facts: ConnectionFacts): void {
    this.#facts = facts
    this.meter.bytesIn = facts.bytesIn
    this.meter.messagesIn = facts.messagesIn
    this.#queue.bytesOut = facts.bytesOut
    this.#queue.queuedBytes = facts.queuedBytes
    if (facts.principal !== this.#principal.id) this.#principal = principalNamed(facts.principal)
  }

  get principal(): Principal {
    return this.#principal
  }

  get session(): string | undefined {
    return this.#facts?.session
  }

  *following(): Generator<Followed> {
    for (const [address, lag, state, epoch, offset] of this.#facts?.following ?? []) {
      yield { address, lag, state, position: { epoch, offset } }
    }
  }

  messagesOut(): number {
    return this.#facts?.messagesOut ?? 0
  }

  goAway(goodbye: Goodbye): void {
    this.#peer.note('goAway', [this.meter.connection, goodbye])
  }

  tap(tap: Tap | undefined): void {
    this.#tap = tap
    this.#peer.note('tap', [this.meter.connection, tap !== undefined])
  }

  /** The worker tells what it saw. */
  onTapped(what: TappedNote, bytes: Buffer): void {
    if (what.kind === 'out') this.#tap?.out(bytes)
    else if (what.kind === 'closed') this.#tap?.peerClosed(what.code, what.reason)
    else this.#tap?.in(what.kind, bytes)
  }

  // The worker sees to these by itself: it has the same rules.
  destroy(): void {}
  revoke(): void {}
  recheck(): void {}
}

/** What a tap of a worker saw; bytes are the note's body. */
export type TappedNote = { readonly id: string } & (
  | { readonly kind: 'out' | 'text' | 'binary' | 'ping' | 'pong' }
  | { readonly kind: 'closed'; readonly code: number; readonly reason: string }
)

function principalNamed(id: string): Principal {
  return { id, kind: 'client', scopes: [], roles: [], claims: {} }
}
