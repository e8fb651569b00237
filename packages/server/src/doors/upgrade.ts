import type { IncomingMessage } from 'node:http'
import { type Accepted, type AcceptOptions, acceptHandshake } from '@hydrant/wire'
import { HydrantError } from '../errors.ts'

/** Checks the handshake of an upgrade. Throws `handshake-refused` with the status and headers that RFC 6455 asks for. */
export function checkUpgrade(request: IncomingMessage, options: AcceptOptions): Accepted {
  const handshake = acceptHandshake(
    {
      method: request.method ?? '',
      target: request.url ?? '',
      httpVersion: request.httpVersion,
      headers: request.rawHeaders,
    },
    options,
  )
  if (handshake.ok) return handshake
  const headers = Object.fromEntries(handshake.headers)
  throw new HydrantError('handshake-refused', handshake.detail, { status: handshake.status, headers })
}
