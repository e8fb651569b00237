import type { Contract } from '@hydrant/contract'
import type { Published } from './broker/broker.ts'
import { formatPosition } from './broker/position.ts'
import { resolve } from './doors/request.ts'
import { HydrantError } from './errors.ts'
import { messageTrace } from './message/message-trace.ts'
import { EMBEDDED } from './observe/door.ts'
import type { Incoming } from './publish/accept-message.ts'
import type { Addressed } from './publish/publisher.ts'
import type { Service } from './service.ts'

export interface PublishedMessage {
  readonly position: string
}

export interface PublishMessageOptions {
  /** Names the message; otherwise the contract finds the one that the data is valid against. */
  readonly name?: string
  /** Publishing the same key on the same channel within five minutes publishes once. At most 255 characters. */
  readonly idempotencyKey?: string
  /**
   * Where the message came from, as W3C Trace Context, for who makes no spans here; with `tracing` the active span says it. What is no
   * `traceparent` is ignored.
   */
  readonly traceparent?: string | undefined
  readonly tracestate?: string | undefined
}

/** One concrete address, for an application that publishes to it often. Made by `Hydrant.channel`. */
export class ApplicationChannel {
  /** In its canonical form. */
  readonly address: string
  readonly #service: Service
  readonly #isClosed: () => boolean
  #contract: Contract
  #at: Addressed

  /** Throws as `publish` does for an address that the contract does not have. */
  constructor(service: Service, address: string, isClosed: () => boolean) {
    this.#service = service
    this.#isClosed = isClosed
    this.#contract = service.contract
    this.#at = resolve(service, address)
    this.address = this.#at.address
  }

  /**
   * Publishes as `Hydrant.publish` does, and without a promise where the broker answers at once, as the one in memory does: then it
   * also throws at once. `await` and `try` take both. Hot: watched by the row `checks-alone` of `bench/`.
   */
  publish(data: unknown, options: PublishMessageOptions = NO_OPTIONS): PublishedMessage | Promise<PublishedMessage> {
    if (this.#isClosed()) throw new HydrantError('unavailable', 'the server is closed')
    if (this.#contract !== this.#service.contract) this.#resolveAgain()
    const at = this.#at
    const published = this.#service.publisher.publish({
      at,
      role: 'application',
      sender: EMBEDDED,
      messages: [toIncoming(data, options, at)],
      idempotencyKey: options.idempotencyKey,
      parent: this.#service.tracing?.active,
    })
    return published instanceof Promise ? published.then(told) : told(published)
  }

  #resolveAgain(): void {
    this.#at = resolve(this.#service, this.address)
    this.#contract = this.#service.contract
  }
}

const NO_OPTIONS: PublishMessageOptions = {}

function told({ epoch, offsets }: Published): PublishedMessage {
  return { position: formatPosition(epoch, offsets[0]!) }
}

function toIncoming(data: unknown, options: PublishMessageOptions, { channel }: Addressed): Incoming {
  const { name, traceparent, tracestate } = options
  const trace = messageTrace(traceparent, tracestate)
  if (data instanceof Uint8Array) return { encoding: 'binary', bytes: data, name, trace }
  if (typeof data === 'string' && channel.all.encodings.includes('text')) {
    return { encoding: 'text', text: data, name, trace }
  }
  return { encoding: 'json', value: data, name, trace }
}
