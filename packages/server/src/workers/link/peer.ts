import { HydrantError, toHydrantError } from '../../errors.ts'
import type { Clock } from '../../runtime/clock.ts'
import { IdempotencyConflict, type MaybePromise } from '../../broker/broker.ts'
import { encodeFrame, type Frame, FrameReader, KINDS } from './frame.ts'
import type { Link, LinkListener } from './link.ts'

/** What a side is asked, by name. */
export interface PeerHandlers {
  /** Answers a call: with a value, or with a value and bytes. What it throws is the caller's error. */
  call(name: string, args: unknown, body: Buffer): MaybePromise<unknown>
  /** Something that needs no answer. */
  note(name: string, args: unknown, body: Buffer): void
  /** What was published on a channel, by the number that both sides know it by. */
  entries?(frame: Frame): void
  /** Everything that was queued for the other side has been taken. */
  drained?(): void
  /** The other side is gone. */
  closed(): void
  /** A fault of ours, for the operator. */
  onFault(error: unknown): void
}

/** An answer that carries bytes besides its JSON. */
export class WithBody {
  readonly value: unknown
  readonly body: Buffer

  constructor(value: unknown, body: Buffer) {
    this.value = value
    this.body = body
  }
}

/** How long an answer may take, in milliseconds: the other process is on this machine, and may be busy. */
const CALL_TIMEOUT_MS = 10_000

export interface CallOptions {
  readonly body?: Buffer | undefined
  /** How long the answer may take, in milliseconds. Default and least 10,000. */
  readonly timeoutMs?: number
}

interface Call {
  readonly name: string
  readonly deadlineMs: number
  readonly resolve: (frame: Frame) => void
  readonly reject: (error: unknown) => void
}

/**
 * One end of a link: calls with answers, notes without, both ways. What is said in one turn of the event loop leaves in one write. Order is
 * kept: what was said first is heard first, also between answers, notes and entries.
 */
export class Peer implements LinkListener {
  readonly #link: Link
  readonly #clock: Clock
  readonly #handlers: PeerHandlers
  readonly #reader: FrameReader
  readonly #calls = new Map<number, Call>()
  #lastCall = 0
  #pending: Buffer[] = []
  #pendingBytes = 0
  #isClosed = false
  #cancelTimeout: (() => void) | undefined

  constructor(link: Link, clock: Clock, handlers: PeerHandlers) {
    this.#link = link
    this.#clock = clock
    this.#handlers = handlers
    this.#reader = new FrameReader((frame) => this.#onFrame(frame))
    link.listener = this
  }

  get isOpen(): boolean {
    return !this.#isClosed
  }

  /** Bytes that the other side has not taken. */
  get queuedBytes(): number {
    return this.#link.queuedBytes + this.#pendingBytes
  }

  /**
   * Asks the other side. `onAnswer` sees the answer before anything that was said after it. Rejects with what the other side threw, and with
   * `unavailable` when there is no answer in time or the link is cut: then it is not known whether the call was carried out.
   */
  call<T>(
    name: string,
    args: unknown,
    onAnswer: (frame: Frame) => T,
    { body, timeoutMs = CALL_TIMEOUT_MS }: CallOptions = {},
  ): Promise<T> {
    if (this.#isClosed) return Promise.reject(gone(name))
    return new Promise<T>((resolve, reject) => {
      const id = this.#nextId()
      const deadlineMs = this.#clock.monotonicMs() + timeoutMs
      this.#calls.set(id, { name, deadlineMs, resolve: (frame) => resolve(onAnswer(frame)), reject })
      this.#cancelTimeout ??= this.#clock.after(CALL_TIMEOUT_MS, () => this.#expire())
      this.send(encodeFrame(KINDS.call, id, [name, args], body))
    })
  }

  /** Asks for a JSON value. Rejects as {@link Peer.call} does. */
  ask<T>(name: string, args: unknown, options?: CallOptions): Promise<T> {
    return this.call(name, args, ({ head }) => head as T, options)
  }

  /** Tells the other side. Nobody knows whether it was heard. */
  note(name: string, args: unknown, body?: Buffer): void {
    if (!this.#isClosed) this.send(encodeFrame(KINDS.note, 0, [name, args], body))
  }

  /** Hands a whole frame over: one that several peers share is encoded once. */
  send(frame: Buffer): void {
    if (this.#isClosed) return
    if (this.#pending.length === 0) this.#clock.endOfTurn(() => this.flush())
    this.#pending.push(frame)
    this.#pendingBytes += frame.length
  }

  /** Writes what waits for the end of the turn. */
  flush(): void {
    if (this.#pending.length === 0) return
    const bytes = this.#pending.length === 1 ? this.#pending[0]! : Buffer.concat(this.#pending, this.#pendingBytes)
    this.#pending = []
    this.#pendingBytes = 0
    this.#link.send(bytes)
  }

  /** Cuts the link after what is queued was handed to it. */
  close(): void {
    this.flush()
    this.#link.close()
  }

  onBytes(bytes: Buffer): void {
    try {
      this.#reader.push(bytes)
    } catch (error) {
      this.#handlers.onFault(error)
      this.#link.close()
    }
  }

  onDrain(): void {
    this.#handlers.drained?.()
  }

  onClose(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#cancelTimeout?.()
    this.#pending = []
    this.#pendingBytes = 0
    for (const { name, reject } of this.#calls.values()) reject(gone(name))
    this.#calls.clear()
    this.#handlers.closed()
  }

  #onFrame(frame: Frame): void {
    switch (frame.kind) {
      case KINDS.entries:
      case KINDS.note:
        this.#hear(frame)
        return
      case KINDS.call:
        this.#answer(frame)
        return
      case KINDS.answer:
      case KINDS.failure: {
        const call = this.#calls.get(frame.id)
        if (call === undefined) return
        this.#calls.delete(frame.id)
        if (frame.kind === KINDS.answer) call.resolve(frame)
        else call.reject(thrown(frame.head as Failure))
      }
    }
  }

  /** A fault in what hears it must not take the link along. */
  #hear(frame: Frame): void {
    try {
      if (frame.kind === KINDS.entries) return this.#handlers.entries?.(frame)
      const [name, args] = frame.head as [string, unknown]
      this.#handlers.note(name, args, frame.body)
    } catch (error) {
      this.#handlers.onFault(error)
    }
  }

  #answer({ id, head, body }: Frame): void {
    const [name, args] = head as [string, unknown]
    try {
      const answer = this.#handlers.call(name, args, body)
      if (!(answer instanceof Promise)) return this.#reply(id, answer)
      answer.then(
        (value) => this.#reply(id, value),
        (error: unknown) => this.#fail(id, error),
      )
    } catch (error) {
      this.#fail(id, error)
    }
  }

  #reply(id: number, answer: unknown): void {
    const { value, body } = answer instanceof WithBody ? answer : { value: answer, body: undefined }
    this.send(encodeFrame(KINDS.answer, id, value ?? null, body))
  }

  #fail(id: number, error: unknown): void {
    const failure = failureOf(error)
    if ('code' in failure && failure.code === 'internal') this.#handlers.onFault(error)
    this.send(encodeFrame(KINDS.failure, id, failure))
  }

  #expire(): void {
    this.#cancelTimeout = undefined
    const nowMs = this.#clock.monotonicMs()
    let nextMs = Infinity
    for (const [id, call] of this.#calls) {
      if (call.deadlineMs > nowMs) {
        nextMs = Math.min(nextMs, call.deadlineMs)
        continue
      }
      this.#calls.delete(id)
      call.reject(new HydrantError('unavailable', `no answer to ${call.name} came in time`))
    }
    if (nextMs === Infinity) return
    // A call that is made meanwhile may be due before these.
    this.#cancelTimeout = this.#clock.after(Math.min(nextMs - nowMs, CALL_TIMEOUT_MS), () => this.#expire())
  }

  #nextId(): number {
    do this.#lastCall = this.#lastCall >= 0xffff_fffe ? 1 : this.#lastCall + 1
    while (this.#calls.has(this.#lastCall))
    return this.#lastCall
  }
}

type Failure =
  | { readonly conflict: string }
  | { readonly code: HydrantError['code']; readonly message: string; readonly retryAfterMs?: number }

function failureOf(error: unknown): Failure {
  if (error instanceof IdempotencyConflict) return { conflict: error.message }
  const { code, message, details } = toHydrantError(error)
  return { code, message, ...(details.retryAfterMs === undefined ? {} : { retryAfterMs: details.retryAfterMs }) }
}

function thrown(failure: Failure): Error {
  if ('conflict' in failure) return new IdempotencyConflict(failure.conflict)
  const { code, message, retryAfterMs } = failure
  return new HydrantError(code, message, retryAfterMs === undefined ? {} : { retryAfterMs })
}

function gone(name: string): HydrantError {
  return new HydrantError('unavailable', `the process that answers ${name} is gone`)
}
