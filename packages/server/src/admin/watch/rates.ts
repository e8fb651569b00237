import { monitorEventLoopDelay } from 'node:perf_hooks'
import { DOORS } from '../../observe/door.ts'
import type { ChannelMeter } from '../../observe/meters/channel-meter.ts'
import { Histogram } from '../../observe/meters/histogram.ts'
import type { Observer } from '../../observe/observer.ts'
import type { Clock } from '../../runtime/clock.ts'

/** Counters at one moment. */
export interface Totals {
  readonly messagesIn: number
  readonly messagesOut: number
  readonly bytesIn: number
  readonly bytesOut: number
  readonly invalid: number
}

export interface Percentiles {
  readonly p50: number | null
  readonly p90: number | null
  readonly p99: number | null
  readonly max: number | null
}

/** Messages that passed, and that were refused and are nearest to this one. */
export interface MessageTotals {
  readonly valid: number
  readonly invalid: number
}

interface Sample {
  readonly atMs: number
  readonly all: Totals
  readonly channels: ReadonlyMap<string, Totals>
  /** By template and id. */
  readonly messages: ReadonlyMap<string, MessageTotals>
  readonly delivery: Histogram
  readonly loopDelay: Percentiles
}

const SAMPLE_EVERY_MS = 1_000
/** Rates and percentiles are told over so many samples. */
const SAMPLES = 10
const NOTHING: Percentiles = { p50: null, p90: null, p99: null, max: null }

/** Looks at the observer's counters once a second, so that rates can be told. Stops when `stop` is called. */
export class Rates {
  readonly #observer: Observer
  readonly #clock: Clock
  readonly #loop = monitorEventLoopDelay({ resolution: 10 })
  #samples: Sample[] = []
  #cancel: () => void = () => {}

  constructor(observer: Observer, clock: Clock) {
    this.#observer = observer
    this.#clock = clock
    this.#loop.enable()
    this.#sample()
  }

  stop(): void {
    this.#cancel()
    this.#loop.disable()
  }

  /** Since the start. */
  totals(): Totals {
    return this.#all()
  }

  /** Of one template, since the start. */
  totalsOf(template: string): Totals {
    return totalsOf(this.#observer.channel({ address: template }))
  }

  /** Per second, over the last ten seconds. */
  rates(): Totals {
    const [first] = this.#samples
    return perSecond(first?.all, this.#all(), this.#since(first))
  }

  /** Of one template, per second, over the last ten seconds. */
  ratesOf(template: string): Totals {
    const [first] = this.#samples
    return perSecond(first?.channels.get(template), this.totalsOf(template), this.#since(first))
  }

  /** Of one message, per second, over the last ten seconds. */
  ratesOfMessage(template: string, id: string, now: MessageTotals | undefined): MessageTotals {
    const [first] = this.#samples
    const seconds = this.#since(first)
    if (now === undefined || seconds <= 0) return { valid: 0, invalid: 0 }
    const before = first?.messages.get(`${template} ${id}`) ?? { valid: 0, invalid: 0 }
    return {
      valid: rounded((now.valid - before.valid) / seconds),
      invalid: rounded((now.invalid - before.invalid) / seconds),
    }
  }

  /** From publish to write, over the last ten seconds. In milliseconds. */
  latency(): Percentiles {
    const recent = this.#delivery()
    const [first] = this.#samples
    if (first !== undefined) recent.subtract(first.delivery)
    if (recent.count <= 0) return NOTHING
    const at = (share: number): number | null => recent.quantile(share) ?? null
    return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) }
  }

  /** How late timers were, at worst in one of the last ten seconds. In milliseconds. */
  loopDelay(): Percentiles {
    const worst = (pick: (delay: Percentiles) => number | null): number | null => {
      const values = this.#samples.map(({ loopDelay }) => pick(loopDelay)).filter((value) => value !== null)
      return values.length === 0 ? null : Math.max(...values)
    }
    return {
      p50: worst(({ p50 }) => p50),
      p90: worst(({ p90 }) => p90),
      p99: worst(({ p99 }) => p99),
      max: worst(({ max }) => max),
    }
  }

  #sample(): void {
    const channels = new Map([...this.#observer.channels].map((meter) => [meter.template, totalsOf(meter)]))
    const sample: Sample = {
      atMs: this.#clock.monotonicMs(),
      all: this.#all(),
      channels,
      messages: this.#messages(),
      delivery: this.#delivery(),
      loopDelay: this.#readLoop(),
    }
    this.#samples.push(sample)
    if (this.#samples.length > SAMPLES) this.#samples.shift()
    this.#cancel = this.#clock.after(SAMPLE_EVERY_MS, () => this.#sample())
  }

  #readLoop(): Percentiles {
    const loop = this.#loop
    if (loop.count === 0) return NOTHING
    const toMs = (ns: number): number => Math.round(ns / 10_000) / 100
    const read = {
      p50: toMs(loop.percentile(50)),
      p90: toMs(loop.percentile(90)),
      p99: toMs(loop.percentile(99)),
      max: toMs(loop.max),
    }
    loop.reset()
    return read
  }

  #all(): Totals {
    let [messagesIn, messagesOut, bytesIn, bytesOut, invalid] = [0, 0, 0, 0, 0]
    for (const meter of this.#observer.channels) {
      const totals = totalsOf(meter)
      messagesIn += totals.messagesIn
      messagesOut += totals.messagesOut
      invalid += totals.invalid
      // What comes and goes over HTTP and from the application itself has no connection of its own.
      for (const door of ['http', 'embedded'] as const) bytesIn += meter.published[door].bytes
      bytesOut += meter.readers.http.bytes
    }
    for (const connection of this.#observer.connections) {
      bytesIn += connection.bytesIn
      bytesOut += connection.bytesOut
    }
    for (const door of DOORS) {
      bytesIn += this.#observer.closedTotals[door].bytesIn
      bytesOut += this.#observer.closedTotals[door].bytesOut
    }
    return { messagesIn, messagesOut, bytesIn, bytesOut, invalid }
  }

  #messages(): Map<string, MessageTotals> {
    const totals = new Map<string, MessageTotals>()
    for (const { channel, message, valid, invalid } of this.#observer.traffic?.all() ?? []) {
      totals.set(`${channel} ${message.id}`, { valid, invalid })
    }
    return totals
  }

  #delivery(): Histogram {
    const delivery = new Histogram()
    for (const meter of this.#observer.channels) delivery.add(meter.delivery)
    return delivery
  }

  #since(first: Sample | undefined): number {
    return first === undefined ? 0 : (this.#clock.monotonicMs() - first.atMs) / 1000
  }
}

/** `bytes` are those of payloads here. */
function totalsOf({ published, readers, refused }: ChannelMeter): Totals {
  let [messagesIn, messagesOut, bytesIn, bytesOut, invalid] = [0, 0, 0, 0, 0]
  for (const door of DOORS) {
    messagesIn += published[door].messages
    bytesIn += published[door].bytes
    messagesOut += readers[door].messages
    bytesOut += readers[door].bytes
  }
  for (const [, count] of refused.entries()) invalid += count
  return { messagesIn, messagesOut, bytesIn, bytesOut, invalid }
}

function perSecond(before: Totals | undefined, now: Totals, seconds: number): Totals {
  const rate = (name: keyof Totals): number => {
    if (before === undefined || seconds <= 0) return 0
    return rounded((now[name] - before[name]) / seconds)
  }
  return {
    messagesIn: rate('messagesIn'),
    messagesOut: rate('messagesOut'),
    bytesIn: rate('bytesIn'),
    bytesOut: rate('bytesOut'),
    invalid: rate('invalid'),
  }
}

function rounded(rate: number): number {
  return Math.max(0, Math.round(rate * 100) / 100)
}
