import type { HydrantError } from '../errors.ts'
import type { Principal } from '../guard/principal.ts'
import type { Position } from '../broker/position.ts'
import type { ConnectionMeter } from '../observe/meters/connection-meter.ts'
import type { Clock } from '../runtime/clock.ts'

/** Why a transport is told to go, and when its peer should come back. */
export interface Goodbye {
  /** 1001: the server stops. 1012: it restarts, and others are there. From 3500: an operator's will, and coming back is no use. */
  readonly code: number
  readonly reason: string
  /** How long the peer should wait before it connects again, in milliseconds. */
  readonly retryAfterMs?: number
}

/** Sees what goes over one transport, while an operator looks. */
export interface Tap {
  /** Whole frames or events, as they are written. */
  out(bytes: Buffer): void
  /** A message, ping or pong of the peer. The payload is only the caller's for the moment. */
  in(kind: 'text' | 'binary' | 'ping' | 'pong', payload: Buffer): void
  /** The peer's Close; 1005 when it named no code. */
  peerClosed(code: number, reason: string): void
}

/** What a transport follows, as operators see it. */
export interface Followed {
  readonly address: string
  /** Positions of the log that it still has to be given. */
  readonly lag: number
  readonly state: 'catching-up' | 'live' | 'draining' | 'closed'
  readonly position: Position
}

/** A transport that stays open: it has to be told when the server stops. */
export interface OpenTransport {
  /** Who is at the other end, and counters. */
  readonly meter: ConnectionMeter
  /** Id of the session; only of transports that speak hydrant.v1. */
  readonly session?: string | undefined
  /** What it follows now. Worked out when asked. */
  following(): Iterable<Followed>
  /** Messages that were handed to it. */
  messagesOut(): number
  /** Shows a tap what comes and goes; undefined ends it. One tap at a time; it costs nothing while there is none. */
  tap(tap: Tap | undefined): void
  /** Says goodbye after what is queued. */
  goAway(goodbye: Goodbye): void
  /** Lets go at once. */
  destroy(): void
  /** Whose it is now. */
  readonly principal: Principal
  /** Its identity has ended: tells the peer and ends it. Again is the same as once. */
  revoke(error: HydrantError): void
  /** The rules have changed: ends what they no longer allow. */
  recheck(): void
}

/** All transports that are open, so that the server can end them. */
export class OpenTransports {
  /** In the order in which they were opened. */
  readonly #open = new Map<string, OpenTransport>()
  /** Who waits for the end of one: nearly always nobody. */
  readonly #awaited = new Map<OpenTransport, PromiseWithResolvers<void>>()

  get size(): number {
    return this.#open.size
  }

  /** Whoever adds it removes it when it has ended. */
  add(transport: OpenTransport): void {
    this.#open.set(transport.meter.connection, transport)
  }

  /** It has ended. */
  remove(transport: OpenTransport): void {
    this.#open.delete(transport.meter.connection)
    this.#awaited.get(transport)?.resolve()
    this.#awaited.delete(transport)
  }

  /** Resolves when it has ended; at once when it is none of the open ones. */
  ended(transport: OpenTransport): Promise<void> {
    if (!this.#open.has(transport.meter.connection)) return Promise.resolve()
    let awaited = this.#awaited.get(transport)
    if (awaited === undefined) {
      awaited = Promise.withResolvers()
      this.#awaited.set(transport, awaited)
    }
    return awaited.promise
  }

  /** The transport of this connection id. */
  get(id: string): OpenTransport | undefined {
    return this.#open.get(id)
  }

  /** Those that are open now, in the order in which they were opened. */
  all(): readonly OpenTransport[] {
    return [...this.#open.values()]
  }

  ofPrincipal(id: string): readonly OpenTransport[] {
    return this.all().filter(({ principal }) => principal.id === id || principal.also?.some((each) => each.id === id))
  }

  /** Tells all to go and waits until they are gone or the signal says that the time is over; then they are destroyed. */
  async closeAll(timeIsOver: Promise<void>): Promise<void> {
    const open = this.all()
    for (const transport of open) transport.goAway({ code: 1001, reason: 'the server stops' })
    await Promise.race([Promise.all(open.map((transport) => this.ended(transport))), timeIsOver])
    for (const transport of this.all()) transport.destroy()
  }

  /**
   * Tells all to go, each at its own time within `spreadMs`, with a hint when to come back that spreads them again. Resolves when
   * the last one has been told.
   */
  async drain(spreadMs: number, clock: Clock, random: () => number): Promise<void> {
    const told = this.all().map((transport) => {
      const { promise, resolve } = Promise.withResolvers<void>()
      clock.after(random() * spreadMs, () => {
        transport.goAway({ code: 1012, reason: 'the server restarts', retryAfterMs: Math.round(random() * spreadMs) })
        resolve()
      })
      return Promise.race([promise, this.ended(transport)])
    })
    await Promise.all(told)
  }
}
