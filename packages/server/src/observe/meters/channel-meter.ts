import type { GapReason } from '../../broker/broker.ts'
import type { Door } from '../door.ts'
import { Counts } from './counts.ts'
import { Histogram } from './histogram.ts'

/** Messages and their payload bytes. */
export class Flow {
  messages = 0
  bytes = 0
}

/** What goes to the readers of one channel template through one door. */
export class ReaderMeter extends Flow {
  /** Subscriptions that are open now. */
  subscriptions = 0
  /** Messages that a newer one took the place of before they were sent. */
  conflated = 0
  /** Messages that a reader was told it will never get, where their number is known. */
  dropped = 0
  /** Positions from outside that were taken up again without a loss, and with one. */
  resumed = 0
  resumedWithGap = 0
  /** Gaps that readers were told of, by reason. */
  readonly gaps: Record<GapReason | 'slow-consumer', number> = {
    'history-trimmed': 0,
    'epoch-changed': 0,
    'slow-consumer': 0,
  }
}

/**
 * The counters of one channel template: plain fields that the hot path adds to, and that are read when somebody asks for
 * metrics. `bytes` of readers are those of the encoded frames or events.
 */
export class ChannelMeter {
  /** The address template of the contract. */
  readonly template: string
  readonly published: Readonly<Record<Door, Flow>> = perDoor(() => new Flow())
  readonly readers: Readonly<Record<Door, ReaderMeter>> = perDoor(() => new ReaderMeter())
  /** Refused messages, by door and error code: `http message-invalid`. Bounded by the tables of both. */
  readonly refused: Counts = new Counts(128)
  /** How long a message takes to pass the contract: to be parsed, told apart, checked and encoded. */
  readonly validation: Histogram = new Histogram()
  /** How long an accepted publish takes until the log has it: handlers and broker. */
  readonly append: Histogram = new Histogram()
  /**
   * From the moment the hub hears of a message to the end of the turn in which it was handed to its readers' sockets, once for
   * each reader. Readers that are not fed live are not counted.
   */
  readonly delivery: Histogram = new Histogram()

  constructor(template: string) {
    this.template = template
  }
}

function perDoor<T>(make: () => T): Record<Door, T> {
  return { http: make(), sse: make(), websocket: make(), socket: make(), embedded: make(), admin: make() }
}
