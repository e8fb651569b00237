import type { Duplex } from 'node:stream'

/**
 * Node's own listener for the peer's end does nothing on a socket that may be half open, as those of its HTTP servers are. With it ours would
 * be the second, and a list of listeners takes a hundred bytes where one takes none. Anything else that listens stays.
 */
export function dropIdleEndListener(socket: Duplex): void {
  const [only, ...others] = socket.listeners('end')
  if (others.length === 0 && socket.allowHalfOpen && only?.name === 'onReadableStreamEnd') {
    socket.removeListener('end', only as () => void)
  }
}
