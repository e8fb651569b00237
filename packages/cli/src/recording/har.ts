import { binaryOpcode, parseFrame, textOpcode } from './frame.ts'
import type { RecordedFrame } from './frame.ts'
import type { RecordingItem } from './recording.ts'

/**
 * The received messages of a HAR file with `_webSocketMessages` (as browsers' developer tools write it), by time.
 * @param entry The WebSocket to take, counting from 1; all of them, merged, without it.
 * @throws SyntaxError when the text is no HAR file, or has no such WebSocket.
 */
export function parseHar(text: string, entry?: number): RecordingItem[] {
  const sockets = socketsOf(parse(text))
  if (sockets.length === 0) throw new SyntaxError('the HAR file has no WebSocket messages (_webSocketMessages)')
  if (entry !== undefined && sockets[entry - 1] === undefined) {
    throw new SyntaxError(`the HAR file has ${sockets.length} WebSocket(s), there is no --entry ${entry}`)
  }
  const frames = (entry === undefined ? sockets.flat() : (sockets[entry - 1] ?? []))
    .filter(({ type, opcode }) => type === 'receive' && (opcode === textOpcode || opcode === binaryOpcode))
    .toSorted((a, b) => a.timeMs - b.timeMs)
  return frames.map(({ timeMs, data }, index) => ({
    kind: 'received',
    message: { number: index + 1, timeMs, data },
  }))
}

/** Not in the HAR 1.2 specification: members that browsers add start with an underscore. */
const messagesMember = '_webSocketMessages'

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new SyntaxError('neither a recording (JSON lines with "type", "time", "opcode", "data") nor a HAR file', {
      cause: error,
    })
  }
}

function socketsOf(har: unknown): RecordedFrame[][] {
  const { log } = (har ?? {}) as { log?: { entries?: unknown } }
  if (!Array.isArray(log?.entries)) throw new SyntaxError('not a HAR file: it has no log.entries')
  const sockets: RecordedFrame[][] = []
  for (const [index, entry] of log.entries.entries()) {
    const { [messagesMember]: rows } = (entry ?? {}) as { [messagesMember]?: unknown }
    if (Array.isArray(rows))
      sockets.push(rows.map((row, at) => frameAt(row, `/log/entries/${index}/_webSocketMessages/${at}`)))
  }
  return sockets
}

function frameAt(row: unknown, pointer: string): RecordedFrame {
  try {
    return parseFrame(row)
  } catch (error) {
    throw new SyntaxError(`${pointer}: ${(error as Error).message}`, { cause: error })
  }
}
