import type { Down, HelloPush, PingResult, ProtocolProblem, Up } from '@hydrant/protocol'
import { clientError, type HydrantError, serverError } from './errors.ts'
import { FallbackTransport } from './fallback/fallback-transport.ts'
import { FIRST_LINK, type Link, type LinkEvent, type LinkPolicy, type LostCause, transition } from './link.ts'
import type { Platform, Sighting } from './platform.ts'
import type { ServerClock } from './server-clock.ts'
import { SocketTransport } from './socket-transport.ts'
import { Timers } from './timers.ts'
import type { TokenKeeper } from './token.ts'
import type { Transport, TransportListener } from './transport.ts'

const PING_MS = 25_000
const PONG_MS = 10_000
/** When the page wakes up or the network changed there is reason to doubt. */
const DOUBT_MS = 5_000
const PROBE_MS = 60_000
const MAX_PROBE_MS = 300_000

/** A request before it has its `id`. */
export type Operation = Up extends infer Each ? (Each extends Up ? Omit<Each, 'id'> : never) : never

/** Called once, in the order of the replies and before any message that follows the reply. */
export interface Settle {
  done(result: unknown): void
  failed(error: HydrantError): void
}

export interface ConnectionOptions {
  readonly urls: { readonly socket: string; readonly http: string }
  readonly platform: Platform
  readonly policy: LinkPolicy
  readonly clock: ServerClock
  readonly token: TokenKeeper
  /** How long an attempt may take until the server has said hello. */
  readonly connectTimeoutMs: number
  /** A new connection takes requests: what is sent now is first. */
  readonly onReady: () => void
  /** It takes no more; what was not answered has failed with `connection-lost`. */
  readonly onEnded: () => void
  readonly onDown: (down: Down) => void
  readonly onLink: (link: Link) => void
  readonly onError: (error: HydrantError) => void
}

/** Keeps a connection: connects, authenticates, pings, notices when it is gone, and comes again. */
export class Connection {
  readonly #options: ConnectionOptions
  readonly #timers: Timers<'attempt' | 'retry' | 'ping' | 'pong' | 'probe'>
  readonly #unwatch: () => void
  #link: Link = FIRST_LINK
  #transport: Transport | undefined
  #probe: Transport | undefined
  #ready = false
  #hello: HelloPush | undefined
  #pending = new Map<number, Settle>()
  #lastId = 0
  #heard = false
  #probeMs = PROBE_MS

  constructor(options: ConnectionOptions) {
    this.#options = options
    this.#timers = new Timers(options.platform)
    this.#unwatch = options.platform.watch((sighting) => this.#see(sighting))
    this.#attempt()
  }

  get link(): Link {
    return this.#link
  }

  /** What the server said of itself, on this connection. */
  get hello(): HelloPush | undefined {
    return this.#hello
  }

  /** Whether requests can be sent. */
  get ready(): boolean {
    return this.#ready
  }

  /** Only while `ready`. */
  send(operation: Operation, settle: Settle): void {
    const id = ++this.#lastId
    this.#pending.set(id, settle)
    this.#transport!.send({ ...operation, id })
  }

  /** Ends it for good. */
  close(cause: LostCause): void {
    this.#apply({ type: 'closed', cause })
  }

  /** Gives this connection up, as when it broke. */
  abandon(reason: string): void {
    this.#lost({ code: 1006, reason })
  }

  #apply(event: LinkEvent): void {
    const before = this.#link
    this.#link = transition(before, event, this.#options.policy)
    if (this.#link === before) return
    this.#enter(this.#link)
    this.#options.onLink(this.#link)
  }

  #enter(link: Link): void {
    switch (link.name) {
      case 'connecting':
        return this.#attempt()
      case 'open':
        this.#timers.cancel('attempt')
        if (link.via === 'socket') this.#ping(PONG_MS)
        else this.#timers.set('probe', (this.#probeMs = PROBE_MS), () => this.#tryProbe())
        return
      case 'waiting':
        this.#end()
        return this.#timers.set('retry', link.delayMs, () => this.#apply({ type: 'retry' }))
      case 'closed':
        this.#end()
        this.#options.token.stop()
        return this.#unwatch()
    }
  }

  #attempt(): void {
    const link = this.#link
    if (link.name !== 'connecting') return
    const { connectTimeoutMs } = this.#options
    this.#timers.set('attempt', connectTimeoutMs, () => this.abandon(`no answer within ${connectTimeoutMs} ms`))
    this.#transport = this.#open(link.via, (transport) => this.#listener(transport))
  }

  /** What a transport says counts only while it is the one in use. */
  #listener(isCurrent: () => boolean): TransportListener {
    const { platform, clock, onError } = this.#options
    const begunMs = platform.monotonicMs()
    return {
      writable: () => {
        if (isCurrent()) void this.#begin()
      },
      opened: (hello) => {
        if (!isCurrent()) return
        this.#hello = hello
        if (hello !== undefined) clock.sample(hello.time, begunMs)
        this.#apply({ type: 'opened', nowMs: platform.monotonicMs() })
      },
      received: (down) => {
        if (!isCurrent()) return
        this.#heard = true
        try {
          this.#receive(down)
        } catch (error) {
          // Applications' listeners do not throw as far as here: it is something in the message.
          onError(clientError('protocol-violation', undefined, error))
          this.abandon('the server said what the protocol does not allow')
        }
      },
      lost: (cause) => {
        if (isCurrent()) this.#lost(cause)
      },
    }
  }

  #receive(down: Down): void {
    if ('id' in down) this.#settle(down)
    else if ('push' in down && down.push === 'draining') {
      this.#apply({ type: 'draining', retryAfterMs: down.retryAfterMs })
    } else if ('push' in down && down.push === 'error') this.#options.onError(serverError(down.error))
    else this.#options.onDown(down)
  }

  #open(via: Transport['via'], listen: (isCurrent: () => boolean) => TransportListener): Transport | undefined {
    const { urls, platform } = this.#options
    let transport: Transport | undefined
    const listener = listen(() => transport !== undefined && this.#transport === transport)
    transport =
      via === 'socket'
        ? new SocketTransport(urls.socket, platform, listener)
        : new FallbackTransport(urls.http, platform, listener)
    return transport
  }

  /** Authenticates, then lets everybody send what is first: all of it before the first reply. */
  async #begin(): Promise<void> {
    const transport = this.#transport
    const { token, onReady } = this.#options
    if (token.isUsed) {
      let text: string
      try {
        text = await token.fetch()
      } catch (error) {
        if (this.#transport === transport) this.#refused(error)
        return
      }
      if (this.#transport !== transport) return
      this.authenticate(text)
    }
    this.#ready = true
    onReady()
    if (this.#link.name === 'open') this.#ping(PONG_MS)
  }

  /** Sends the token; a connection whose first token is refused is given up. */
  authenticate(text: string): void {
    const first = !this.#ready
    const { token, onError } = this.#options
    this.send(
      { op: 'authenticate', token: text },
      {
        done: () => token.accepted(text),
        failed: (error) => {
          if (error.code === 'connection-lost') return
          if (first) return this.#refused(error)
          onError(clientError('token-failed', error.message, error))
          token.refused()
        },
      },
    )
  }

  #refused(cause: unknown): void {
    const error = clientError('token-failed', cause instanceof Error ? cause.message : undefined, cause)
    this.#options.onError(error)
    // A token that is always the same is refused again.
    if (this.#options.token.isConstant) this.close({ code: 1008, reason: error.message })
    else this.abandon(error.message)
  }

  #settle(reply: { readonly id: number; readonly result?: unknown; readonly error?: ProtocolProblem }): void {
    const settle = this.#pending.get(reply.id)
    this.#pending.delete(reply.id)
    if (reply.error === undefined) settle?.done(reply.result)
    else settle?.failed(serverError(reply.error))
  }

  #lost(cause: LostCause): void {
    const { platform } = this.#options
    this.#apply({ type: 'lost', cause, nowMs: platform.monotonicMs(), random: platform.random() })
  }

  /** Nothing of this connection is heard any more. */
  #end(): void {
    this.#timers.cancelAll()
    this.#transport?.close()
    this.#probe?.close()
    this.#transport = this.#probe = this.#hello = undefined
    this.#forget()
  }

  #forget(): void {
    const wasReady = this.#ready
    this.#ready = false
    const pending = this.#pending
    this.#pending = new Map()
    for (const settle of pending.values()) settle.failed(clientError('connection-lost'))
    if (wasReady) this.#options.onEnded()
  }

  #ping(patienceMs: number): void {
    const { platform, clock } = this.#options
    if (!this.#ready || this.#transport?.via !== 'socket') return
    const sentMs = platform.monotonicMs()
    this.#heard = false
    this.send(
      { op: 'ping' },
      {
        done: (result) => clock.sample((result as PingResult).time, sentMs),
        failed: () => {},
      },
    )
    this.#timers.set('pong', patienceMs, () => {
      if (!this.#heard) this.abandon('no answer to a ping')
    })
    this.#timers.set('ping', PING_MS * (0.8 + 0.4 * platform.random()), () => this.#ping(PONG_MS))
  }

  #see(sighting: Sighting): void {
    const link = this.#link
    if (link.name === 'open') this.#ping(DOUBT_MS)
    else if (link.name === 'waiting' && !link.hinted && sighting !== 'offline') this.#apply({ type: 'retry' })
  }

  /** Tries a socket beside the fallback, and moves over when it opens. Positions make sure that nothing is lost or repeated. */
  #tryProbe(): void {
    this.#probe?.close()
    this.#timers.set('probe', (this.#probeMs = Math.min(MAX_PROBE_MS, this.#probeMs * 2)), () => this.#tryProbe())
    const probe = this.#open('socket', (isCurrent) => {
      const taken = this.#listener(isCurrent)
      return {
        ...taken,
        writable: () => {},
        opened: (hello) => {
          if (this.#probe !== probe) return
          this.#timers.cancel('probe')
          this.#transport?.close()
          this.#transport = probe
          this.#probe = undefined
          this.#forget()
          this.#hello = hello
          void this.#begin()
          this.#apply({ type: 'unblocked', nowMs: this.#options.platform.monotonicMs() })
        },
      }
    })
    this.#probe = probe
  }
}
