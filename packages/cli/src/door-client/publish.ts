import { randomUUID } from 'node:crypto'
import type { Agent, IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { CommandError } from '../exit-codes.ts'
import { keepAliveAgent, mayPass, readText, send } from './http.ts'
import { describeProblem, notHydrant, readProblem } from './problem.ts'
import type { Problem } from './problem.ts'

/** A message on its way to a channel. */
export interface OutgoingMessage {
  /** JSON text, text or bytes, as `contentType` says. */
  readonly body: string | Uint8Array
  readonly contentType: string
}

/** What became of a published message. */
export type Outcome =
  | { readonly ok: true; readonly position: string }
  | { readonly ok: false; readonly problem: Problem }

/** What holds for every message of a publisher. */
export interface PublishSettings {
  /** Names the message of the contract; without it the contract finds it. */
  readonly name?: string | undefined
}

/** The content type of JSON messages, which alone can stand in a batch. */
export const jsonType = 'application/json'
/** Messages in one request, at most. */
export const maxBatchMessages = 100
/** Bytes in one request of several messages: well under the 64 KiB that a server accepts by default. */
export const maxBatchBytes: number = 48 * 1024

const attempts = 4
const firstRetryMs = 200

/** Publishes to the channels of one server, one request at a time, so that the order is kept. */
export class DoorPublisher implements Disposable {
  readonly #agent: Agent
  readonly #settings: PublishSettings

  constructor(server: URL, settings: PublishSettings = {}) {
    this.#agent = keepAliveAgent(server)
    this.#settings = settings
  }

  /**
   * Publishes one message as it is: a JSON array is a batch where the channel takes batches, and then the outcome has a
   * position for each. @throws CommandError (unreachable) when the server cannot be reached or is not Hydrant.
   */
  async publish(url: URL, message: OutgoingMessage, idempotencyKey: string = randomUUID()): Promise<PublishAnswer> {
    return this.#post(url, message.body, message.contentType, idempotencyKey)
  }

  /**
   * Publishes exactly one message, also one that is a JSON array. @throws like {@link DoorPublisher.publish}.
   */
  async publishOne(url: URL, message: OutgoingMessage, idempotencyKey: string = randomUUID()): Promise<Outcome> {
    // Outside of a JSON body an array cannot be taken for a batch.
    const isArray = message.contentType === jsonType && /^\s*\[/.test(String(message.body))
    const contentType = isArray ? ndjsonType : message.contentType
    const body = isArray ? onOneLineWithEnd(message) : message.body
    const answer = await this.#post(url, body, contentType, idempotencyKey)
    if (!answer.ok) return answer
    return { ok: true, position: answer.positions[0] ?? '' }
  }

  /**
   * Publishes JSON messages in order, as one batch when all are accepted. A batch is accepted whole or not at all, so
   * when it is refused each message goes alone: the good ones are published, the bad ones get their own problem.
   * @throws like {@link DoorPublisher.publish}.
   */
  async publishAll(url: URL, messages: readonly OutgoingMessage[]): Promise<Outcome[]> {
    if (messages.length > 1) {
      const answer = await this.#post(url, messages.map(onOneLineWithEnd).join(''), ndjsonType, randomUUID())
      if (answer.ok && answer.positions.length === messages.length) {
        return answer.positions.map((position) => ({ ok: true, position }))
      }
      if (answer.ok) throw notHydrant(url, `${answer.positions.length} positions for ${messages.length} messages`)
      if (isAboutTheAddress(answer.problem)) return messages.map(() => answer)
    }
    const outcomes: Outcome[] = []
    for (const message of messages) outcomes.push(await this.publishOne(url, message))
    return outcomes
  }

  [Symbol.dispose](): void {
    this.#agent.destroy()
  }

  async #post(
    url: URL,
    body: string | Uint8Array,
    contentType: string,
    idempotencyKey: string,
  ): Promise<PublishAnswer> {
    const { name } = this.#settings
    const headers = {
      'Content-Type': contentType,
      'Content-Length': String(Buffer.byteLength(body)),
      // With it a request whose answer was lost can be sent again: the server publishes it once.
      'Idempotency-Key': idempotencyKey,
      ...(name !== undefined && { 'Hydrant-Message': name }),
    }
    for (let attempt = 1; ; attempt += 1) {
      try {
        const response = await send(url, { method: 'POST', headers, body, agent: this.#agent })
        if (response.statusCode !== 503) return await readAnswer(response, url)
        const problem = await readProblem(response, url)
        if (attempt === attempts) throw new CommandError('unreachable', describeProblem(problem))
      } catch (error) {
        if (attempt === attempts || !mayPass(error)) throw error
      }
      await sleep(firstRetryMs * 2 ** (attempt - 1))
    }
  }
}

/** A position for each message that was in the request, or why none was published. */
export type PublishAnswer =
  | { readonly ok: true; readonly positions: readonly string[] }
  | { readonly ok: false; readonly problem: Problem }

/** A refusal that every message to this address would get: there is no use in sending the rest. */
export function isAboutTheAddress(problem: Problem): boolean {
  return ['channel-unknown', 'parameter-invalid', 'method-not-allowed', 'forbidden-origin'].includes(problem.code)
}

const ndjsonType = 'application/x-ndjson'

async function readAnswer(response: IncomingMessage, url: URL): Promise<PublishAnswer> {
  const status = response.statusCode ?? 0
  if (status < 200 || status > 299) return { ok: false, problem: await readProblem(response, url) }
  const text = await readText(response, url)
  const positions = positionsFrom(text)
  if (positions === undefined) throw notHydrant(url, `${status} without a position`)
  return { ok: true, positions }
}

function positionsFrom(text: string): readonly string[] | undefined {
  try {
    const { position, positions } = JSON.parse(text) as { position?: unknown; positions?: unknown }
    if (Array.isArray(positions)) return positions.map(String)
    return typeof position === 'string' ? [position] : undefined
  } catch {
    return undefined
  }
}

function onOneLineWithEnd(message: OutgoingMessage): string {
  return `${String(message.body).replaceAll(/[\r\n]+/g, ' ')}\n`
}
