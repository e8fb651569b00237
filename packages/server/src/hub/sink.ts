import type { Entry } from '../broker/broker.ts'
import type { Format } from '../message/encode.ts'
import type { Origin } from '../message/origin.ts'

/** Where a subscription's bytes go: one transport to one peer, with a bounded queue. */
export interface Sink {
  readonly format: Format
  /**
   * Queues whole frames or events. They leave at the end of the turn, or when the transport takes more. `origin` is what the
   * socket protocol's numbers in them count from.
   */
  send(chunk: Buffer, origin: Origin): void
  /** Takes messages that are not encoded yet, in place of `send`: for a sink that decides later which of them it sends. */
  takeEntries?(entries: readonly Entry[], origin: Origin): void
  /** Tells the reader of a lost range, in the sink's own form. */
  sendNotice(event: 'hydrant.gap' | 'hydrant.error', notice: object): void
  /** Bytes queued here and in the socket that the peer's system has not taken. */
  readonly queuedBytes: number
  /** Calls `run` once when the queue is empty, or never when the transport ends first. */
  onceDrained(run: () => void): void
  /** Ends the transport of a reader that stays too slow. */
  endSlow(): void
  /** The log could not be read: ends the transport, or what it has of this channel. */
  endFailed(error: unknown): void
}
