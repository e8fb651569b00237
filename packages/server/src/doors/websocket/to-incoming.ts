import type { Incoming } from '../../publish/accept-message.ts'
import type { Addressed } from '../../publish/publisher.ts'

/** What a frame is: the payload is only the caller's for the moment, and a frame may have to wait, so bytes are copied. */
export function toIncoming(payload: Buffer, binary: boolean, { channel }: Addressed): Incoming {
  if (binary) return { encoding: 'binary', bytes: Buffer.from(payload) }
  const { encodings } = channel.all
  const text = payload.toString()
  if (!encodings.includes('text')) return { encoding: 'json', text }
  // A channel with both: what is not JSON can only be text.
  return encodings.includes('json') && isJson(text) ? { encoding: 'json', text } : { encoding: 'text', text }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
