import type { Channel } from '@hydrant/contract'
import type { Broker } from '../broker/broker.ts'
import type { Door } from '../observe/door.ts'
import type { Observer } from '../observe/observer.ts'
import { logPolicy } from '../publish/publisher.ts'
import type { View } from './live-batch.ts'
import type { ReaderTerms } from './subscription.ts'

export interface SharedTermsOptions {
  readonly broker: Broker
  readonly observer: Observer
  /** What may wait for one reader, in bytes. */
  readonly maxQueuedBytes: number
}

/** The terms of readers, made once for each channel, door and view: they would be a quarter of what a subscription takes. */
export class SharedTerms {
  readonly #options: SharedTermsOptions
  readonly #byChannel = new WeakMap<Channel, Map<string, ReaderTerms>>()

  constructor(options: SharedTermsOptions) {
    this.#options = options
  }

  of(channel: Channel, door: Door, view: View): ReaderTerms {
    let known = this.#byChannel.get(channel)
    if (known === undefined) {
      known = new Map()
      this.#byChannel.set(channel, known)
    }
    const name = `${door} ${view}`
    let terms = known.get(name)
    if (terms === undefined) {
      const { broker, observer, maxQueuedBytes } = this.#options
      const meter = observer.channel(channel).readers[door]
      const { overflow } = channel
      const { outboxFull: onOverflow } = observer
      terms = { policy: logPolicy(channel), overflow, view, broker, maxQueuedBytes, meter, onOverflow }
      known.set(name, terms)
    }
    return terms
  }
}
