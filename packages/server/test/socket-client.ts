import { WebSocket } from 'ws'

export interface SocketClient extends Disposable {
  readonly socket: WebSocket
  /** `Hydrant-Position` of the 101. */
  readonly position: string | undefined
  /** The next frame: text as a string, binary as a Buffer. */
  next(): Promise<string | Buffer>
  nextJson(): Promise<Record<string, unknown>>
  readonly closed: Promise<{ code: number; reason: string }>
}

/** A plain `ws` client. Rejects with the status and body of a refused handshake. */
export function openSocket(
  url: string,
  options: { headers?: Record<string, string>; perMessageDeflate?: boolean | { serverMaxWindowBits: number } } = {},
): Promise<SocketClient> {
  const socket = new WebSocket(url, { perMessageDeflate: false, ...options })
  const frames: (string | Buffer)[] = []
  let changed = Promise.withResolvers<void>()
  let position: string | undefined
  socket.on('message', (data: Buffer, binary) => {
    frames.push(binary ? data : data.toString())
    changed.resolve()
    changed = Promise.withResolvers()
  })
  socket.on('upgrade', (response) => {
    position = response.headers['hydrant-position']?.toString()
  })
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }))
  })
  const next = async (): Promise<string | Buffer> => {
    while (frames.length === 0) await changed.promise
    return frames.shift()!
  }
  return new Promise((resolve, reject) => {
    socket.on('error', reject)
    socket.on('unexpected-response', (_request, response) => {
      let body = ''
      response.on('data', (chunk: Buffer) => (body += chunk.toString()))
      response.on('end', () => reject(new HandshakeRefused(response.statusCode ?? 0, body)))
    })
    socket.on('open', () =>
      resolve({
        socket,
        position,
        next,
        nextJson: async () => JSON.parse((await next()).toString()) as Record<string, unknown>,
        closed,
        [Symbol.dispose]: () => socket.terminate(),
      }),
    )
  })
}

export class HandshakeRefused extends Error {
  readonly status: number
  readonly body: string

  constructor(status: number, body: string) {
    super(`${status} ${body}`)
    this.status = status
    this.body = body
  }
}
