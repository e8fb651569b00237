import type { AcceptedMessage } from '../../publish/accept-message.ts'
import type { Published, PayloadEncoding } from '../../broker/broker.ts'
import { formatPosition } from '../../broker/position.ts'
import type { Addressed } from '../../publish/publisher.ts'

/** What a tail wants to see. Exactly one of `address` and `channel`. */
export interface TailFilter {
  readonly address: string | undefined
  /** Id of a channel. */
  readonly channel: string | undefined
  /** Name of a message. */
  readonly message: string | undefined
  /** Text that the payload contains. */
  readonly search: string | undefined
}

/** One message as tails and history show it; `data` is JSON text. */
export interface ShownMessage {
  readonly position: string
  readonly timeMs: number
  readonly name: string
  readonly encoding: PayloadEncoding
  readonly payload: Buffer
}

/** An operator that watches messages. */
export interface Tail {
  readonly filter: TailFilter
  take(at: Addressed, message: ShownMessage): void
  readonly wantsRefused: boolean
  /** A refused message, as JSON text. */
  takeRefused(json: string): void
}

/** The tails that are open; there is work for a publish only while there is one. */
export class Tails {
  readonly #tails = new Set<Tail>()

  get size(): number {
    return this.#tails.size
  }

  /** Returns what removes it. */
  add(tail: Tail): () => void {
    this.#tails.add(tail)
    return () => void this.#tails.delete(tail)
  }

  published(at: Addressed, messages: readonly AcceptedMessage[], { epoch, offsets }: Published, timeMs: number): void {
    for (const tail of this.#tails) {
      const { filter } = tail
      if (filter.address !== undefined && filter.address !== at.address) continue
      if (filter.channel !== undefined && filter.channel !== at.channel.id) continue
      for (const [index, { draft }] of messages.entries()) {
        if (filter.message !== undefined && filter.message !== draft.name) continue
        if (filter.search !== undefined && !draft.payload.includes(filter.search)) continue
        const { name, encoding, payload } = draft
        tail.take(at, { position: formatPosition(epoch, offsets[index]!), timeMs, name, encoding, payload })
      }
    }
  }

  /** A message was refused; `show` makes its JSON text, once for all tails that want it. */
  refused(at: Addressed, show: () => string): void {
    let json: string | undefined
    for (const tail of this.#tails) {
      const { filter, wantsRefused } = tail
      if (!wantsRefused) continue
      if (filter.address !== undefined && filter.address !== at.address) continue
      if (filter.channel !== undefined && filter.channel !== at.channel.id) continue
      json ??= show()
      if (filter.search === undefined || json.includes(filter.search)) tail.takeRefused(json)
    }
  }
}

/** The members that a message has in tails and history, as JSON text. Numbers keep their digits. */
export function shownJson(message: ShownMessage, more: object = {}): string {
  const { position, timeMs, name, encoding, payload } = message
  const head = { ...more, position, time: new Date(timeMs).toISOString(), name, encoding, bytes: payload.length }
  return `${JSON.stringify(head).slice(0, -1)},"data":${dataJson(encoding, payload)}}`
}

function dataJson(encoding: PayloadEncoding, payload: Buffer): string {
  if (encoding === 'json') return payload.toString()
  return JSON.stringify(encoding === 'text' ? payload.toString() : payload.toString('base64'))
}
