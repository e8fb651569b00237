import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { ConnectionMeter } from '../observe/meters/connection-meter.ts'
import type { Turn, TurnWriter } from '../runtime/turn.ts'
import type { Deadlines, HasDeadlines } from './deadlines.ts'
import { httpChunk } from './http-chunk.ts'
import type { Tap } from './open-transports.ts'
import { Pieces } from './pieces.ts'

export interface ResponseStreamOptions {
  readonly response: ServerResponse
  readonly turn: Turn
  readonly deadlines: Deadlines
  /** A peer that takes less than 64 KiB in this time, while more waits for it, is cut off; in milliseconds. */
  readonly writeTimeoutMs: number
  /** What is sent when nothing else was for so long, so that proxies do not close a quiet stream. */
  readonly keepAlive: { readonly everyMs: number; readonly chunk: Buffer }
  /** Counts the bytes. */
  readonly meter: ConnectionMeter
}

/**
 * A response that goes on: the queue and the write-progress deadline of a socket connection, on an HTTP response. Its body is written to the
 * socket itself, past `response.write`, which frames each chunk anew for each reader and writes it in four parts at the next tick.
 */
export class ResponseStream implements TurnWriter, HasDeadlines {
  /** Sees what goes. */
  tap: Tap | undefined
  #bytesOut = 0
  readonly #options: ResponseStreamOptions
  /** Undefined until the responses before it on the same connection are through. */
  #socket: Socket | undefined
  #pending: Buffer[] = []
  #pendingBytes = 0
  /** What is left of an output that is written in pieces. */
  #rest: Pieces | undefined
  #queued = false
  #ended = false
  /** Both on the clock of {@link Deadlines.activeMs}. */
  #blockedSinceMs: number | undefined
  #sentMs: number
  #drained: (() => void)[] = []

  constructor(options: ResponseStreamOptions) {
    this.#options = options
    const { response, deadlines, meter } = options
    meter.queue = this
    this.#sentMs = deadlines.activeMs
    deadlines.add(this)
    const onDrain = (): void => {
      this.#blockedSinceMs = undefined
      this.#write()
    }
    const begin = (socket: Socket): void => {
      this.#socket = socket
      socket.on('drain', onDrain)
      // The head is written when this returns, if it is not yet.
      this.#writeAtEndOfTurn()
    }
    response.flushHeaders()
    if (response.socket === null) response.once('socket', begin)
    else begin(response.socket)
    response.on('close', () => {
      this.#ended = true
      this.#drained = []
      this.#socket?.off('drain', onDrain)
      deadlines.remove(this)
    })
  }

  /** Bytes written so far. */
  get bytesOut(): number {
    return this.#bytesOut
  }

  /** Bytes queued here and in the response. */
  get queuedBytes(): number {
    return this.#pendingBytes + (this.#rest?.bytes ?? 0) + this.#options.response.writableLength
  }

  /** Queues bytes for the end of the turn. */
  send(chunk: Buffer): void {
    if (this.#ended) return
    this.#pending.push(chunk)
    this.#pendingBytes += chunk.length
    this.#writeAtEndOfTurn()
  }

  /** Queues bytes and writes them with everything queued before: for who knows that nothing more comes in this turn. */
  sendNow(chunk: Buffer): void {
    if (this.#ended) return
    this.#pending.push(chunk)
    this.#pendingBytes += chunk.length
    this.#write()
  }

  onceDrained(run: () => void): void {
    this.#drained.push(run)
    this.#writeAtEndOfTurn()
  }

  /** Ends the response after what is queued. */
  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#drained = []
    this.#write()
  }

  endTurn(): void {
    this.#queued = false
    this.#write()
  }

  /** Lets go at once, with everything that waits. */
  shed(): void {
    this.#options.response.destroy()
  }

  checkDeadlines(_nowMs: number, activeMs: number): void {
    const { response, deadlines, writeTimeoutMs, keepAlive } = this.#options
    if (this.#blockedSinceMs !== undefined && activeMs - this.#blockedSinceMs >= writeTimeoutMs) {
      deadlines.limitHit('write-timeout')
      response.destroy()
    } else if (activeMs - this.#sentMs >= keepAlive.everyMs && this.queuedBytes === 0) {
      this.send(keepAlive.chunk)
    }
  }

  #writeAtEndOfTurn(): void {
    if (this.#queued) return
    this.#queued = true
    this.#options.turn.writer(this)
  }

  /** Hot: once per reader and batch. Watched by the row `fan-out-events` of `bench/`. */
  #write(): void {
    const { response, deadlines } = this.#options
    const socket = this.#socket
    if (socket === undefined || response.destroyed || response.writableEnded) return
    this.#writeWaiting(socket)
    if (socket.writableNeedDrain) this.#blockedSinceMs ??= deadlines.activeMs
    else if (this.#ended) this.#endResponse()
    else if (this.#drained.length > 0) for (const run of this.#drained.splice(0)) run()
  }

  #writeWaiting(socket: Socket): void {
    while (!socket.writableNeedDrain) {
      if (this.#rest !== undefined) {
        this.#writeChunk(socket, Buffer.concat(this.#rest.take()))
        if (this.#rest.bytes === 0) this.#rest = undefined
      } else if (this.#pending.length > 0) {
        this.#writePending(socket)
      } else return
      this.#sentMs = this.#options.deadlines.activeMs
    }
  }

  #writePending(socket: Socket): void {
    this.#bytesOut += this.#pendingBytes
    const chunk = this.#pending.length === 1 ? this.#pending[0]! : Buffer.concat(this.#pending)
    this.#pending = []
    this.#pendingBytes = 0
    if (this.tap !== undefined) this.tap.out(chunk)
    this.#rest = Pieces.of(chunk)
    if (this.#rest === undefined) this.#writeChunk(socket, chunk)
  }

  #writeChunk(socket: Socket, bytes: Buffer): void {
    // A client of HTTP/1.0, such as a proxy, gets the body as it is, until the end of the connection.
    socket.write(this.#options.response.chunkedEncoding ? httpChunk(bytes) : bytes)
  }

  #endResponse(): void {
    const { response, deadlines } = this.#options
    response.end()
    // Its last bytes have one more deadline to leave.
    this.#blockedSinceMs = deadlines.activeMs
  }
}
