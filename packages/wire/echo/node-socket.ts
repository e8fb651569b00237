import type { Socket } from 'node:net'
import type { WireConnection } from '../src/connection.ts'

/** Writes what the engine has, and ends or destroys the socket when it says so. */
export function flush(connection: WireConnection, socket: Socket): void {
  const output = connection.takeOutput()
  if (Array.isArray(output)) {
    socket.cork()
    for (const piece of output) socket.write(piece)
    socket.uncork()
  } else if (output !== undefined) {
    socket.write(output)
  }
  if (connection.shouldDestroy) socket.destroy()
  else if (connection.shouldEnd) socket.end()
}
