import type { Duplex } from 'node:stream'
import { type DeflateParameters, type Ending, WireConnection, type WireErrorCode, type WireEvents } from '@hydrant/wire'
import { InboundBudget, type InboundRates } from '../guard/limits/inbound-budget.ts'
import type { ConnectionMeter } from '../observe/meters/connection-meter.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Turn, TurnWork } from '../runtime/turn.ts'
import type { LimitLabel } from '../settings/setting.ts'
import type { Deadlines, HasDeadlines } from './deadlines.ts'
import type { Tap } from './open-transports.ts'
import { Pieces } from './pieces.ts'
import type { TransportLimits } from './transport-limits.ts'

export interface SocketConnectionOptions {
  readonly socket: Duplex
  readonly limits: TransportLimits
  /** What the peer may send; undefined for the application, which may send as it likes. */
  readonly inbound: InboundRates | undefined
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
 * One server-side WebSocket: the wire engine on a socket. What is queued in a turn leaves in one write; while the socket
 * takes nothing the rest waits here, and {@link SocketConnection.queuedBytes} tells the owner how much.
 */
export class SocketConnection implements TurnWork, HasDeadlines, WireEvents {
  // What a fan-out reads of each connection comes first, so that it is on the same lines of the processor's cache.
  readonly #socket: Duplex
  /** Whether the engine has something to write, or may soon. */
  #queued = false
  #isClosing = false
  /** Since when the peer has not taken the last piece, on the clock of {@link Deadlines.activeMs}. */
  #blockedSinceMs: number | undefined
  /** What is left of an output that is written in pieces. */
  #rest: Pieces | undefined
  /** Sees what comes and goes. */
  tap: Tap | undefined
  #bytesOut = 0
  #outboxBytes = 0
  readonly #wire: WireConnection
  readonly #options: SocketConnectionOptions
  readonly #meter: ConnectionMeter
  #inbound: InboundRates | undefined
  /** Made when something comes: most connections only listen. */
  #budget: InboundBudget | undefined
  #isPausedByOwner = false
  /** Cancels the end of the pause of a peer that sends too many bytes. */
  #pace: (() => void) | undefined
  #ended = false
  #drained: (() => void)[] = []

  constructor(options: SocketConnectionOptions) {
    this.#options = options
    this.#socket = options.socket
    this.#meter = options.meter
    this.#meter.queue = this
    this.#inbound = options.inbound
    this.#wire = new WireConnection({
      role: 'server',
      now: options.clock.monotonicMs(),
      limits: options.limits,
      random: options.random,
      ...(options.deflate === undefined ? {} : { deflate: options.deflate }),
      // Not an object of closures: an idle connection is mostly such small things.
      events: this,
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

  /** Bytes written so far. */
  get bytesOut(): number {
    return this.#bytesOut
  }

  /** Bytes queued here and in the socket. */
  get queuedBytes(): number {
    return this.#outboxBytes + (this.#rest?.bytes ?? 0) + this.#socket.writableLength
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
    const socket = this.#socket
    if (
      !this.#queued &&
      this.#blockedSinceMs === undefined &&
      this.#rest === undefined &&
      frames.length <= EAGER_WRITE_BYTES &&
      !this.#isClosing &&
      this.tap === undefined &&
      !socket.destroyed
    ) {
      // Nothing is in front of it, so it need not go through the engine.
      this.#bytesOut += frames.length
      if (!socket.write(frames)) this.#noteFull()
      return
    }
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
    this.#isClosing = true
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
    this.#isPausedByOwner = true
    this.#socket.pause()
  }

  resume(): void {
    this.#isPausedByOwner = false
    if (this.#pace === undefined) this.#socket.resume()
  }

  /** From now on the peer may send so much; undefined: as it likes. */
  limitInbound(rates: InboundRates | undefined): void {
    this.#inbound = rates
  }

  /**
   * Counts a message of the peer: 0 when it is let in, else after how many milliseconds it would be. Who goes on sending although
   * it is refused is closed with 1008: when refusals exceed the rate and burst of messages themselves.
   */
  admitMessage(): number {
    const rates = this.#inbound
    if (rates === undefined || rates.msPerMessage === 0) return 0
    this.#budget ??= new InboundBudget()
    const nowMs = this.#options.clock.monotonicMs()
    const waitMs = this.#budget.takeMessages(1, rates, nowMs)
    if (waitMs === 0) return 0
    this.#options.deadlines.limitHit('message-rate')
    if (!this.#budget.mayBeRefused(rates, nowMs)) this.close(1008, 'too many messages')
    return waitMs
  }

  /** Lets go at once, with everything that waits. */
  shed(): void {
    this.#socket.destroy()
  }

  /** For the engine alone, as is everything that begins with `on`. */
  onMessage(payload: Buffer, binary: boolean): void {
    if (this.tap !== undefined) this.tap.in(binary ? 'binary' : 'text', payload)
    this.#options.onMessage(payload, binary)
  }

  onPing(payload: Buffer): void {
    this.tap?.in('ping', payload)
  }

  onPong(payload: Buffer): void {
    this.tap?.in('pong', payload)
  }

  onEnd(ending: Ending): void {
    if (ending.kind === 'peer-closed') this.tap?.peerClosed(ending.code, ending.reason)
    this.#over(ending)
  }

  endTurn(): boolean {
    this.#queued = false
    this.#write()
    return false
  }

  /** Called now and then by {@link Deadlines}. */
  checkDeadlines(nowMs: number, activeMs: number): void {
    const due = this.#wire.nextTimeout()
    if (due !== undefined && due <= nowMs && !this.#isKeptUnread()) {
      this.#wire.handleTimeout(nowMs)
      this.#write()
    }
    const { deadlines, limits } = this.#options
    if (this.#blockedSinceMs === undefined || activeMs - this.#blockedSinceMs < limits.writeTimeoutMs) return
    deadlines.limitHit('write-timeout')
    this.#socket.destroy()
  }

  /** While we do not read what the peer has sent, its silence says nothing. */
  #isKeptUnread(): boolean {
    return this.#wire.state === 'open' && (this.#isPausedByOwner || this.#pace !== undefined)
  }

  #receive(bytes: Buffer): void {
    this.#meter.bytesIn += bytes.length
    const nowMs = this.#options.clock.monotonicMs()
    this.#wire.receive(bytes, nowMs)
    const rates = this.#inbound
    if (rates !== undefined && rates.msPerByte > 0) {
      this.#budget ??= new InboundBudget()
      const waitMs = this.#budget.takeBytes(bytes.length, rates, nowMs)
      if (waitMs > 0) this.#readLater(waitMs)
    }
    this.#writeAtEndOfTurn()
  }

  /** Who sends too many bytes is read no faster than its rate: it loses nothing, and its own system slows it down. */
  #readLater(waitMs: number): void {
    if (this.#pace !== undefined || this.#ended) return
    this.#options.deadlines.limitHit('byte-rate')
    this.#socket.pause()
    this.#pace = this.#options.clock.after(waitMs, () => {
      this.#pace = undefined
      if (!this.#isPausedByOwner) this.#socket.resume()
    })
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
    let takesMore = this.#rest === undefined || this.#writePieces(this.#rest)
    if (takesMore) takesMore = this.#writeWaiting()
    if (this.#rest === undefined && this.#wire.shouldEnd && !socket.writableEnded) socket.end()
    // A stream that is ending has no drain event to wait for.
    if (!takesMore && socket.writableNeedDrain) this.#noteFull()
    else if (this.#drained.length > 0) this.#tellDrained()
  }

  /** Writes what is queued. False when the socket wants no more until it has drained. */
  #writeWaiting(): boolean {
    const output = this.#wire.takeOutput()
    this.#outboxBytes = 0
    if (output === undefined) return true
    if (this.tap !== undefined) this.tap.out(Array.isArray(output) ? Buffer.concat(output) : output)
    const pieces = Pieces.of(output)
    return pieces === undefined ? this.#writeOutput(output) : this.#writePieces(pieces)
  }

  #writePieces(pieces: Pieces): boolean {
    let takesMore = true
    while (takesMore && pieces.bytes > 0) takesMore = this.#writeOutput(pieces.take())
    this.#rest = pieces.bytes > 0 ? pieces : undefined
    return takesMore
  }

  #writeOutput(output: Buffer | Buffer[]): boolean {
    if (!Array.isArray(output)) {
      this.#bytesOut += output.length
      return this.#socket.write(output)
    }
    let takesMore = true
    this.#socket.cork()
    for (const buffer of output) {
      this.#bytesOut += buffer.length
      takesMore = this.#socket.write(buffer)
    }
    this.#socket.uncork()
    return takesMore
  }

  #noteFull(): void {
    if (this.#socket.writableNeedDrain) this.#blockedSinceMs = this.#options.deadlines.activeMs
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
    this.#isClosing = true
    this.#drained = []
    const { deadlines, clock } = this.#options
    deadlines.remove(this)
    if (this.#pace !== undefined) {
      // What the peer still has to say, such as its Close, is read to the end.
      this.#pace()
      this.#pace = undefined
      this.#socket.resume()
    }
    const limit = 'error' in ending && ending.kind !== 'transport-lost' ? LIMIT_OF[ending.error.code] : undefined
    if (limit !== undefined) deadlines.limitHit(limit)
    this.#write()
    // The peer broke the protocol, vanished or was told goodbye: give the last bytes a moment, then let go of the socket.
    if (ending.kind === 'transport-lost' || ending.kind === 'timed-out') this.#socket.destroy()
    else
      this.#socket.once(
        'close',
        clock.after(this.#options.limits.closeTimeoutMs, () => this.#socket.destroy()),
      )
    this.#options.onEnd(ending)
  }
}

/** The limits that the engine keeps, by what it says when one was hit. */
const LIMIT_OF: Readonly<Partial<Record<WireErrorCode, LimitLabel>>> = {
  'message-too-big': 'message-size',
  'too-many-fragments': 'fragments',
  'slow-message': 'assembly-timeout',
  'too-many-control-frames': 'control-rate',
  'no-pong': 'pong-timeout',
  'no-close': 'close-timeout',
}
