import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { HydrantError } from '../../errors.ts'
import { requestIdOf } from '../../observe/request-id.ts'

/** Answers an upgrade with an HTTP error, as problem details, and ends the connection. */
export function refuseUpgrade(socket: Duplex, error: HydrantError, request: IncomingMessage): void {
  if (socket.destroyed || !socket.writable) return
  const body = JSON.stringify(error.toProblem(request.url?.split('?')[0]))
  const headers = {
    ...error.headers,
    'Content-Type': 'application/problem+json; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
    'X-Request-Id': requestIdOf(request),
    Connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? ''}\r\n${lines.join('')}\r\n${body}`)
  // What the peer goes on sending is not read, so that its end is not waited for.
  socket.once('finish', () => socket.destroy())
}
