import { parseDown, SUBPROTOCOL, type Up } from '@hydrant/protocol'
import type { Platform, WebSocketLike } from './platform.ts'
import type { Transport, TransportListener } from './transport.ts'

/** hydrant.v1 on the platform's WebSocket. */
export class SocketTransport implements Transport {
  readonly via = 'socket'
  readonly #socket: WebSocketLike

  /** Throws when the URL cannot be a socket's. */
  constructor(url: string, platform: Platform, listener: TransportListener) {
    const socket = platform.openSocket(url, SUBPROTOCOL)
    let isOpen = false
    socket.onopen = () => {
      isOpen = true
      listener.writable()
    }
    socket.onmessage = ({ data }) => {
      const down = typeof data === 'string' ? parseDown(data) : undefined
      if (down === undefined) return
      if ('push' in down && down.push === 'hello') listener.opened(down)
      else listener.received(down)
    }
    socket.onclose = ({ code, reason }) => listener.lost({ code, reason })
    // Node 22 tells no `close` of a socket that never opened.
    socket.onerror = () => {
      if (!isOpen) listener.lost({ code: 1006, reason: 'the socket could not be opened' })
    }
    this.#socket = socket
  }

  send(request: Up): void {
    this.#socket.send(JSON.stringify(request))
  }

  close(): void {
    const socket = this.#socket
    socket.onopen = socket.onmessage = socket.onclose = null
    // Node reports what happens to a socket that is closed while it opens.
    socket.onerror = () => {}
    socket.close(1000)
  }
}
