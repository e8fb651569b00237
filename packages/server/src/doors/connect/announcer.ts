import type { Aliases } from '@hydrant/protocol'
import type { Feed } from '../../hub/feed.ts'
import type { Origin } from '../../message/origin.ts'
import type { SocketConnection } from '../../transport/socket-connection.ts'

/** Tells a session a channel's numbers before they are used (PROTOCOL.md 4.3). */
export class Announcer {
  readonly #connection: SocketConnection
  readonly #channel: string
  #names: readonly string[]
  readonly #feed: Feed
  #announced: Origin | undefined

  constructor(connection: SocketConnection, channel: string, names: readonly string[], feed: Feed) {
    this.#connection = connection
    this.#channel = channel
    this.#names = names
    this.#feed = feed
  }

  /** What the reply of `subscribe` says; later sendings only announce what differs from it. */
  introduce(): Aliases {
    const origin = this.#feed.originOf(this.#feed.epoch)
    this.#announced = origin
    return this.#aliasesOf(origin)
  }

  /** Hot: once per subscriber and batch; nearly always it has been announced. */
  announce(origin: Origin): void {
    if (origin === this.#announced) return
    this.#announced = origin
    const push = { push: 'channel', channel: this.#channel, ...this.#aliasesOf(origin) }
    this.#connection.sendText(JSON.stringify(push))
  }

  /** The contract was reloaded: messages may have other names. */
  rename(names: readonly string[]): void {
    if (names.join('\n') === this.#names.join('\n')) return
    this.#names = names
    this.#announced = undefined
  }

  #aliasesOf(origin: Origin): Aliases {
    const aliases = Object.fromEntries(this.#names.map((name) => [origin.aliasOf(name), name]))
    return { aliases, epoch: origin.epoch, time: origin.timeMs, head: this.#feed.received }
  }
}
