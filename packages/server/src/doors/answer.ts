import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HydrantError } from '../errors.ts'
import { requestIdOf } from '../observe/request-id.ts'
import type { Clock } from '../runtime/clock.ts'

export type Headers = Readonly<Record<string, string>>

/** Ends the response with a JSON text. */
export function answerJson(response: ServerResponse, status: number, json: string, headers: Headers = {}): void {
  answer(response, status, 'application/json; charset=utf-8', json, headers)
}

/** Ends the response with RFC 9457 problem details. */
export function answerProblem(
  clock: Clock,
  request: IncomingMessage,
  response: ServerResponse,
  error: HydrantError,
): void {
  // A body that nobody reads would keep the connection busy: the answer ends it.
  const unread = !request.complete
  const headers = { ...error.headers, ...(unread ? { Connection: 'close' } : {}) }
  const problem = JSON.stringify(error.toProblem(request.url?.split('?')[0]))
  answer(response, error.status, 'application/problem+json; charset=utf-8', problem, headers)
  if (unread) discardRest(clock, request)
}

/**
 * A connection that is closed while the peer still sends is reset, and the answer may be lost with it. So the rest is read and
 * thrown away, for a while.
 */
function discardRest(clock: Clock, request: IncomingMessage): void {
  request.resume()
  const { socket } = request
  request.once(
    'close',
    clock.after(DISCARD_MS, () => socket.destroy()),
  )
}

/** How long the rest of a refused body is read, in milliseconds. */
const DISCARD_MS = 2_000

/** Ends the response with a body; a `HEAD` gets the headers alone. */
export function answer(
  response: ServerResponse,
  status: number,
  contentType: string,
  body: string | Buffer,
  headers: Headers = {},
): void {
  if (response.headersSent || response.destroyed) return
  response.writeHead(status, {
    'Content-Type': contentType,
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'X-Request-Id': requestIdOf(response.req),
    ...headers,
  })
  response.end(response.req.method === 'HEAD' ? undefined : body)
}
