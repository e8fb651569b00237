import type { LogPage } from '../../broker/broker.ts'
import type { Peer } from '../link/peer.ts'
import type { PageHead, ReadCall } from './calls.ts'
import { toEntries } from './entries.ts'

/** Reads that are with the other process at once: their pages are all that it has to hold for this one. */
const MAX_UNDER_WAY = 64

interface WaitingRead {
  readonly args: ReadCall
  readonly page: Promise<LogPage>
  readonly resolve: (page: LogPage) => void
  readonly reject: (error: unknown) => void
}

/**
 * The reads of a remote log: a few at a time, the rest wait their turn. Readers that ask the same before it was asked share one answer, so
 * that all subscribers of a channel who catch up from the same place cost one read. One that was asked already is not shared: it may not
 * have seen what its second reader knows of.
 */
export class ReadQueue {
  readonly #peer: Peer
  /** In the order in which they will be asked; bounded by the readers, who wait for one page each. */
  readonly #waiting = new Map<string, WaitingRead>()
  #underWay = 0
  #isScheduled = false

  constructor(peer: Peer) {
    this.#peer = peer
  }

  read(args: ReadCall): Promise<LogPage> {
    const name = JSON.stringify(args)
    const known = this.#waiting.get(name)
    if (known !== undefined) return known.page
    const { promise: page, resolve, reject } = Promise.withResolvers<LogPage>()
    this.#waiting.set(name, { args, page, resolve, reject })
    if (!this.#isScheduled) {
      this.#isScheduled = true
      // After all that ask in the same breath.
      queueMicrotask(() => this.#askNext())
    }
    return page
  }

  #askNext(): void {
    this.#isScheduled = false
    for (const [name, { args, resolve, reject }] of this.#waiting) {
      if (this.#underWay >= MAX_UNDER_WAY) return
      this.#waiting.delete(name)
      this.#underWay++
      this.#peer
        .call('read', args, ({ head, body }) => {
          const page = head as PageHead
          return { ...page, entries: toEntries(page.entries, body) }
        })
        .then(resolve, reject)
        .finally(() => {
          this.#underWay--
          this.#askNext()
        })
    }
  }
}
