import { randomFillSync } from 'node:crypto'
import { connect } from 'node:net'
import {
  ClientHandshake,
  type DeflateOptions,
  type Ending,
  type HandshakeDone,
  WireConnection,
  type WireLimits,
} from '../src/index.ts'
import { SocketDriver } from './socket-driver.ts'

export interface ConnectOptions {
  readonly limits?: Partial<WireLimits> | undefined
  readonly deflate?: boolean | DeflateOptions | undefined
  readonly protocols?: readonly string[] | undefined
  readonly onOpen?: ((connection: WireConnection, done: HandshakeDone) => void) | undefined
  /** Called for every message. What it sends is flushed after the read. */
  readonly onMessage: (connection: WireConnection, payload: Buffer, binary: boolean) => void
}

/** Connects to a `ws:` address and resolves when the transport is gone. Rejects when the handshake fails. */
export async function connectClient(address: string, options: ConnectOptions): Promise<Ending> {
  const url = new URL(address)
  if (url.protocol !== 'ws:') throw new TypeError(`Only ws: addresses are spoken here, not ${url.protocol}`)
  const handshake = new ClientHandshake({
    url,
    random: randomFillSync,
    deflate: options.deflate,
    protocols: options.protocols,
  })
  return await new Promise((resolve, reject) => {
    const socket = connect({
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: Number(url.port || 80),
      allowHalfOpen: true,
    })
    let ending: Ending | undefined
    const onData = (bytes: Buffer): void => {
      const result = handshake.push(bytes)
      if (result === undefined) return
      socket.off('data', onData)
      if (!result.ok) {
        socket.destroy(new Error(`${result.detail} (${result.code}, status ${String(result.status)})`))
        return
      }
      const connection: WireConnection = new WireConnection({
        role: 'client',
        limits: { pingIntervalMs: 0, ...options.limits },
        deflate: result.deflate,
        random: randomFillSync,
        now: performance.now(),
        events: {
          onMessage: (payload, binary) => options.onMessage(connection, payload, binary),
          onEnd: (end) => {
            ending = end
          },
        },
      })
      const driver = new SocketDriver(connection, socket, () => performance.now())
      options.onOpen?.(connection, result)
      driver.receive(result.leftover)
    }
    socket.on('connect', () => socket.write(handshake.request))
    socket.on('data', onData)
    socket.on('error', reject)
    socket.on('end', () => {
      if (ending === undefined) socket.end()
    })
    socket.on('close', () => {
      if (ending === undefined) reject(new Error('The server ended the connection during the handshake'))
      else resolve(ending)
    })
  })
}
