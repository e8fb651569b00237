import type { Socket } from 'node:net'
import { STATUS_CODES } from 'node:http'
import type { LimitLabel } from '../settings/setting.ts'
import type { Clock } from '../runtime/clock.ts'
import { addressGroup, isLoopback, type TrustedProxies } from './client-of.ts'
import { type EndsWithTransport, forgetClosed, onceClosed } from './once-closed.ts'

export interface HandshakePoolOptions {
  /** Connections at once whose first request is not complete. */
  readonly maxHandshakes: number
  /** Connections of one address at once, complete or not; 0 without a limit. */
  readonly maxPerAddress: number
  readonly proxies: TrustedProxies
  /** Under TLS nothing can be said before the handshake: who is refused there is cut. */
  readonly isTls: boolean
  readonly clock: Clock
  /** How long a refused peer may take to read why, in milliseconds. */
  readonly closeTimeoutMs: number
  readonly limitHit: (name: LimitLabel) => void
}

/**
 * The connections of a listener that have not asked for anything yet, which cost their senders nothing. They are a pool of their own,
 * so that a flood of them takes nothing from those who are connected.
 */
export class HandshakePool implements EndsWithTransport {
  readonly #options: HandshakePoolOptions
  /** By the other end's address and port: under TLS the request comes on another object than the connection. */
  readonly #pending = new Set<string>()
  readonly #perAddress = new Map<string, number>()

  constructor(options: HandshakePoolOptions) {
    this.#options = options
  }

  /** How many have not asked for anything yet. */
  get size(): number {
    return this.#pending.size
  }

  /** A connection was accepted: counts it, or refuses it. False when it was refused. */
  accept(socket: Socket): boolean {
    const { maxHandshakes, maxPerAddress, limitHit } = this.#options
    const { remoteAddress } = socket
    // It was reset before it was looked at.
    if (remoteAddress === undefined) {
      socket.destroy()
      return false
    }
    const group = this.#isCounted(remoteAddress) ? addressGroup(remoteAddress) : undefined
    if (group !== undefined && (this.#perAddress.get(group) ?? 0) >= maxPerAddress) {
      limitHit('connections-per-address')
      this.#refuse(socket, 429)
      return false
    }
    if (this.#pending.size >= maxHandshakes) {
      limitHit('handshakes')
      this.#refuse(socket, 503)
      return false
    }
    this.#pending.add(keyOf(socket)!)
    if (group !== undefined) this.#perAddress.set(group, (this.#perAddress.get(group) ?? 0) + 1)
    onceClosed(socket, this)
    return true
  }

  /** A connection that was accepted is gone. Node remembers whose it was. */
  transportClosed(socket: Socket): void {
    const { remoteAddress } = socket
    this.#pending.delete(keyOf(socket)!)
    if (this.#isCounted(remoteAddress!)) this.#uncount(addressGroup(remoteAddress!))
  }

  /** Its first request is complete, or its upgrade answered. */
  release(socket: Socket): void {
    // So it is while nobody new comes, and requests do on connections that stay open.
    if (this.#pending.size === 0) return
    const key = keyOf(socket)
    if (key === undefined) return
    this.#pending.delete(key)
    if (!this.#isCounted(socket.remoteAddress!)) forgetClosed(socket, this)
  }

  /** A proxy brings many clients, who are counted by the addresses that it names. */
  #isCounted(address: string): boolean {
    const { maxPerAddress, proxies } = this.#options
    return maxPerAddress > 0 && !isLoopback(address) && !proxies.includes(address)
  }

  #uncount(group: string): void {
    const left = this.#perAddress.get(group)! - 1
    if (left === 0) this.#perAddress.delete(group)
    else this.#perAddress.set(group, left)
  }

  #refuse(socket: Socket, status: 429 | 503): void {
    socket.on('error', () => {})
    if (this.#options.isTls) {
      socket.destroy()
      return
    }
    endWith(socket, status, this.#options, 'Retry-After: 1\r\n')
  }
}

/** Says one status and ends: whatever the peer goes on sending, or does not read. */
export function endWith(
  socket: Socket,
  status: number,
  { clock, closeTimeoutMs }: Pick<HandshakePoolOptions, 'clock' | 'closeTimeoutMs'>,
  headers = '',
): void {
  const cancel = clock.after(closeTimeoutMs, () => socket.destroy())
  socket.once('close', cancel)
  // What has come is thrown away, so that the answer is not lost in a reset.
  socket.resume()
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n${headers}Content-Length: 0\r\n\r\n`,
    () => socket.destroySoon(),
  )
}

function keyOf({ remoteAddress, remotePort }: Socket): string | undefined {
  return remoteAddress === undefined ? undefined : `${remoteAddress} ${remotePort}`
}
