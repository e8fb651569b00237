import type { Message } from '@hydrant/contract'
import type { Sender } from '../door.ts'
import { declaredFields } from './declared-field.ts'
import { type FieldBudget, FieldTraffic } from './field-traffic.ts'

/** Places in one payload that are looked at. */
const MAX_VISITS = 256
/** Fields of one message that are followed at most.. */
const MAX_FIELDS = 500
const MAX_SENDERS = 20

/** What really flows of one message on one channel template. */
export class MessageTraffic {
  /** The channel's address template. */
  readonly channel: string
  /** As the contract has it now. */
  message: Message
  /** Messages that passed, and that were refused and are nearest to this one. */
  valid = 0
  invalid = 0
  /** Payloads as they were published, in bytes. */
  bytes = 0
  minBytes: number | undefined
  maxBytes: number | undefined
  /** Milliseconds since the Unix epoch. */
  lastMs: number | undefined
  /** How many messages the fields are counted from: see {@link Traffic} for the rate. */
  looked = 0
  /** Messages by principal, at most 20; the others count as `other`. */
  readonly senders: Map<string, number> = new Map()
  #root: FieldTraffic | undefined
  readonly #budget: FieldBudget
  readonly #shared: FieldBudget

  /** `shared` bounds the fields of all messages together. */
  constructor(channel: string, message: Message, shared: FieldBudget) {
    this.channel = channel
    this.message = message
    this.#shared = shared
    this.#budget = { left: Math.min(MAX_FIELDS, shared.left) }
  }

  /** Hot: once for each message that is published. */
  count(bytes: number, sender: Sender, nowMs: number): void {
    this.valid++
    this.bytes += bytes
    if (this.minBytes === undefined || bytes < this.minBytes) this.minBytes = bytes
    if (this.maxBytes === undefined || bytes > this.maxBytes) this.maxBytes = bytes
    this.lastMs = nowMs
    const who = sender.principal ?? 'anonymous'
    const count = this.senders.get(who)
    if (count !== undefined) this.senders.set(who, count + 1)
    else if (this.senders.size < MAX_SENDERS) this.senders.set(who, 1)
    else this.senders.set('other', (this.senders.get('other') ?? 0) + 1)
  }

  /** Looks at a payload, as it came and before normalization. At most 256 places of it. */
  look(value: unknown): void {
    this.looked++
    if (this.message.encoding !== 'json') return
    const before = this.#budget.left
    const { payloadSchema } = this.message
    this.#root ??= new FieldTraffic('', payloadSchema === undefined ? undefined : declaredFields(payloadSchema))
    this.#root.see(value, this.looked, this.#budget, MAX_VISITS)
    this.#shared.left -= before - this.#budget.left
  }

  /** Every place that was seen; the payload itself has the pointer ''. */
  get fields(): readonly FieldTraffic[] {
    return this.#root === undefined ? [] : [...this.#root.all()]
  }

  /** The payload itself. */
  get root(): FieldTraffic | undefined {
    return this.#root
  }

  /** Whether there were more fields than are followed. */
  get isCut(): boolean {
    return this.#budget.left <= 0
  }
}
