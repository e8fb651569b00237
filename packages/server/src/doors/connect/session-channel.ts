import type { Channel } from '@hydrant/contract'
import type { Aliases } from '@hydrant/protocol'
import type { HoseSink } from '../../hub/hose-sink.ts'
import type { FeedHold } from '../../hub/hub.ts'
import type { Sink } from '../../hub/sink.ts'
import { Subscription, type SubscriptionOptions } from '../../hub/subscription.ts'
import type { ConnectFormat, GapNotice } from '../../message/encode.ts'
import type { Origin } from '../../message/origin.ts'
import { toProtocolProblem } from './problems.ts'
import type { Session } from './session.ts'

/**
 * One channel's way into a session: tells its numbers before they are used (PROTOCOL.md 4.3), and gaps as pushes. One object for all of
 * it, since there may be one for each of very many connections.
 */
export class SessionChannel implements Sink {
  readonly format: ConnectFormat
  /** Only with `rate` or `conflate`. */
  hose: HoseSink | undefined
  /** Set by {@link SessionChannel.subscribe}. */
  subscription!: Subscription
  readonly #session: Session
  /** As the contract has it: what it calls its messages. */
  #channel: Channel
  readonly #hold: FeedHold
  #announced: Origin | undefined

  constructor(session: Session, channel: Channel, hold: FeedHold) {
    this.format = session.subscriptions.format
    this.#session = session
    this.#channel = channel
    this.#hold = hold
  }

  get address(): string {
    return this.#hold.feed.address
  }

  /** Ready to deliver; nothing is read before it is started. */
  subscribe(start: SubscriptionOptions['start']): void {
    this.subscription = new Subscription({
      terms: this.#session.service.readerTerms.of(this.#channel, 'socket', 'client'),
      feed: this.#hold.feed,
      sink: this.hose ?? this,
      start,
    })
  }

  /** What the reply of `subscribe` says; later sendings only announce what differs from it. */
  introduce(): Aliases {
    const { feed } = this.#hold
    const origin = feed.originOf(feed.epoch)
    this.#announced = origin
    return this.#aliasesOf(origin)
  }

  /** What the contract calls the channel's messages now. */
  rename(channel: Channel): void {
    const before = namesOf(this.#channel)
    this.#channel = channel
    if (namesOf(channel).join('\n') !== before.join('\n')) this.#announced = undefined
  }

  /** Ends the subscription after what a hose holds back. */
  end(): void {
    this.subscription.close()
    this.hose?.flush()
    this.#hold.release()
  }

  /** The connection is over. */
  close(): void {
    this.subscription.close()
    this.hose?.close()
    this.#hold.release()
  }

  get queuedBytes(): number {
    return this.#session.connection.queuedBytes
  }

  /** Hot: once per subscriber and batch; nearly always the origin has been announced. */
  send(chunk: Buffer, origin: Origin): void {
    if (origin !== this.#announced) this.#announce(origin)
    this.#session.connection.sendFrames(chunk)
  }

  sendNotice(_event: string, notice: object): void {
    const { channel, from, to, missed, reason } = notice as GapNotice
    this.#session.connection.sendText(JSON.stringify({ push: 'gap', channel, from, to, missed, reason }))
  }

  onceDrained(run: () => void): void {
    this.#session.connection.onceDrained(run)
  }

  endSlow(): void {
    this.#session.connection.close(1013, 'too slow: connect again with the last positions')
  }

  endFailed(error: unknown): void {
    const { subscriptions, service } = this.#session
    subscriptions.end(this.address)
    this.#session.push({ push: 'revoked', channel: this.address, error: toProtocolProblem(error, service) })
  }

  #announce(origin: Origin): void {
    this.#announced = origin
    const push = { push: 'channel', channel: this.address, ...this.#aliasesOf(origin) }
    this.#session.connection.sendText(JSON.stringify(push))
  }

  #aliasesOf(origin: Origin): Aliases {
    const aliases = Object.fromEntries(namesOf(this.#channel).map((name) => [origin.aliasOf(name), name]))
    return { aliases, epoch: origin.epoch, time: origin.timeMs, head: this.#hold.feed.received }
  }
}

function namesOf({ toClients }: Channel): readonly string[] {
  return toClients.messages.map(({ name }) => name)
}
