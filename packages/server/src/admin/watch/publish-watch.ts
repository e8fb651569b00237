import type { Published } from '../../broker/broker.ts'
import type { AcceptedMessage } from '../../publish/accept-message.ts'
import type { Addressed, PublishWatch } from '../../publish/publisher.ts'
import type { Clock } from '../../runtime/clock.ts'
import { AddressBook } from './address-book.ts'
import { Tails } from './tails.ts'

/** What an open admin listener wants to know of every publish. */
export class AdminPublishWatch implements PublishWatch {
  readonly addresses: AddressBook = new AddressBook()
  readonly tails: Tails = new Tails()
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  published(at: Addressed, messages: readonly AcceptedMessage[], published: Published): void {
    const nowMs = this.#clock.wallMs()
    this.addresses.published(at, published, nowMs)
    if (this.tails.size > 0) this.tails.published(at, messages, published, nowMs)
  }
}
