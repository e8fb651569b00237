import type {
  Broker,
  LiveListener,
  LiveSubscription,
  LogPage,
  LogPolicy,
  MaybePromise,
  Published,
} from '../../broker/broker.ts'
import type { MemoryBroker } from '../../broker/memory-broker.ts'

/** Tells which channels somebody listens to, before the first reader looks at the log and after the last one has left. */
export class LiveBroker implements Broker {
  readonly #broker: MemoryBroker
  readonly #onFirst: (address: string) => void
  readonly #onLast: (address: string) => void

  constructor(broker: MemoryBroker, onFirst: (address: string) => void, onLast: (address: string) => void) {
    this.#broker = broker
    this.#onFirst = onFirst
    this.#onLast = onLast
  }

  /** The hub subscribes once for each channel, whoever many read it. */
  subscribe(address: string, policy: LogPolicy, listener: LiveListener): LiveSubscription {
    this.#onFirst(address)
    const live = this.#broker.subscribe(address, policy, listener)
    return {
      ...live,
      unsubscribe: () => {
        live.unsubscribe()
        this.#onLast(address)
      },
    }
  }

  publish(...call: Parameters<Broker['publish']>): MaybePromise<Published> {
    return this.#broker.publish(...call)
  }

  findPublished(...call: Parameters<Broker['findPublished']>): MaybePromise<Published | undefined> {
    return this.#broker.findPublished(...call)
  }

  read(...call: Parameters<Broker['read']>): MaybePromise<LogPage> {
    return this.#broker.read(...call)
  }

  ready(): boolean {
    return this.#broker.ready()
  }

  close(): MaybePromise<void> {
    return this.#broker.close()
  }
}
