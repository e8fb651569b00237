import { clientFrame, handshake, type Peer } from '../kit/peer.ts'
import type { Attack } from './row.ts'

/** A connection that speaks `hydrant.v1`. */
export async function openConnect(attack: Attack): Promise<Peer> {
  const peer = await attack.connect()
  void peer.send(handshake('/-/connect', { 'Sec-WebSocket-Protocol': 'hydrant.v1' }))
  const status = await peer.status()
  if (status !== '101') throw new Error(`/-/connect was answered with ${status}`)
  return peer
}

export function say(message: object | string): Buffer {
  return clientFrame(1, typeof message === 'string' ? message : JSON.stringify(message))
}

/** The JSON texts that came so far. */
export function heard(peer: Peer): Record<string, unknown>[] {
  return peer.rawFrames().flatMap((frame) => {
    if (frame === 'partial' || frame.opcode !== 1) return []
    return [JSON.parse(frame.payload.toString()) as Record<string, unknown>]
  })
}

/** Waits for the reply to a request. */
export async function replyTo(peer: Peer, id: number): Promise<Record<string, unknown> | undefined> {
  const find = (): Record<string, unknown> | undefined => heard(peer).find((message) => message['id'] === id)
  await peer.until(() => find() !== undefined)
  return find()
}
