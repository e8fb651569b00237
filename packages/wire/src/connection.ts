import { ABNORMAL, checkClosePayload, NO_STATUS } from './close-codes.ts'
import { takeControlFrame } from './control-rate.ts'
import type { DeflateParameters } from './deflate/parameters.ts'
import type { FragmentOptions, WireConnectionOptions, WireEvents, WireState } from './connection-options.ts'
import type { Ending } from './endings.ts'
import { misuse, WireError, type WireErrorCode } from './errors.ts'
import { closePayload, controlPayload } from './frame-encoder.ts'
import { FrameParser, type FrameSink } from './frame-parser.ts'
import { FrameWriter } from './frame-writer.ts'
import { Loans } from './loans.ts'
import { MaskKeys } from './mask-keys.ts'
import * as op from './opcodes.ts'
import { isGathered } from './output-queue.ts'
import { type WireTerms, wireTerms } from './terms.ts'
import { earliest, UNSET } from './timers.ts'

/**
 * A timeout handled this late means that our own process stood still. What the peer sent meanwhile may be waiting to be
 * read, so it gets a little longer, once, before it is judged.
 */
const STALL_MS = 2_000
const AFTER_STALL_MS = 1_000

let reportTo: {
  ping(connection: WireConnection, payload: Buffer): void
  pong(connection: WireConnection, payload: Buffer): void
  close(connection: WireConnection, payload: Buffer): void
  violation(connection: WireConnection, code: WireErrorCode): void
}

/** A parser, and what it reports to: both are lent to a connection for as long as a read, or what it began, lasts. */
class Reader implements FrameSink {
  readonly parser: FrameParser = new FrameParser(this)
  connection: WireConnection | undefined
  /** Output from before this read has not been taken: the transport is not keeping up. */
  isBackedUp = false

  onPingFrame(payload: Buffer): void {
    reportTo.ping(this.connection!, payload)
  }

  onPongFrame(payload: Buffer): void {
    reportTo.pong(this.connection!, payload)
  }

  onCloseFrame(payload: Buffer): void {
    reportTo.close(this.connection!, payload)
  }

  onViolation(code: WireErrorCode): void {
    reportTo.violation(this.connection!, code)
  }
}

/** Filled and read at once: an array of their own for two bytes would be the largest thing that a ping costs. */
const dice = new Uint8Array(2)

/** Reads end before the next one begins, unless a message is still to come or one connection is read from inside another. */
const readers = new Loans(8, () => new Reader())
/** Output of a turn of the event loop waits for its end, on each connection that answers. */
const writers = new Loans(1_024, () => new FrameWriter())

/**
 * One RFC 6455 connection after its handshake, in either role: bytes and the time in, events and bytes out. It reads no
 * socket, clock or random source of its own, and never throws at what a peer sends.
 *
 * The caller's part: after every call, write what {@link takeOutput} returns; end the transport when {@link shouldEnd};
 * destroy it when {@link shouldDestroy}; and call {@link handleTimeout} at {@link nextTimeout}.
 */
export class WireConnection {
  readonly #terms: WireTerms
  readonly #events: WireEvents
  /** Lent: see {@link readers}. */
  #reader: Reader | undefined
  /** Lent while there is output that is more than {@link #alone}; a client has its own, for the mask keys. */
  #writer: FrameWriter | undefined
  /** Output that is one shared piece: what one publish means for most connections. It is never copied. */
  #alone: Buffer | undefined
  #state: WireState = 'open'
  #now: number
  // The deadlines, in whole milliseconds: see TIMERS.
  #pingAt: number = UNSET
  #pongAt: number = UNSET
  #assemblyAt: number = UNSET
  #closeAt: number = UNSET
  /** When the peer may again send as many control frames as it may at once. */
  #controlFullAt = 0
  /** What our Close said, while we wait for its answer. */
  #ourClose: { code: number; reason: string } | undefined
  /** The newest ping not yet answered because of that. */
  #owedPong: Buffer | undefined
  #wasStalled = false
  #shouldEnd = false
  #shouldDestroy = false

  /** Throws a TypeError for limits that are not numbers, and for a client without a random source. */
  constructor(options: WireConnectionOptions) {
    const { role, events, random, deflate } = options
    if (role === 'client' && random === undefined) throw misuse('random-required')
    this.#terms = wireTerms(options)
    this.#events = events
    this.#now = Math.ceil(options.now)
    if (role === 'client') {
      this.#writer = new FrameWriter()
      this.#writer.attach(new MaskKeys(random!), deflate)
    }
    this.#schedulePing()
  }

  get state(): WireState {
    return this.#state
  }

  /** What the handshake agreed on, for those who compress once for many connections. */
  get deflate(): DeflateParameters | undefined {
    return this.#terms.deflate
  }

  /**
   * True when the transport is to be ended (a half-close: TCP FIN) once the output has been flushed. The server ends
   * first; a client waits for it (RFC 6455 §7.1.1). Keep reading and discarding until the peer's end, or until
   * {@link shouldDestroy}: closing a socket with unread bytes resets it, and the peer may lose our Close frame.
   */
  get shouldEnd(): boolean {
    return this.#shouldEnd
  }

  /** True when there is nothing left to wait for: destroy the transport, flushed or not. */
  get shouldDestroy(): boolean {
    return this.#shouldDestroy
  }

  /** Bytes queued and not taken yet. */
  get pendingBytes(): number {
    return this.#alone?.length ?? this.#writer?.output.bytes ?? 0
  }

  /** Payload bytes held for messages that are not complete. */
  get heldBytes(): number {
    return this.#reader?.parser.heldBytes ?? 0
  }

  /**
   * Bytes from the transport. Payloads are unmasked in place: the engine may change the bytes during the call, and
   * keeps no reference to them after it.
   */
  receive(bytes: Buffer, now: number): void {
    if (this.#reader?.parser.isReading === true) throw misuse('receive-inside-event')
    this.#now = Math.ceil(now)
    this.#wasStalled = false
    if (this.#state === 'closed') return
    // Any byte is a sign of life: a pong may be stuck behind a large message.
    if (this.#pongAt !== UNSET) this.#schedulePing()
    const reader = this.#reader ?? this.#borrowReader()
    reader.isBackedUp = this.pendingBytes > 0
    let returned = false
    try {
      reader.parser.receive(bytes)
      returned = true
    } finally {
      if (!returned) {
        this.#reader = undefined
        this.#abandon()
      }
    }
    if (this.#state === 'open') this.#watchAssembly(reader.parser)
    if (!reader.parser.isMidway) this.#returnReader(reader)
  }

  /** The transport's end: FIN, or its failure with `error`. Safe to call more than once. */
  receiveEof(now: number, error?: Error): void {
    this.#now = Math.ceil(now)
    this.#clearTimers()
    this.#shouldEnd = true
    this.#shouldDestroy ||= error !== undefined
    this.#end({ kind: 'transport-lost', code: ABNORMAL, reason: '', error })
  }

  /**
   * Sends a text message; false, and nothing happens, once closing has begun. Throws a TypeError for a string with lone
   * surrogates, or bytes that are not UTF-8. The payload is copied.
   */
  sendText(text: string | Uint8Array): boolean {
    if (this.#state !== 'open') return false
    this.#writerNow().text(text)
    return true
  }

  /** Sends a binary message; false once closing has begun. Throws a TypeError unless given a Uint8Array. It is copied. */
  sendBinary(data: Uint8Array): boolean {
    if (this.#state !== 'open') return false
    this.#writerNow().binary(data)
    return true
  }

  /**
   * Queues one or more whole frames from {@link encodeTextFrame} and its siblings; false once closing has begun. They
   * are shared, not copied, so they must not change. Throws a TypeError in the client role, whose frames need masks.
   */
  sendFrame(frames: Buffer): boolean {
    if (this.#state !== 'open') return false
    if (this.#writer === undefined && this.#alone === undefined && isGathered(frames)) this.#alone = frames
    else this.#writerNow().encoded(frames)
    return true
  }

  /**
   * Sends the next fragment of a message, or the first of a new one; false once closing has begun. `binary` counts for
   * the first only. Text may be cut inside a character when given as bytes. Until `final`, pings and pongs may be sent
   * in between, and other messages throw a TypeError.
   */
  sendFragment(payload: string | Uint8Array, options: FragmentOptions): boolean {
    if (this.#state !== 'open') return false
    this.#writerNow().fragment(payload, options.binary === true, options.final)
    return true
  }

  /** Sends a ping of at most 125 bytes; false once closing has begun. It does not move our own ping timer. */
  ping(payload?: string | Uint8Array): boolean {
    return this.#sendControl(op.PING, controlPayload(payload))
  }

  /** Sends an unsolicited pong of at most 125 bytes; false once closing has begun. Pings are answered without it. */
  pong(payload?: string | Uint8Array): boolean {
    return this.#sendControl(op.PONG, controlPayload(payload))
  }

  /**
   * Begins the closing handshake; does nothing when it has begun already. Without a code the Close frame is empty.
   * Throws a TypeError for a code that may not travel, or a reason over 123 bytes of UTF-8. The close deadline counts from
   * `now`, by default the time of the last call that brought one: on a quiet connection that may be long ago.
   */
  close(code?: number, reason?: string, now: number = this.#now): void {
    const payload = closePayload(code, reason)
    if (this.#state !== 'open') return
    this.#now = Math.ceil(now)
    this.#queueClose(payload)
    this.#state = 'closing'
    this.#ourClose = { code: code ?? NO_STATUS, reason: reason ?? '' }
    this.#reader?.parser.skipMessages()
    this.#clearTimers()
    this.#closeAt = this.#after(this.#terms.limits.closeTimeoutMs)
  }

  /**
   * Everything to write now, in order; `undefined` when there is nothing. An array only when large or shared pieces are
   * among it: cork, write each, uncork.
   */
  takeOutput(): Buffer | Buffer[] | undefined {
    if (this.#owedPong !== undefined) this.#payOwedPong()
    const alone = this.#alone
    if (alone !== undefined) {
      this.#alone = undefined
      return alone
    }
    const writer = this.#writer
    if (writer === undefined) return undefined
    const output = writer.output.take()
    if (this.#terms.role === 'server' && writer.isIdle) {
      this.#writer = undefined
      writers.takeBack(writer)
    }
    return output
  }

  /** When to call {@link handleTimeout}, on the caller's clock; `undefined` when no deadline is set. */
  nextTimeout(): number | undefined {
    return earliest(this.#pingAt, this.#pongAt, this.#assemblyAt, this.#closeAt)
  }

  /**
   * Does what is due at `now`; nothing when nothing is. When it is called more than 2 s late, what is overdue gets one
   * more second: after a stall of ours, first read what the peers sent.
   */
  handleTimeout(now: number): void {
    this.#now = Math.ceil(now)
    const due = this.nextTimeout()
    if (due === undefined || due > now) return
    if (now - due > STALL_MS && !this.#wasStalled) {
      this.#wasStalled = true
      this.#postpone(now)
    }
    if (isDue(this.#closeAt, now)) this.#closeIsLate()
    else if (isDue(this.#pongAt, now)) this.#peerIsGone('no-pong')
    else if (isDue(this.#assemblyAt, now)) this.#fail('slow-message', 'timed-out')
    else if (isDue(this.#pingAt, now)) this.#sendOwnPing()
  }

  /** What the parser reports comes in here, past the public methods. */
  static {
    reportTo = {
      ping: (connection, payload) => connection.#onPing(payload),
      pong: (connection, payload) => connection.#onPong(payload),
      close: (connection, payload) => connection.#onClose(payload),
      violation: (connection, code) => connection.#onViolation(code),
    }
  }

  #onPing(payload: Buffer): void {
    if (!this.#takeControlToken()) return
    if (this.#state === 'open') {
      // A peer that pings and does not read gets the newest pong only (RFC 6455 §5.5.3), so they never pile up.
      if (this.#reader!.isBackedUp) this.#owedPong = Buffer.from(payload)
      else this.#writerNow().frame(op.FIN_BIT | op.PONG, payload)
      this.#events.onPing?.(payload)
    }
  }

  #onPong(payload: Buffer): void {
    if (this.#takeControlToken() && this.#state === 'open') this.#events.onPong?.(payload)
  }

  #onClose(payload: Buffer): void {
    const error = checkClosePayload(payload)
    if (error !== undefined) {
      this.#onViolation(error)
      return
    }
    this.#reader!.parser.stop()
    if (this.#ourClose !== undefined) {
      this.#end({ kind: 'closed-by-us', ...this.#ourClose })
      return
    }
    const code = payload.length === 0 ? NO_STATUS : payload.readUInt16BE(0)
    const reason = payload.toString('utf8', 2)
    // RFC 6455 §5.5.1: the answer repeats what was sent.
    this.#queueClose(payload)
    this.#end({ kind: 'peer-closed', code, reason })
  }

  #onViolation(code: WireErrorCode): void {
    this.#fail(code, 'peer-violation')
  }

  #takeControlToken(): boolean {
    const fullAt = takeControlFrame(this.#controlFullAt, this.#terms.limits.controlFramesPerSecond, this.#now)
    if (fullAt !== undefined) {
      this.#controlFullAt = fullAt
      return true
    }
    this.#onViolation('too-many-control-frames')
    return false
  }

  /** Fails the connection (RFC 6455 §7.1.7): a Close frame, unless ours is out already, and the ending. */
  #fail(code: WireErrorCode, kind: 'peer-violation' | 'timed-out'): void {
    const error = new WireError(code)
    if (this.#state === 'open') this.#queueClose(closePayload(error.closeCode, error.message))
    this.#end({ kind, code: error.closeCode, reason: error.message, error })
  }

  /** Nobody would read a Close frame. */
  #peerIsGone(code: 'no-pong' | 'no-close'): void {
    const error = new WireError(code)
    this.#shouldDestroy = true
    this.#end({ kind: 'timed-out', code: ABNORMAL, reason: error.message, error })
  }

  #closeIsLate(): void {
    if (this.#state === 'closing') this.#peerIsGone('no-close')
    this.#clearTimers()
    this.#shouldEnd = true
    this.#shouldDestroy = true
  }

  /** One of our own callbacks threw. */
  #abandon(): void {
    if (this.#state === 'closed') return
    if (this.#state === 'open') this.#queueClose(closePayload(1011, ''))
    this.#end({ kind: 'closed-by-us', code: 1011, reason: '' })
  }

  #end(ending: Ending): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#reader?.parser.stop()
    this.#clearTimers()
    if (this.#shouldDestroy) this.#shouldEnd = true
    if (!this.#shouldEnd) {
      this.#closeAt = this.#after(this.#terms.limits.closeTimeoutMs)
      this.#shouldEnd = this.#terms.role === 'server'
    }
    const reader = this.#reader
    if (reader !== undefined && !reader.parser.isReading) this.#returnReader(reader)
    this.#events.onEnd(ending)
  }

  #queueClose(payload: Uint8Array): void {
    if (this.#owedPong !== undefined) this.#payOwedPong()
    this.#writerNow().frame(op.FIN_BIT | op.CLOSE, payload)
  }

  #payOwedPong(): void {
    const payload = this.#owedPong!
    this.#owedPong = undefined
    this.#writerNow().frame(op.FIN_BIT | op.PONG, payload)
  }

  #sendControl(opcode: number, payload: Uint8Array): boolean {
    if (this.#state !== 'open') return false
    this.#writerNow().frame(op.FIN_BIT | opcode, payload)
    return true
  }

  #sendOwnPing(): void {
    this.#sendControl(op.PING, controlPayload(undefined))
    this.#pingAt = UNSET
    this.#pongAt = this.#after(this.#terms.limits.pongTimeoutMs)
  }

  /** The next ping is due an interval from now, and none is waited for. */
  #schedulePing(): void {
    const { pingIntervalMs } = this.#terms.limits
    this.#pongAt = UNSET
    this.#pingAt = pingIntervalMs === 0 ? UNSET : this.#after(Math.round(pingIntervalMs * this.#jitter()))
  }

  /** 0.8 to 1.2, so that connections that began together do not ping together. */
  #jitter(): number {
    const { random } = this.#terms
    if (random === undefined) return 1
    random(dice)
    return 0.8 + (0.4 * (dice[0]! * 256 + dice[1]!)) / 0xffff
  }

  /** The deadline of a message runs from its first byte, whatever comes in between. */
  #watchAssembly(parser: FrameParser): void {
    if (!parser.isMidway) this.#assemblyAt = UNSET
    else if (this.#assemblyAt === UNSET || parser.passedBoundary) {
      this.#assemblyAt = this.#after(this.#terms.limits.assemblyTimeoutMs)
    }
  }

  #after(timeoutMs: number): number {
    return Math.ceil(this.#now + timeoutMs)
  }

  #clearTimers(): void {
    this.#pingAt = this.#pongAt = this.#assemblyAt = this.#closeAt = UNSET
  }

  /** What is overdue gets a little longer; our own ping does not need it. */
  #postpone(now: number): void {
    const until = this.#after(AFTER_STALL_MS)
    if (isDue(this.#pongAt, now)) this.#pongAt = until
    if (isDue(this.#assemblyAt, now)) this.#assemblyAt = until
    if (isDue(this.#closeAt, now)) this.#closeAt = until
  }

  #borrowReader(): Reader {
    const reader = readers.lend()
    reader.connection = this
    reader.parser.attach(this.#terms, this.#events, this.#state === 'closing')
    this.#reader = reader
    return reader
  }

  #returnReader(reader: Reader): void {
    this.#reader = undefined
    reader.connection = undefined
    reader.parser.detach()
    readers.takeBack(reader)
  }

  /** For output that is made here, or that is not alone any more. */
  #writerNow(): FrameWriter {
    let writer = this.#writer
    if (writer === undefined) {
      writer = writers.lend()
      writer.attach(undefined, this.#terms.deflate)
      this.#writer = writer
    }
    const alone = this.#alone
    if (alone !== undefined) {
      this.#alone = undefined
      writer.encoded(alone)
    }
    return writer
  }
}

function isDue(deadline: number, now: number): boolean {
  return deadline !== UNSET && deadline <= now
}
