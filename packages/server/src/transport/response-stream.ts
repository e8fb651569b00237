import type { ServerResponse } from 'node:http'
import type { ConnectionMeter } from '../observe/meters/connection-meter.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Turn, TurnWork } from '../runtime/turn.ts'
import type { Deadlines, HasDeadlines } from './deadlines.ts'
import type { Tap } from './open-transports.ts'

const WRITE_PROGRESS_MS = 10_000

/**
 * A response that goes on: the queue and the write-progress deadline of a socket connection, on an HTTP response.
 */
export class ResponseStream implements TurnWork, HasDeadlines {
  readonly #response: ServerResponse
  readonly #clock: Clock
  readonly #turn: Turn
  readonly #meter: ConnectionMeter
  /** Sees what goes. */
  tap: Tap | undefined
  #pending: Buffer[] = []
  #pendingBytes = 0
  #queued = false
  #ended = false
  #blockedSinceMs: number | undefined
  #drained: (() => void)[] = []

  constructor(response: ServerResponse, clock: Clock, turn: Turn, deadlines: Deadlines, meter: ConnectionMeter) {
    this.#response = response
    this.#clock = clock
    this.#turn = turn
    this.#meter = meter
    meter.queue = this
    deadlines.add(this)
    response.on('drain', () => {
      this.#blockedSinceMs = undefined
      this.#write()
    })
    response.on('close', () => {
      this.#ended = true
      this.#drained = []
      deadlines.remove(this)
    })
  }

  /** Bytes queued here and in the response. */
  get queuedBytes(): number {
    return this.#pendingBytes + this.#response.writableLength
  }

  send(chunk: Buffer): void {
    if (this.#ended) return
    this.#pending.push(chunk)
    this.#pendingBytes += chunk.length
    this.#writeAtEndOfTurn()
  }

  onceDrained(run: () => void): void {
    this.#drained.push(run)
    this.#writeAtEndOfTurn()
  }

  /** Ends the response after what is queued. */
  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#meter.bytesOut += this.#pendingBytes
    this.#response.end(Buffer.concat(this.#pending.splice(0)))
  }

  endTurn(): boolean {
    this.#queued = false
    this.#write()
    return false
  }

  checkDeadlines(nowMs: number): void {
    if (this.#blockedSinceMs !== undefined && nowMs - this.#blockedSinceMs >= WRITE_PROGRESS_MS) {
      this.#response.destroy()
    }
  }

  #writeAtEndOfTurn(): void {
    if (this.#queued) return
    this.#queued = true
    this.#turn.writer(this)
  }

  #write(): void {
    const response = this.#response
    if (this.#ended || response.destroyed || response.writableNeedDrain) return
    if (this.#pending.length > 0) {
      this.#meter.bytesOut += this.#pendingBytes
      const chunk = this.#pending.length === 1 ? this.#pending[0]! : Buffer.concat(this.#pending)
      if (this.tap !== undefined) this.tap.out(chunk)
      response.write(chunk)
      this.#pending = []
      this.#pendingBytes = 0
    }
    if (response.writableNeedDrain) this.#blockedSinceMs ??= this.#clock.monotonicMs()
    else if (this.#drained.length > 0) for (const run of this.#drained.splice(0)) run()
  }
}
