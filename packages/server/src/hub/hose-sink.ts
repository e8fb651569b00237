import type { Entry } from '../broker/broker.ts'
import type { Format } from '../message/encode.ts'
import type { Origin } from '../message/origin.ts'
import type { ReaderMeter } from '../observe/meters/channel-meter.ts'
import type { Clock } from '../runtime/clock.ts'
import { encodeEntries } from '../message/encode.ts'
import type { Sink } from './sink.ts'

export interface HoseOptions {
  /** At most so many sendings a second. Undefined: as often as the peer takes them. */
  readonly rate: number | undefined
  /** Property of the payload: of what waits only the newest message of each value is kept. */
  readonly conflate: string | undefined
}

/**
 * Between a subscription and its sink: holds messages back to keep a rate, and conflates what waits. What it holds counts as
 * queued, so the subscription's limit bounds it.
 */
export class HoseSink implements Sink {
  readonly format: Format
  readonly #sink: Sink
  readonly #clock: Clock
  readonly #options: HoseOptions
  readonly #meter: ReaderMeter
  /** In log order: a newer message of the same value moves to the end. */
  readonly #waiting = new Map<unknown, Entry>()
  #waitingBytes = 0
  #origin: Origin | undefined
  #lastSentMs = -Infinity
  #cancel: (() => void) | undefined
  #drained: (() => void)[] = []

  /** `meter` counts what is conflated, and what is sent: a subscription cannot know how much of what it hands over leaves. */
  constructor(sink: Sink, clock: Clock, options: HoseOptions, meter: ReaderMeter) {
    this.#meter = meter
    this.#sink = sink
    this.#clock = clock
    this.#options = options
    this.format = sink.format
  }

  get queuedBytes(): number {
    return this.#sink.queuedBytes + this.#waitingBytes
  }

  takeEntries(entries: readonly Entry[], origin: Origin): void {
    if (this.#origin !== undefined && this.#origin !== origin) this.flush()
    this.#origin = origin
    for (const entry of entries) this.#keep(entry)
    this.#sendWhenAllowed()
  }

  send(chunk: Buffer, origin: Origin): void {
    this.#sink.send(chunk, origin)
  }

  sendNotice(event: 'hydrant.gap' | 'hydrant.error', notice: object): void {
    this.flush()
    this.#sink.sendNotice(event, notice)
  }

  onceDrained(run: () => void): void {
    if (this.#waiting.size === 0) this.#sink.onceDrained(run)
    else this.#drained.push(run)
  }

  endSlow(): void {
    this.#sink.endSlow()
  }

  endFailed(error: unknown): void {
    this.#sink.endFailed(error)
  }

  /** Hands over what waits, whatever the rate. */
  flush(): void {
    this.#cancel?.()
    this.#cancel = undefined
    if (this.#waiting.size > 0) {
      const entries = [...this.#waiting.values()]
      this.#waiting.clear()
      this.#waitingBytes = 0
      this.#lastSentMs = this.#clock.monotonicMs()
      const chunk = encodeEntries(this.format, this.#origin!, entries)
      this.#sink.send(chunk, this.#origin!)
      this.#meter.messages += entries.length
      this.#meter.bytes += chunk.length
    }
    for (const run of this.#drained.splice(0)) this.#sink.onceDrained(run)
  }

  /** Drops what waits. */
  close(): void {
    this.#cancel?.()
    this.#waiting.clear()
    this.#drained = []
  }

  #keep(entry: Entry): void {
    const value = this.#valueOf(entry)
    const replaced = this.#waiting.get(value)
    if (replaced !== undefined) {
      this.#waiting.delete(value)
      this.#meter.conflated++
      this.#waitingBytes -= replaced.payload.length
    }
    this.#waiting.set(value, entry)
    this.#waitingBytes += entry.payload.length
  }

  /** What the message is conflated by; itself when it is not. */
  #valueOf(entry: Entry): unknown {
    const { conflate } = this.#options
    if (conflate === undefined || entry.encoding !== 'json') return entry
    const data = parsedPayload(entry)
    if (typeof data !== 'object' || data === null || !Object.hasOwn(data, conflate)) return entry
    return JSON.stringify((data as Record<string, unknown>)[conflate])
  }

  #sendWhenAllowed(): void {
    if (this.#cancel !== undefined) return
    const { rate } = this.#options
    const waitMs = rate === undefined ? 0 : this.#lastSentMs + 1000 / rate - this.#clock.monotonicMs()
    if (waitMs > 0) {
      this.#cancel = this.#clock.after(waitMs, () => this.flush())
      return
    }
    // Without a rate a blocked peer is what makes messages wait.
    if (rate !== undefined || this.#sink.queuedBytes === 0) this.flush()
    else {
      this.#cancel = (): void => {}
      this.#sink.onceDrained(() => this.flush())
    }
  }
}

/** Payloads that somebody conflates are parsed once for all of them. */
const parsed = new WeakMap<Entry, unknown>()

function parsedPayload(entry: Entry): unknown {
  if (!parsed.has(entry)) parsed.set(entry, JSON.parse(entry.payload.toString()))
  return parsed.get(entry)
}
