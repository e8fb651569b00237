import { createHash, randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { open, unreachable } from './http.ts'
import { notHydrant } from './problem.ts'
import { refusal } from './refusal.ts'

/** A WebSocket after its handshake. */
export interface Upgraded {
  readonly response: IncomingMessage
  readonly socket: Duplex
  /** Bytes that came with the answer: the first frames. */
  readonly head: Buffer
}

/** RFC 6455 §1.3 */
const acceptSuffix = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** Does the client's part of an RFC 6455 handshake. @throws DoorClosed or CommandError, as `refusal` decides. */
export function upgrade(url: URL, signal: AbortSignal): Promise<Upgraded> {
  const key = randomBytes(16).toString('base64')
  const expected = createHash('sha1')
    .update(key + acceptSuffix)
    .digest('base64')
  return new Promise((resolve, reject) => {
    const request = open(url, {
      headers: { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': key },
      signal,
    })
    request.once('error', (error) => reject(unreachable(url, error)))
    request.once('response', (response) => {
      request.setTimeout(0)
      refused(response, url).then(reject, reject)
    })
    request.once('upgrade', (response, socket, head) => {
      request.setTimeout(0)
      if (response.headers['sec-websocket-accept'] === expected) {
        resolve({ response, socket, head })
        return
      }
      socket.destroy()
      reject(notHydrant(url, 'a WebSocket handshake with a wrong Sec-WebSocket-Accept'))
    })
    request.end()
  })
}

async function refused(response: IncomingMessage, url: URL): Promise<Error> {
  const status = response.statusCode ?? 0
  if (status < 400) {
    response.destroy()
    return notHydrant(url, `${status} in place of a WebSocket`)
  }
  return refusal(response, url)
}
