import type { IncomingMessage } from 'node:http'
import { HydrantError } from '../../errors.ts'
import { tooLarge } from '../../publish/accept-message.ts'

/**
 * The whole body. Memory follows the bytes that came, never the announced length. Throws `message-too-large` as soon as the
 * announced or received length is over the limit, and `bad-request` when the client goes away half-way.
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const announced = Number(request.headers['content-length'] ?? 0)
  if (announced > maxBytes) return Promise.reject(tooLarge(announced, maxBytes, 'batch-size'))
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > maxBytes) {
        request.pause()
        reject(tooLarge(bytes, maxBytes, 'batch-size'))
      } else {
        chunks.push(chunk)
      }
    })
    // It closes after its end as well: an error for that, with its stack, would cost as much as the rest of a publish.
    const onClose = (): void => reject(incomplete())
    request.once('end', () => {
      request.off('close', onClose)
      resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks))
    })
    request.once('error', (error) => reject(incomplete(error)))
    request.once('close', onClose)
  })
}

function incomplete(cause?: Error): HydrantError {
  return new HydrantError('bad-request', 'the request ended before its body was complete', { cause })
}
