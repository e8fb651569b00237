/** Builds and reads frames, written apart from the engine so that a mistake there is not repeated here. */
export interface FrameOptions {
  readonly fin?: boolean
  /** RSV1, RSV2, RSV3 as the number 4, 2, 1. */
  readonly rsv?: number
  readonly opcode: number
  readonly payload?: Buffer | string
  /** Four bytes; absent: unmasked. */
  readonly mask?: Buffer | undefined
}

export const ZERO_MASK: Buffer = Buffer.alloc(4)

export function frame(options: FrameOptions): Buffer {
  const { fin = true, rsv = 0, opcode, mask } = options
  const payload = Buffer.from(options.payload ?? '')
  const length = payload.length
  const header = [(fin ? 0x80 : 0) | (rsv << 4) | opcode]
  const bit = mask === undefined ? 0 : 0x80
  const extended = Buffer.alloc(length < 126 ? 0 : length < 65_536 ? 2 : 8)
  header.push(bit | (length < 126 ? length : extended.length === 2 ? 126 : 127))
  if (extended.length === 2) extended.writeUInt16BE(length)
  if (extended.length === 8) extended.writeBigUInt64BE(BigInt(length))
  if (mask !== undefined) for (let i = 0; i < length; i++) payload[i]! ^= mask[i % 4]!
  return Buffer.concat([Buffer.from(header), extended, mask ?? Buffer.alloc(0), payload])
}

export interface ReadFrame {
  readonly fin: boolean
  readonly rsv: number
  readonly opcode: number
  readonly masked: boolean
  readonly payload: Buffer
}

/** All frames in the bytes; throws when they end inside one. */
export function readFrames(bytes: Buffer): ReadFrame[] {
  const frames: ReadFrame[] = []
  let at = 0
  while (at < bytes.length) {
    const first = bytes.readUInt8(at)
    const second = bytes.readUInt8(at + 1)
    at += 2
    let length = second & 127
    if (length === 126) {
      length = bytes.readUInt16BE(at)
      at += 2
    } else if (length === 127) {
      length = Number(bytes.readBigUInt64BE(at))
      at += 8
    }
    const masked = second >= 128
    const mask = masked ? bytes.subarray(at, at + 4) : Buffer.alloc(4)
    if (masked) at += 4
    if (at + length > bytes.length) throw new RangeError('the bytes end inside a frame')
    const payload = Buffer.from(bytes.subarray(at, at + length))
    for (let i = 0; i < length; i++) payload[i]! ^= mask[i % 4]!
    at += length
    frames.push({ fin: first >= 128, rsv: (first >> 4) & 7, opcode: first & 15, masked, payload })
  }
  return frames
}

/** A short form for comparing, such as `text "hi"`, `close 1000`, `-text` for FIN=0, `z:text` for RSV1. */
export function describeFrame(each: ReadFrame): string {
  const name = ['continuation', 'text', 'binary', '?', '?', '?', '?', '?', 'close', 'ping', 'pong'][each.opcode] ?? '?'
  const head = `${each.fin ? '' : '-'}${each.rsv === 4 ? 'z:' : each.rsv === 0 ? '' : `rsv${each.rsv}:`}${name}`
  if (each.opcode === 8) return each.payload.length === 0 ? head : `${head} ${each.payload.readUInt16BE(0)}`
  if (each.payload.length > 100) return `${head} (${each.payload.length})`
  const isText = each.opcode === 1 || (each.opcode === 0 && each.rsv === 0)
  return `${head} ${isText ? JSON.stringify(each.payload.toString()) : each.payload.toString('hex')}`.trimEnd()
}
