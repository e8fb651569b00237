import { CommandError } from '../exit-codes.ts'
import { readInput, streamInput } from '../input-file.ts'
import { parseHar } from './har.ts'
import { isRecordingLine, readJsonLines } from './jsonl.ts'

/** One message that the recorded client received. */
export interface RecordedMessage {
  /** Its line in a JSON lines recording, its rank by time in a HAR file; counts from 1. */
  readonly number: number
  /** When it was received, in ms since 1970; only differences matter. */
  readonly timeMs: number
  /** Text of a text frame, bytes of a binary one. */
  readonly data: string | Uint8Array
}

/** What a recording holds at a line: a received message, or why the line could not be read. */
export type RecordingItem =
  | { readonly kind: 'received'; readonly message: RecordedMessage }
  | { readonly kind: 'unreadable'; readonly number: number; readonly why: string }

/** How to read a recording. */
export interface RecordingOptions {
  /** In a HAR file, the WebSocket to take, counting from 1; all of them, merged by time, without it. */
  readonly entry?: number | undefined
}

/**
 * Opens a recording: JSON lines (`open`, `send` and `receive`, as in `docs/reference/cli.md`) or a HAR file with
 * `_webSocketMessages`, told apart by their first line.
 * @throws CommandError (unreadable) for the file, (refused) when it is neither.
 */
export async function openRecording(path: string, options: RecordingOptions): Promise<AsyncIterable<RecordingItem>> {
  if (path === '-') throw new CommandError('usage', 'a recording is read from a file, not from standard input')
  if (await isJsonLines(path)) {
    if (options.entry !== undefined) throw new CommandError('usage', '--entry is for HAR files')
    return readJsonLines(streamInput(path))
  }
  try {
    return toAsync(parseHar(await readInput(path), options.entry))
  } catch (error) {
    if (error instanceof SyntaxError) throw new CommandError('refused', `${path}: ${error.message}`, { cause: error })
    throw error
  }
}

/** A recording's first line is JSON of its own; looking at 1 MiB is enough to see that. */
const maxFirstLineBytes = 1024 * 1024

async function isJsonLines(path: string): Promise<boolean> {
  let head = Buffer.alloc(0)
  for await (const chunk of streamInput(path)) {
    head = Buffer.concat([head, chunk])
    if (head.includes('\n') || head.length > maxFirstLineBytes) break
  }
  return isRecordingLine(head.toString().split('\n', 1)[0] ?? '')
}

async function* toAsync<T>(items: Iterable<T>): AsyncGenerator<T, void> {
  yield* items
}
