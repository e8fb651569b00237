import { readLines } from '../lines.ts'
import { binaryOpcode, parseFrame, textOpcode } from './frame.ts'
import type { RecordingItem } from './recording.ts'

/** Whether a line is one of a JSON lines recording: tells the format from others. */
export function isRecordingLine(line: string): boolean {
  try {
    return ['open', 'send', 'receive'].includes(parseFrame(JSON.parse(line)).type)
  } catch {
    return false
  }
}

/** The received messages of a JSON lines recording, in file order, one at a time. */
export async function* readJsonLines(input: AsyncIterable<Uint8Array>): AsyncGenerator<RecordingItem, void> {
  for await (const { number, text } of readLines(input)) {
    if (text.trim() === '') continue
    try {
      const { type, timeMs, opcode, data } = parseFrame(JSON.parse(text))
      if (type !== 'receive' || (opcode !== textOpcode && opcode !== binaryOpcode)) continue
      yield { kind: 'received', message: { number, timeMs, data } }
    } catch (error) {
      yield { kind: 'unreadable', number, why: (error as Error).message }
    }
  }
}
