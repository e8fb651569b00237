import type { PublishResult } from '@hydrant/protocol'
import { toBase64 } from './base64.ts'
import type { Connection, Operation } from './connection.ts'
import { type Bounded, bounded, type CallOptions } from './deadline.ts'
import { clientError } from './errors.ts'
import type { Platform } from './platform.ts'
import { traceOf } from './trace.ts'

/** How a message is published. */
export interface PublishOptions<Name extends string = string> extends CallOptions {
  /** Name of the message; otherwise the payload decides. */
  readonly name?: Name | undefined
  /** Idempotency key (1 to 255 characters): the same key publishes once in five minutes. By default one of its own for each call. */
  readonly key?: string | undefined
  /** Where the message came from, as W3C Trace Context: readers are told. What is no `traceparent` is ignored. */
  readonly traceparent?: string | undefined
  readonly tracestate?: string | undefined
}

export interface PublishLimits {
  /** Messages that wait for a connection at most. */
  readonly maxQueuedMessages: number
  /** Their bytes at most, as sent. */
  readonly maxQueuedBytes: number
}

interface Publish {
  readonly operation: Operation
  readonly bytes: number
  readonly result: Bounded<PublishResult>
  firstSentMs?: number
}

/** Sent and not answered at most; more waits. */
const WINDOW = 256
/** The server knows a key for five minutes; a publish that was sent longer ago is not repeated. */
const KEY_MS = 290_000
const DEFAULT_PUBLISH_TIMEOUT_MS = 290_000

/** Publishes in order, once: what waits for a connection is queued up to a bound, what was not answered is sent again with its key. */
export class Publisher {
  readonly #connection: () => Connection
  readonly #platform: Platform
  readonly #limits: PublishLimits
  #queue: Publish[] = []
  #queuedBytes = 0
  readonly #sent = new Set<Publish>()

  constructor(connection: () => Connection, platform: Platform, limits: PublishLimits) {
    this.#connection = connection
    this.#platform = platform
    this.#limits = limits
  }

  publish(channel: string, data: unknown, options: PublishOptions): Promise<PublishResult> {
    const { name, key, timeoutMs = DEFAULT_PUBLISH_TIMEOUT_MS, signal } = options
    if (signal?.aborted === true) return Promise.reject(signal.reason)
    const link = this.#connection().link
    if (link.name === 'closed') return Promise.reject(clientError('closed', link.cause.reason))
    const operation: Operation = {
      op: 'publish',
      channel,
      ...(data instanceof Uint8Array ? { base64: toBase64(data) } : { data }),
      ...(name === undefined ? {} : { name }),
      key: key ?? this.#platform.unique(),
      ...traceOf(options),
    }
    const bytes = new TextEncoder().encode(JSON.stringify(operation)).length
    const { maxQueuedMessages, maxQueuedBytes } = this.#limits
    const mustWait = !this.#connection().ready || this.#sent.size >= WINDOW
    if (mustWait && (this.#queue.length >= maxQueuedMessages || this.#queuedBytes + bytes > maxQueuedBytes)) {
      return Promise.reject(clientError('queue-full', `${this.#queue.length} messages, ${this.#queuedBytes} bytes`))
    }
    const publish: Publish = {
      operation,
      bytes,
      result: bounded(
        this.#platform,
        options,
        {
          ms: timeoutMs,
          error: () =>
            clientError(
              'timeout',
              publish.firstSentMs === undefined ? 'it was not sent' : 'it may have been published',
            ),
        },
        () => this.#drop(publish),
      ),
    }
    this.#queue.push(publish)
    this.#queuedBytes += bytes
    this.flush()
    return publish.result.promise
  }

  /** Sends what waits, as far as the window goes. */
  flush(): void {
    while (this.#connection().ready && this.#queue.length > 0 && this.#sent.size < WINDOW) {
      const publish = this.#queue.shift()!
      this.#queuedBytes -= publish.bytes
      this.#send(publish)
    }
  }

  /** What was sent and not answered goes to the front, in its order. */
  disconnected(): void {
    const again = [...this.#sent]
    this.#sent.clear()
    this.#queue.unshift(...again)
    for (const { bytes } of again) this.#queuedBytes += bytes
  }

  end(reason: string): void {
    for (const publish of [...this.#sent, ...this.#queue]) publish.result.reject(clientError('closed', reason))
    this.#sent.clear()
    this.#queue = []
    this.#queuedBytes = 0
  }

  #send(publish: Publish): void {
    const nowMs = this.#platform.monotonicMs()
    const limit = this.#connection().hello?.limits.messageBytes
    if (publish.firstSentMs !== undefined && nowMs - publish.firstSentMs >= KEY_MS) {
      return publish.result.reject(clientError('outcome-unknown'))
    }
    // The server would close the connection for it (PROTOCOL.md 9.3, 1009).
    if (limit !== undefined && publish.bytes + ID_BYTES > limit) {
      return publish.result.reject(
        clientError('message-too-large', `${publish.bytes} bytes, the server takes ${limit}`),
      )
    }
    publish.firstSentMs ??= nowMs
    this.#sent.add(publish)
    this.#connection().send(publish.operation, {
      done: (result) => {
        this.#sent.delete(publish)
        publish.result.resolve(result as PublishResult)
        this.flush()
      },
      failed: (error) => {
        // Not answered: `disconnected` has it.
        if (error.code === 'connection-lost' && error.problem === undefined) return
        this.#sent.delete(publish)
        publish.result.reject(error)
        this.flush()
      },
    })
  }

  #drop(publish: Publish): void {
    this.#sent.delete(publish)
    const index = this.#queue.indexOf(publish)
    if (index < 0) return
    this.#queue.splice(index, 1)
    this.#queuedBytes -= publish.bytes
  }
}

/** `"id":` and its longest number. */
const ID_BYTES = 22
