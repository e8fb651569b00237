import type { Door, Sender } from '../door.ts'
import type { Software } from '../software.ts'

/** What writes to a peer: it counts for itself, where it is at hand for every write. */
export interface HasQueue {
  /** Bytes written so far, on the wire, without TLS and the handshake. */
  readonly bytesOut: number
  /** Bytes that the peer's system has not taken. */
  readonly queuedBytes: number
}

const LOADED_MS = Date.now()

/** One open transport: who is at the other end, and plain counters that its socket adds to. */
export class ConnectionMeter implements Sender {
  /** Unique in the life of the process, as logs, quarantine and the admin API name it. */
  readonly connection: string
  readonly door: Door
  readonly remote: string | undefined
  /** Changes when a peer authenticates on its open connection. */
  principal: string | undefined
  /** When it was opened, from {@link LOADED_MS}: a small integer is kept in place, where a date is a number object of its own. */
  readonly #openedAfterMs: number
  /** Bytes on the wire, without TLS and the handshake. */
  bytesIn = 0
  /** Messages that the peer sent, valid or not. */
  messagesIn = 0
  /** What the peer says it is; one object for all that say the same. */
  readonly software: Software | undefined
  /** Set when the transport is open. */
  queue: HasQueue | undefined

  constructor(sender: Sender & { readonly connection: string }, openedMs: number, software?: Software) {
    this.connection = sender.connection
    this.door = sender.door
    this.remote = sender.remote
    this.principal = sender.principal
    this.#openedAfterMs = openedMs - LOADED_MS
    this.software = software
  }

  /** Milliseconds since the Unix epoch. */
  get openedMs(): number {
    return LOADED_MS + this.#openedAfterMs
  }

  /** Bytes on the wire, without TLS and the handshake. */
  get bytesOut(): number {
    return this.queue?.bytesOut ?? 0
  }
}
