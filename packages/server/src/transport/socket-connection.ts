import type { Duplex } from 'node:stream'
import { type DeflateParameters, type Ending, WireConnection, type WireLimits } from '@hydrant/wire'
import type { ConnectionMeter } from '../observe/meters/connection-meter.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Turn, TurnWork } from '../runtime/turn.ts'
import type { Deadlines } from './deadlines.ts'
import type { Tap } from './open-transports.ts'

export interface SocketConnectionOptions {
  readonly socket: Duplex
  readonly limits: Partial<WireLimits>
  readonly deflate?: DeflateParameters | undefined
  readonly random: (bytes: Uint8Array) => void
  readonly clock: Clock
  readonly turn: Turn
  readonly deadlines: Deadlines
  /** Counts the bytes. */
  readonly meter: ConnectionMeter
  readonly onMessage: (payload: Buffer, binary: boolean) => void
  /** The connection is over; nothing is called after it. */
  readonly onEnd: (ending: Ending) => void
}

/** A queue of this size is written at once instead of at the end of the turn, so that the kernel's buffers are used first. */
const EAGER_WRITE_BYTES = 64 * 1024

/**
 * A peer that takes nothing for this long is cut off. A write is handed to the kernel in pieces of the queue's size, so a slow
 * but living reader makes progress within it.
 */
const WRITE_PROGRESS_MS = 10_000

/**
 * One server-side WebSocket: the wire engine on a socket. What is queued in a turn leaves in one write; while the socket
 * takes nothing the rest waits here, and {@link SocketConnection.queuedBytes} tells the owner how much.
 */
export class SocketConnection implements TurnWork {
  readonly #socket: Duplex
  readonly #wire: WireConnection
  readonly #options: SocketConnectionOptions
  readonly #meter: ConnectionMeter
  /** Sees what comes and goes. */
  tap: Tap | undefined
  #outboxBytes = 0
  #queued = false
  #blockedSinceMs: number | undefined
  #ended = false
  #drained: (() => void)[] = []

  constructor(options: SocketConnectionOptions) {
    this.#options = options
    this.#socket = options.socket
    this.#meter = options.meter
    this.#meter.queue = this
    this.#wire = new WireConnection({
      role: 'server',
      now: options.clock.monotonicMs(),
      limits: options.limits,
      random: options.random,
      ...(options.deflate === undefined ? {} : { deflate: options.deflate }),
      events: {
        onMessage: (payload, binary) => {
          if (this.tap !== undefined) this.tap.in(payload, binary)
          options.onMessage(payload, binary)
        },
        onEnd: (ending) => this.#over(ending),
      },
    })
    this.#socket.on('data', (bytes: Buffer) => this.#receive(bytes))
    this.#socket.on('end', () => this.#receiveEof())
    this.#socket.on('error', () => this.#receiveEof())
    this.#socket.on('close', () => this.#receiveEof())
    this.#socket.on('drain', () => this.#onDrain())
    options.deadlines.add(this)
  }

  /** Bytes that came in the same packet as the handshake. */
  receiveFirst(head: Buffer): void {
    if (head.length > 0) this.#receive(head)
  }

  /** Bytes queued here and in the socket. */
  get queuedBytes(): number {
    return this.#outboxBytes + this.#socket.writableLength
  }

  /** Queues whole server frames. */
  sendFrames(frames: Buffer): void {
    if (this.#ended) return
    this.#wire.sendFrame(frames)
    this.#outboxBytes += frames.length
    if (this.#outboxBytes >= EAGER_WRITE_BYTES) this.#write()
    else this.#writeAtEndOfTurn()
  }

  /**
   * Queues whole server frames and writes them with everything queued before: for who knows that nothing more comes in this
   * turn. It spares a second walk over all connections.
   */
  writeFrames(frames: Buffer): void {
    if (this.#ended) return
    this.#wire.sendFrame(frames)
    this.#outboxBytes += frames.length
    this.#write()
  }

  sendText(text: string): void {
    if (this.#ended) return
    this.#wire.sendText(text)
    this.#outboxBytes += text.length
    this.#writeAtEndOfTurn()
  }

  /** Starts the closing handshake after what is queued. */
  close(code: number, reason: string): void {
    if (this.#ended) return
    this.#wire.close(code, reason, this.#options.clock.monotonicMs())
    this.#writeAtEndOfTurn()
  }

  /** Calls `run` once when everything queued has been taken; not at all when the connection ends first. */
  onceDrained(run: () => void): void {
    this.#drained.push(run)
    this.#writeAtEndOfTurn()
  }

  /** Stops taking bytes from the peer until {@link SocketConnection.resume}; the kernel's window does the rest. */
  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  endTurn(): boolean {
    this.#queued = false
    this.#write()
    return false
  }

  /** Called now and then by {@link Deadlines}. */
  checkDeadlines(nowMs: number): void {
    const due = this.#wire.nextTimeout()
    if (due !== undefined && due <= nowMs) {
      this.#wire.handleTimeout(nowMs)
      this.#write()
    }
    if (this.#blockedSinceMs !== undefined && nowMs - this.#blockedSinceMs >= WRITE_PROGRESS_MS) this.#socket.destroy()
  }

  #receive(bytes: Buffer): void {
    this.#meter.bytesIn += bytes.length
    this.#wire.receive(bytes, this.#options.clock.monotonicMs())
    this.#writeAtEndOfTurn()
  }

  #receiveEof(): void {
    if (!this.#ended) this.#wire.receiveEof(this.#options.clock.monotonicMs())
  }

  #writeAtEndOfTurn(): void {
    if (this.#queued) return
    this.#queued = true
    this.#options.turn.writer(this)
  }

  /** Hot: once per connection and turn. Watched by the fan-out rows of `bench/`. */
  #write(): void {
    const socket = this.#socket
    if (this.#blockedSinceMs !== undefined || socket.destroyed) return
    const output = this.#wire.takeOutput()
    this.#outboxBytes = 0
    const takesMore = output === undefined || this.#writeOutput(output)
    if (this.#wire.shouldEnd && !socket.writableEnded) socket.end()
    // A stream that is ending has no drain event to wait for.
    if (!takesMore && socket.writableNeedDrain) this.#blockedSinceMs = this.#options.clock.monotonicMs()
    else if (this.#drained.length > 0) this.#tellDrained()
  }

  /** False when the socket wants no more until it has drained. */
  #writeOutput(output: Buffer | Buffer[]): boolean {
    if (this.tap !== undefined) this.tap.out(Array.isArray(output) ? Buffer.concat(output) : output)
    if (!Array.isArray(output)) {
      this.#meter.bytesOut += output.length
      return this.#socket.write(output)
    }
    let takesMore = true
    this.#socket.cork()
    for (const buffer of output) {
      this.#meter.bytesOut += buffer.length
      takesMore = this.#socket.write(buffer)
    }
    this.#socket.uncork()
    return takesMore
  }

  #onDrain(): void {
    this.#blockedSinceMs = undefined
    this.#write()
  }

  #tellDrained(): void {
    const waiting = this.#drained
    this.#drained = []
    for (const run of waiting) run()
  }

  #over(ending: Ending): void {
    this.#ended = true
    this.#drained = []
    this.#options.deadlines.remove(this)
    this.#write()
    // The peer broke the protocol, vanished or was told goodbye: give the last bytes a moment, then let go of the socket.
    if (ending.kind === 'transport-lost' || ending.kind === 'timed-out') this.#socket.destroy()
    else this.#destroySoon()
    this.#options.onEnd(ending)
  }

  #destroySoon(): void {
    const cancel = this.#options.clock.after(LINGER_MS, () => this.#socket.destroy())
    this.#socket.once('close', cancel)
  }
}

/** How long a finished connection may take to deliver its Close frame. Source: the close wait of the defaults. */
const LINGER_MS = 5_000
