import type { Duplex } from 'node:stream'
import { type DeflateParameters, type Ending, WireConnection, type WireEvents } from '@hydrant/wire'
import { InboundBudget, type InboundRates } from '../guard/limits/inbound-budget.ts'
import type { ConnectionMeter } from '../observe/meters/connection-meter.ts'
import type { TurnWriter } from '../runtime/turn.ts'
import type { Service } from '../service.ts'
import type { HasDeadlines } from './deadlines.ts'
import { dropIdleEndListener } from './idle-end-listener.ts'
import { limitOf } from './limit-of.ts'
import { type EndsWithTransport, onceClosed } from './once-closed.ts'
import type { Tap } from './open-transports.ts'
import { Pieces } from './pieces.ts'

/** What the sockets of a server have in common. */
export type SocketSurroundings = Pick<Service, 'wireLimits' | 'random' | 'clock' | 'turn' | 'deadlines'>

/** Whose connection it is: hears what comes, and of the end. An object with methods, so that a connection costs no closures. */
export interface SocketOwner {
  /** Bytes have come, and are read next. */
  onBytes(length: number): void
  onMessage(payload: Buffer, binary: boolean): void
  /** The connection is over; nothing is called after it. */
  onEnd(ending: Ending): void
}

export interface SocketConnectionOptions {
  readonly owner: SocketOwner
  readonly socket: Duplex
  /** What the peer may send; undefined for the application, which may send as it likes. */
  readonly inbound: InboundRates | undefined
  readonly deflate: DeflateParameters | undefined
  /** Counts the bytes. */
  readonly meter: ConnectionMeter
}

/** What a socket that is read by a connection carries, so that its listeners are the same functions for all sockets. */
const CONNECTION = Symbol('connection')

interface ConnectedSocket extends Duplex {
  [CONNECTION]: SocketConnection
}

let onData: (this: ConnectedSocket, bytes: Buffer) => void
let onEnd: (this: ConnectedSocket) => void
let onDrain: (this: ConnectedSocket) => void

/** A queue of this size is written at once instead of at the end of the turn, so that the kernel's buffers are used first. */
const EAGER_WRITE_BYTES = 64 * 1024

/**
 * One server-side WebSocket: the wire engine on a socket. What is queued in a turn leaves in one write; while the socket
 * takes nothing the rest waits here, and {@link SocketConnection.queuedBytes} tells the owner how much.
 *
 * There may be very many that do nothing: what only some need, or only now and then, is made when it is needed, and let go of by the
 * sweep over all deadlines when it says nothing any more. `test/memory/idle-memory.test.ts` watches the bytes.
 */
export class SocketConnection implements TurnWriter, HasDeadlines, EndsWithTransport, WireEvents {
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
  readonly #surroundings: SocketSurroundings
  readonly #owner: SocketOwner
  readonly meter: ConnectionMeter
  #inbound: InboundRates | undefined
  /** Made when something comes, and let go of when it is full again: most connections only listen. */
  #budget: InboundBudget | undefined
  #isPausedByOwner = false
  /** Cancels the end of the pause of a peer that sends too many bytes. */
  #pace: (() => void) | undefined
  #ended = false
  #drained: (() => void)[] | undefined

  constructor(surroundings: SocketSurroundings, { owner, socket, inbound, deflate, meter }: SocketConnectionOptions) {
    this.#surroundings = surroundings
    this.#owner = owner
    this.#socket = socket
    this.#inbound = inbound
    this.meter = meter
    meter.queue = this
    const { clock, wireLimits, random, deadlines } = surroundings
    this.#wire = new WireConnection({
      role: 'server',
      now: clock.monotonicMs(),
      limits: wireLimits,
      random,
      deflate,
      events: this,
    })
    const connected = socket as ConnectedSocket
    connected[CONNECTION] = this
    socket.on('data', onData)
    dropIdleEndListener(socket)
    socket.on('end', onEnd)
    socket.on('error', onEnd)
    socket.on('drain', onDrain)
    onceClosed(socket, this)
    deadlines.add(this)
  }

  static {
    onData = function (bytes) {
      this[CONNECTION].#receive(bytes)
    }
    onEnd = function () {
      this[CONNECTION].#receiveEof()
    }
    onDrain = function () {
      const connection = this[CONNECTION]
      connection.#blockedSinceMs = undefined
      connection.#write()
    }
  }

  transportClosed(): void {
    this.#receiveEof()
  }

  /** Whether it has ended: nothing is sent any more. */
  get isOver(): boolean {
    return this.#ended
  }

  /** The transport that it is on. */
  get socket(): Duplex {
    return this.#socket
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
    this.#wire.close(code, reason, this.#surroundings.clock.monotonicMs())
    this.#writeAtEndOfTurn()
  }

  /** Calls `run` once when everything queued has been taken; not at all when the connection ends first. */
  onceDrained(run: () => void): void {
    this.#drained ??= []
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
    const nowMs = this.#surroundings.clock.monotonicMs()
    const waitMs = this.#budget.takeMessages(1, rates, nowMs)
    if (waitMs === 0) return 0
    this.#surroundings.deadlines.limitHit('message-rate')
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
    this.#owner.onMessage(payload, binary)
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

  endTurn(): void {
    this.#queued = false
    this.#write()
  }

  /** Called now and then by {@link Deadlines}. */
  checkDeadlines(nowMs: number, activeMs: number): void {
    const due = this.#wire.nextTimeout()
    if (due !== undefined && due <= nowMs && !this.#isKeptUnread()) {
      this.#wire.handleTimeout(nowMs)
      this.#write()
    }
    // As if nothing had ever come.
    if (this.#budget !== undefined && this.#budget.isFull(nowMs)) this.#budget = undefined
    const { deadlines, wireLimits } = this.#surroundings
    if (this.#blockedSinceMs === undefined || activeMs - this.#blockedSinceMs < wireLimits.writeTimeoutMs) return
    deadlines.limitHit('write-timeout')
    this.#socket.destroy()
  }

  /** While we do not read what the peer has sent, its silence says nothing. */
  #isKeptUnread(): boolean {
    return this.#wire.state === 'open' && (this.#isPausedByOwner || this.#pace !== undefined)
  }

  #receive(bytes: Buffer): void {
    this.meter.bytesIn += bytes.length
    this.#owner.onBytes(bytes.length)
    const nowMs = this.#surroundings.clock.monotonicMs()
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
    this.#surroundings.deadlines.limitHit('byte-rate')
    this.#socket.pause()
    this.#pace = this.#surroundings.clock.after(waitMs, () => {
      this.#pace = undefined
      if (!this.#isPausedByOwner) this.#socket.resume()
    })
  }

  #receiveEof(): void {
    if (!this.#ended) this.#wire.receiveEof(this.#surroundings.clock.monotonicMs())
  }

  #writeAtEndOfTurn(): void {
    if (this.#queued) return
    this.#queued = true
    this.#surroundings.turn.writer(this)
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
    else if (this.#drained !== undefined) this.#tellDrained(this.#drained)
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
    if (this.#socket.writableNeedDrain) this.#blockedSinceMs = this.#surroundings.deadlines.activeMs
  }

  #tellDrained(waiting: readonly (() => void)[]): void {
    this.#drained = undefined
    for (const run of waiting) run()
  }

  #over(ending: Ending): void {
    this.#ended = true
    this.#isClosing = true
    this.#drained = undefined
    const { deadlines, clock, wireLimits } = this.#surroundings
    deadlines.remove(this)
    if (this.#pace !== undefined) {
      // What the peer still has to say, such as its Close, is read to the end.
      this.#pace()
      this.#pace = undefined
      this.#socket.resume()
    }
    const limit = limitOf(ending)
    if (limit !== undefined) deadlines.limitHit(limit)
    this.#write()
    // The peer broke the protocol, vanished or was told goodbye: give the last bytes a moment, then let go of the socket.
    if (ending.kind === 'transport-lost' || ending.kind === 'timed-out') this.#socket.destroy()
    else
      this.#socket.once(
        'close',
        clock.after(wireLimits.closeTimeoutMs, () => this.#socket.destroy()),
      )
    this.#owner.onEnd(ending)
  }
}
