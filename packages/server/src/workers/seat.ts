import type { Clock } from '../runtime/clock.ts'
import type { Link } from './link/link.ts'
import { Peer, type PeerHandlers } from './link/peer.ts'

/** How a process ended. */
export interface Exit {
  readonly code: number | null
  readonly signal: string | null
}

/** A worker's process as its primary sees it. */
export interface WorkerProcess {
  readonly pid: number
  readonly link: Link
  readonly exited: Promise<Exit>
  /** Ends it at once. */
  kill(): void
}

/** Starts a process that will `serveAsWorker` at the other end of its link. */
export type Fork = () => WorkerProcess

/** What a seat tells of the process that has it. */
export interface SeatEvents {
  /** A process has come: what brings its calls to who answers them. */
  admit(peer: Peer, seat: Seat): PeerHandlers
  /** It has to be told what to do. Rejects when it cannot serve: then it is ended, and another one is tried. */
  start(peer: Peer, seat: Seat): Promise<void>
  serving(seat: Seat): void
  /** It has ended without having been told to; the next one comes in `retryMs`. */
  lost(seat: Seat, exit: Exit, retryMs: number): void
}

/** Before another process takes the place of one that ended, in milliseconds: doubled each time, up to the longest. */
const FIRST_RETRY_MS = 100
const MAX_RETRY_MS = 30_000
/** A process that served so long was healthy: the next retry is the first again. */
const HEALTHY_MS = 60_000
/** After it was told to stop, besides what closing takes. */
const STOP_GRACE_MS = 2_000

/**
 * - `starting`: a process was forked and is told what to do.
 * - `serving`.
 * - `waiting`: the process has ended, and the next one is due.
 * - `stopped`: there will be no other.
 */
type State = 'starting' | 'serving' | 'waiting' | 'stopped'

/** The place of one worker: a process that serves, and after its end another one. */
export class Seat {
  /** 1 to the number of workers. */
  readonly number: number
  /** Processes that were lost. */
  losses = 0
  readonly #fork: Fork
  readonly #clock: Clock
  readonly #events: SeatEvents
  #state: State = 'starting'
  #process: WorkerProcess | undefined
  #peer: Peer | undefined
  #servingSinceMs = 0
  #retryMs = FIRST_RETRY_MS
  #cancelRetry: (() => void) | undefined

  constructor(number: number, fork: Fork, clock: Clock, events: SeatEvents) {
    this.number = number
    this.#fork = fork
    this.#clock = clock
    this.#events = events
  }

  /** Of the process that has the seat now. */
  get pid(): number | undefined {
    return this.#process?.pid
  }

  get isServing(): boolean {
    return this.#state === 'serving'
  }

  /** To the process that serves, or was told to; undefined while there is none. */
  get peer(): Peer | undefined {
    return this.#peer
  }

  /** The first start. Rejects when the process cannot serve: then there is no retry. */
  async start(): Promise<void> {
    const process = this.#begin()
    try {
      await this.#startProcess(process)
    } catch (error) {
      this.#state = 'stopped'
      process.kill()
      throw error
    }
    void this.#watch(process)
  }

  /** Tells the process to stop and waits until it is gone; one that takes longer than `timeoutMs` is ended. */
  async stop(timeoutMs: number): Promise<void> {
    this.#state = 'stopped'
    this.#cancelRetry?.()
    const process = this.#process
    if (process === undefined) return
    this.#peer?.note('stop', null)
    this.#peer?.flush()
    const cancel = this.#clock.after(timeoutMs + STOP_GRACE_MS, () => process.kill())
    await process.exited
    cancel()
  }

  #begin(): WorkerProcess {
    this.#state = 'starting'
    const process = this.#fork()
    this.#process = process
    const late: { handlers?: PeerHandlers } = {}
    const peer = new Peer(process.link, this.#clock, {
      call: (name, args, body) => late.handlers!.call(name, args, body),
      note: (name, args, body) => late.handlers!.note(name, args, body),
      drained: () => late.handlers!.drained?.(),
      closed: () => late.handlers!.closed(),
      onFault: (error) => late.handlers!.onFault(error),
    })
    late.handlers = this.#events.admit(peer, this)
    this.#peer = peer
    return process
  }

  async #startProcess(process: WorkerProcess): Promise<void> {
    const died = process.exited.then(({ code, signal }) => {
      throw new Error(`worker ${this.number} ended by ${signal ?? `code ${code}`} before it served`)
    })
    await Promise.race([this.#events.start(this.#peer!, this), died])
    if (this.#state !== 'starting') return
    this.#state = 'serving'
    this.#servingSinceMs = this.#clock.monotonicMs()
    this.#events.serving(this)
  }

  async #watch(process: WorkerProcess): Promise<void> {
    const exit = await process.exited
    this.#process = undefined
    this.#peer = undefined
    if (this.#state === 'stopped') return
    if (this.#state === 'serving' && this.#clock.monotonicMs() - this.#servingSinceMs >= HEALTHY_MS) {
      this.#retryMs = FIRST_RETRY_MS
    }
    this.#lose(exit)
  }

  #lose(exit: Exit): void {
    this.#state = 'waiting'
    this.losses++
    this.#events.lost(this, exit, this.#retryMs)
    this.#cancelRetry = this.#clock.after(this.#retryMs, () => this.#again())
    this.#retryMs = Math.min(2 * this.#retryMs, MAX_RETRY_MS)
  }

  #again(): void {
    let process: WorkerProcess
    try {
      process = this.#begin()
    } catch (error) {
      // The system has no room for another process now.
      this.#lose({ code: null, signal: (error as NodeJS.ErrnoException).code ?? String(error) })
      return
    }
    void this.#watch(process)
    // It is told of as lost.
    this.#startProcess(process).catch(() => process.kill())
  }
}
