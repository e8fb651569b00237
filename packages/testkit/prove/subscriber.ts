import { setTimeout as sleep } from 'node:timers/promises'
import { type Ledger, PositionKeeper, type SubscriberLog } from '../src/index.ts'
import { ChaosProxy } from './chaos-proxy.ts'
import type { Door, OpenReader } from './door-readers.ts'

/** Somebody who follows channels behind a network of its own, and comes back whenever it is cut off. */
export interface Subscriber {
  readonly proxy: ChaosProxy
  /** One for each channel that it follows. */
  readonly logs: readonly SubscriberLog[]
  /** Up to where it has dealt with what came; undefined before it knows. */
  positionOf(log: SubscriberLog): string | undefined
  /** Its next dispatch is cut off half-way, and the connection with it. */
  failNextDispatch(): void
  /** Subscribes again while the earlier subscription still runs at the server. */
  resumeAgain(): void
  close(): Promise<void>
}

/** A reader of one channel through one door, with a position of its own. */
export class DoorSubscriber implements Subscriber {
  readonly proxy: ChaosProxy
  readonly #log: SubscriberLog
  readonly #door: Door
  readonly #keeper: PositionKeeper
  readonly #open = new Set<OpenReader>()
  #failsNext = false
  #closed = false

  private constructor(log: SubscriberLog, proxy: ChaosProxy, door: Door) {
    this.#log = log
    this.proxy = proxy
    this.#door = door
    this.#keeper = new PositionKeeper(log.start, (seen) => {
      if (this.#failsNext) {
        this.#failsNext = false
        this.proxy.reset()
        throw new CutInDispatch()
      }
      log.seen.push(seen)
    })
  }

  static async open(log: SubscriberLog, door: Door, port: () => number, ledger: Ledger): Promise<DoorSubscriber> {
    const proxy = new ChaosProxy(port)
    await proxy.listen()
    ledger.subscribers.push(log)
    const subscriber = new DoorSubscriber(log, proxy, door)
    subscriber.resumeAgain()
    return subscriber
  }

  get logs(): readonly SubscriberLog[] {
    return [this.#log]
  }

  positionOf(): string {
    return this.#keeper.position
  }

  failNextDispatch(): void {
    this.#failsNext = true
  }

  resumeAgain(): void {
    const reader = this.#door(this.proxy.port, this.#log.channel, this.#keeper)
    this.#open.add(reader)
    void reader.lost.then(async () => {
      this.#open.delete(reader)
      await sleep(20)
      if (!this.#closed && this.#open.size === 0) this.resumeAgain()
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const reader of this.#open) reader.close()
    await this.proxy.close()
  }
}

/** What a reader's dispatch throws when it is cut off half-way; the connection is reset with it. */
class CutInDispatch extends Error {}
