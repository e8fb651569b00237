import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { MemoryBroker } from '../../broker/memory-broker.ts'
import { createService } from '../../create-service.ts'
import { acceptConnect } from '../../doors/connect/accept.ts'
import { resolve } from '../../doors/request.ts'
import type { Caller } from '../../guard/caller.ts'
import { EVERYBODY } from '../../guard/principal.ts'
import { loadContract } from '../../load-contract.ts'
import { EMBEDDED } from '../../observe/door.ts'
import { Handlers } from '../../publish/handlers.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { Service } from '../../service.ts'
import { adminFile } from '../openapi-document.ts'
import { LiveBroker } from './live-broker.ts'

/** While somebody listens to a state, it is told this often. In milliseconds. */
const EVERY_MS = 1_000
/** The largest state: 300 connections with their addresses. */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024

/** What is told of each state channel: worked out when it is told, and only then. */
export type LiveStates = Readonly<Record<string, () => object>>

/** The small API that the admin listener publishes about its server, on `/-/connect`: a service of its own, described by its own contract. */
export class AdminLive {
  readonly #service: Service
  readonly #states: LiveStates
  readonly #clock: Clock
  readonly #refresh: (() => Promise<void>) | undefined
  readonly #watched = new Set<string>()
  #cancel: (() => void) | undefined

  /** `refresh` comes before states are told again. */
  constructor(states: LiveStates, clock: Clock, onFault: (error: unknown) => void, refresh?: () => Promise<void>) {
    this.#states = states
    this.#refresh = refresh
    this.#clock = clock
    const { contract } = loadContract(readFileSync(adminFile('admin.asyncapi.yaml'), 'utf8'), {})
    const memory = new MemoryBroker({ clock, epoch: randomBytes(5).toString('hex') })
    const broker = new LiveBroker(
      memory,
      (address) => this.#begin(address),
      (address) => this.#end(address),
    )
    const limits = { maxMessageBytes: MAX_MESSAGE_BYTES, maxOutboxBytes: 4 * MAX_MESSAGE_BYTES }
    this.#service = createService(contract, new Handlers(), { contract, broker, clock, onFault, limits })
  }

  get document(): Service['contract']['document'] {
    return this.#service.contract.document
  }

  /** Answers an upgrade of `/-/connect` that was let in. Throws what a door throws. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, caller: Caller): void {
    acceptConnect(this.#service, { request, socket, head, principal: EVERYBODY, caller })
  }

  /** Publishes to one of the channels. */
  tell(address: string, value: object): void {
    const published = this.#service.publisher.publish({
      at: resolve(this.#service, address),
      role: 'application',
      sender: EMBEDDED,
      messages: [{ encoding: 'json', value }],
    })
    if (published instanceof Promise) published.catch(this.#service.onFault)
  }

  /** Says goodbye to who listens; what is left when `timeIsOver` is cut. */
  async close(timeIsOver: Promise<void>): Promise<void> {
    this.#cancel?.()
    await this.#service.transports.closeAll(timeIsOver)
    await this.#service.broker.close()
  }

  #begin(address: string): void {
    const state = this.#states[address]
    if (state === undefined) return
    this.#watched.add(address)
    this.tell(address, state())
    if (this.#cancel === undefined) this.#tellLater()
  }

  #end(address: string): void {
    this.#watched.delete(address)
    if (this.#watched.size > 0) return
    this.#cancel?.()
    this.#cancel = undefined
  }

  #tellAll(): void {
    // Everybody may have left meanwhile.
    if (this.#cancel === undefined) return
    for (const address of this.#watched) this.tell(address, this.#states[address]!())
    this.#tellLater()
  }

  #tellLater(): void {
    this.#cancel = this.#clock.after(EVERY_MS, () => {
      // What cannot be asked now is shown as it was.
      if (this.#refresh === undefined) this.#tellAll()
      else
        void this.#refresh()
          .catch(this.#service.onFault)
          .then(() => this.#tellAll())
    })
  }
}
