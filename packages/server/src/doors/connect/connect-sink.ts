import type { ConnectFormat } from '../../message/encode.ts'
import type { GapNotice } from '../../message/encode.ts'
import type { Origin } from '../../message/origin.ts'
import type { Sink } from '../../hub/sink.ts'
import type { SocketConnection } from '../../transport/socket-connection.ts'
import type { Announcer } from './announcer.ts'

/** One channel's way into a session: announces its numbers before they are used, and tells gaps as pushes. */
export class ConnectSink implements Sink {
  readonly format: ConnectFormat
  readonly #connection: SocketConnection
  readonly #announcer: Announcer

  constructor(connection: SocketConnection, announcer: Announcer, format: ConnectFormat) {
    this.#connection = connection
    this.#announcer = announcer
    this.format = format
  }

  get queuedBytes(): number {
    return this.#connection.queuedBytes
  }

  send(chunk: Buffer, origin: Origin): void {
    this.#announcer.announce(origin)
    this.#connection.sendFrames(chunk)
  }

  sendNotice(_event: string, notice: object): void {
    const { channel, from, to, missed, reason } = notice as GapNotice
    this.#connection.sendText(JSON.stringify({ push: 'gap', channel, from, to, missed, reason }))
  }

  onceDrained(run: () => void): void {
    this.#connection.onceDrained(run)
  }

  endSlow(): void {
    this.#connection.close(1013, 'too slow: connect again with the last positions')
  }
}
