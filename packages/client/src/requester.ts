import { type CallResult, PROTOCOL_LIMITS } from '@hydrant/protocol'
import type { Connection, Operation } from './connection.ts'
import { type Bounded, bounded, type CallOptions } from './deadline.ts'
import { clientError } from './errors.ts'
import type { Platform } from './platform.ts'

/** How a question is asked. */
export interface RequestOptions<Name extends string = string> extends CallOptions {
  /** Name of the request's message; otherwise the payload decides. */
  readonly name?: Name | undefined
}

interface Question {
  readonly operation: Operation
  /** The application's time limit: what is left of it when the question is sent. */
  readonly deadlineMs: number | undefined
  readonly answer: Bounded<unknown>
  sent: boolean
}

/** Questions that wait for a connection at most. */
const MAX_WAITING = 100
/** The server's own answer to a late reply should come first. */
const GRACE_MS = 1_000

/** Everything that is asked once and never repeated: whether a lost one was carried out is not known. */
export class Requester {
  readonly #connection: () => Connection
  readonly #platform: Platform
  #waiting: Question[] = []

  constructor(connection: () => Connection, platform: Platform) {
    this.#connection = connection
    this.#platform = platform
  }

  /** Asks the application (PROTOCOL.md 8.2). */
  async request(
    channel: string,
    data: unknown,
    options: RequestOptions & { readonly timeoutMs: number },
  ): Promise<unknown> {
    const { name, timeoutMs } = options
    const operation: Operation = { op: 'request', channel, data, ...(name === undefined ? {} : { name }) }
    const result = await this.#ask(operation, options, timeoutMs, this.#platform.monotonicMs() + timeoutMs)
    return (result as CallResult).data
  }

  /** Any other operation. */
  ask(operation: Operation, options: CallOptions & { readonly timeoutMs: number }): Promise<unknown> {
    return this.#ask(operation, options, options.timeoutMs, undefined)
  }

  flush(): void {
    for (const question of this.#waiting.splice(0)) this.#send(question)
  }

  end(reason: string): void {
    for (const { answer } of this.#waiting.splice(0)) answer.reject(clientError('closed', reason))
  }

  #ask(
    operation: Operation,
    options: CallOptions,
    timeoutMs: number,
    deadlineMs: number | undefined,
  ): Promise<unknown> {
    const connection = this.#connection()
    if (options.signal?.aborted === true) return Promise.reject(options.signal.reason)
    if (connection.link.name === 'closed') return Promise.reject(clientError('closed', connection.link.cause.reason))
    if (!connection.ready && this.#waiting.length >= MAX_WAITING) {
      return Promise.reject(clientError('queue-full', `${MAX_WAITING} requests wait`))
    }
    const question: Question = {
      operation,
      deadlineMs,
      sent: false,
      answer: bounded(
        this.#platform,
        options,
        {
          ms: timeoutMs + GRACE_MS,
          error: () => clientError('timeout', question.sent ? 'it may have been carried out' : 'it was not sent'),
        },
        () => {
          this.#waiting = this.#waiting.filter((other) => other !== question)
        },
      ),
    }
    if (connection.ready) this.#send(question)
    else this.#waiting.push(question)
    return question.answer.promise
  }

  #send(question: Question): void {
    const { operation, deadlineMs, answer } = question
    const leftMs = deadlineMs === undefined ? undefined : Math.ceil(deadlineMs - this.#platform.monotonicMs())
    if (leftMs !== undefined && leftMs < 1) return answer.reject(clientError('timeout', 'it was not sent'))
    question.sent = true
    const timed = { timeoutMs: Math.min(leftMs ?? 0, PROTOCOL_LIMITS.requestTimeoutMs) }
    this.#connection().send(leftMs === undefined ? operation : Object.assign(operation, timed), {
      done: (result) => answer.resolve(result),
      failed: (error) => answer.reject(error),
    })
  }
}
