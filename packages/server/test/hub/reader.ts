import { VirtualClock } from '@hydrant/testkit'
import type { Broker, Draft, LogPolicy } from '../../src/broker/broker.ts'
import { MemoryBroker } from '../../src/broker/memory-broker.ts'
import { Hub } from '../../src/hub/hub.ts'
import type { Sink } from '../../src/hub/sink.ts'
import { type ReaderTerms, Subscription, type SubscriptionOptions } from '../../src/hub/subscription.ts'
import { ReaderMeter } from '../../src/observe/meters/channel-meter.ts'
import { Turn, type TurnTerms } from '../../src/runtime/turn.ts'

export const STREAM: LogPolicy = { kind: 'stream', maxMessages: 10, maxAgeMs: 60_000 }
export const STATE: LogPolicy = { kind: 'state', maxMessages: 10, maxAgeMs: 60_000 }

/** A reader's end of a subscription: what it saw, and a socket that the test can block. */
export class RecordingSink implements Sink {
  readonly format = 'event-stream'
  /** Message texts in order; a gap is `gap FROM-TO REASON`. */
  readonly seen: string[] = []
  readonly offsets: number[] = []
  /** How often something was handed over. */
  sendings = 0
  queuedBytes = 0
  ended = false
  #blocked = false
  #drained: (() => void)[] = []

  send(chunk: Buffer): void {
    this.sendings++
    for (const [, offset, text] of chunk.toString().matchAll(/id: \w+:(\d+)\nevent: m\ndata: (.*)\n/g)) {
      this.seen.push(text!)
      this.offsets.push(Number(offset))
    }
    if (this.#blocked) this.queuedBytes += chunk.length
  }

  sendNotice(_event: string, notice: object): void {
    const { from, to, reason } = notice as Record<string, string>
    this.seen.push(`gap ${from}-${to} ${reason}`)
  }

  onceDrained(run: () => void): void {
    if (this.#blocked) this.#drained.push(run)
    else run()
  }

  endSlow(): void {
    this.ended = true
  }

  endFailed(error: unknown): void {
    throw error
  }

  block(): void {
    this.#blocked = true
  }

  unblock(): void {
    this.#blocked = false
    this.queuedBytes = 0
    for (const run of this.#drained.splice(0)) run()
  }
}

/** A broker, a hub and a virtual clock, joined in memory. */
export class Bench {
  readonly clock = new VirtualClock()
  readonly broker: Broker
  readonly hub: Hub

  constructor(wrap: (broker: Broker) => Broker = (broker) => broker, terms?: TurnTerms) {
    this.broker = wrap(new MemoryBroker({ clock: this.clock, epoch: 'e' }))
    this.hub = new Hub(this.broker, new Turn(this.clock, terms), this.clock)
  }

  async read(
    start: SubscriptionOptions['start'],
    options: Partial<Pick<ReaderTerms, 'policy' | 'overflow' | 'view' | 'maxQueuedBytes'>> = {},
  ): Promise<{ sink: RecordingSink; subscription: Subscription }> {
    const policy = options.policy ?? STREAM
    const hold = await this.hub.hold('/a', policy)
    const sink = new RecordingSink()
    const subscription = new Subscription({
      terms: {
        policy,
        overflow: 'drop',
        view: 'client',
        maxQueuedBytes: 1000,
        broker: this.broker,
        meter: new ReaderMeter(),
        ...options,
      },
      feed: hold.feed,
      sink,
      start,
    })
    subscription.start()
    return { sink, subscription }
  }

  async publish(...texts: string[]): Promise<void> {
    for (const text of texts) await this.broker.publish('/a', [draftOf(text)], { policy: STREAM })
  }

  async publishState(...values: [key: string, text: string][]): Promise<void> {
    for (const [key, text] of values) await this.broker.publish('/a', [draftOf(text, key)], { policy: STATE })
  }
}

export function draftOf(text: string, key?: string, forClients = true): Draft {
  return { name: 'm', encoding: 'text', payload: Buffer.from(text), key, forClients }
}
