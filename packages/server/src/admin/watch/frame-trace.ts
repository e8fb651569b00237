import type { Door } from '../../observe/door.ts'
import type { Tap } from '../../transport/open-transports.ts'

/** One frame or event of a connection: `TraceFrame` of the description. */
export interface TracedFrame {
  readonly time: string
  readonly direction: 'in' | 'out'
  readonly kind: 'text' | 'binary' | 'event' | 'ping' | 'pong' | 'close'
  readonly bytes: number
  readonly preview: string
  readonly cut: boolean
}

const MAX_PREVIEW_BYTES = 1024

/** RFC 6455 §7.1.5: a Close without a code. */
const NO_STATUS = 1005

/** RFC 6455 §5.2 */
const KINDS: Readonly<Record<number, TracedFrame['kind']>> = {
  1: 'text',
  2: 'binary',
  8: 'close',
  9: 'ping',
  10: 'pong',
}

/** Tells what goes over one connection, frame by frame. What goes out is whole frames, unmasked, as the server writes them. */
export class FrameTrace implements Tap {
  readonly #door: Door
  readonly #tell: (frame: TracedFrame) => void

  constructor(door: Door, tell: (frame: TracedFrame) => void) {
    this.#door = door
    this.#tell = tell
  }

  in(kind: 'text' | 'binary' | 'ping' | 'pong', payload: Buffer): void {
    this.#frame('in', kind, payload)
  }

  peerClosed(code: number, reason: string): void {
    this.#frame('in', 'close', code === NO_STATUS ? Buffer.alloc(0) : closePayload(code, reason))
  }

  out(bytes: Buffer): void {
    if (this.#door === 'sse') {
      for (const event of bytes.toString().split('\n\n')) {
        if (event !== '') this.#frame('out', 'event', Buffer.from(event))
      }
      return
    }
    let at = 0
    while (at + 2 <= bytes.length) {
      const [start, length] = extentOf(bytes, at)
      const opcode = bytes[at]! & 0x0f
      // RFC 7692 §6: RSV1 says that the payload is compressed, so there is no text to show.
      const compressed = (bytes[at]! & 0x40) !== 0
      const kind = compressed ? 'binary' : (KINDS[opcode] ?? 'binary')
      this.#frame('out', kind, bytes.subarray(start, start + length))
      at = start + length
    }
  }

  #frame(direction: 'in' | 'out', kind: TracedFrame['kind'], payload: Buffer): void {
    const cut = payload.length > MAX_PREVIEW_BYTES
    const shown = cut ? payload.subarray(0, MAX_PREVIEW_BYTES) : payload
    this.#tell({
      time: new Date().toISOString(),
      direction,
      kind,
      bytes: payload.length,
      preview: previewOf(kind, shown),
      cut,
    })
  }
}

function previewOf(kind: TracedFrame['kind'], payload: Buffer): string {
  if (kind === 'text' || kind === 'event') return payload.toString()
  if (kind !== 'close') return payload.toString('base64')
  return payload.length < 2 ? '' : `${payload.readUInt16BE(0)} ${payload.toString('utf8', 2)}`.trimEnd()
}

/** RFC 6455 §5.5.1 */
function closePayload(code: number, reason: string): Buffer {
  const payload = Buffer.from(`  ${reason}`)
  payload.writeUInt16BE(code)
  return payload
}

/** Where the payload of a frame without a mask begins, and how long it is (RFC 6455 §5.2). */
function extentOf(bytes: Buffer, at: number): [start: number, length: number] {
  const short = bytes[at + 1]! & 0x7f
  if (short < 126) return [at + 2, short]
  if (short === 126) return [at + 4, bytes.readUInt16BE(at + 2)]
  return [at + 10, Number(bytes.readBigUInt64BE(at + 2))]
}
