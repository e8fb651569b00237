/**
 * The part that JSON lines recordings and HAR files share: a row with `type`, `time` in seconds, `opcode` and `data`,
 * which means what it means in a HAR file's `_webSocketMessages`.
 */
export interface RecordedFrame {
  readonly type: string
  readonly timeMs: number
  readonly opcode: number
  readonly data: string | Uint8Array
}

/** Opcodes of RFC 6455 §5.2 that carry messages; others are not replayed. */
export const textOpcode = 1
export const binaryOpcode = 2

/** Reads a row of a recording. @throws SyntaxError that says which member is wrong. */
export function parseFrame(row: unknown): RecordedFrame {
  if (typeof row !== 'object' || row === null) throw new SyntaxError('expected an object')
  const { type, time, opcode, data } = row as Record<string, unknown>
  if (typeof type !== 'string') throw new SyntaxError('"type": expected "open", "send" or "receive"')
  if (typeof time !== 'number' || !Number.isFinite(time)) throw new SyntaxError('"time": expected seconds as a number')
  if (type === 'open') return { type, timeMs: time * 1000, opcode: 0, data: '' }
  if (typeof opcode !== 'number') throw new SyntaxError('"opcode": expected 1 (text) or 2 (binary)')
  if (opcode !== textOpcode && opcode !== binaryOpcode) return { type, timeMs: time * 1000, opcode, data: '' }
  if (typeof data !== 'string') throw new SyntaxError('"data": expected a string')
  return { type, timeMs: time * 1000, opcode, data: opcode === binaryOpcode ? fromBase64(data) : data }
}

function fromBase64(data: string): Uint8Array {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(data) || data.length % 4 !== 0) {
    throw new SyntaxError('"data": expected base64, because "opcode" is 2 (binary)')
  }
  return Buffer.from(data, 'base64')
}
