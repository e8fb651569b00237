import { Command, InvalidArgumentError, Option } from 'commander'
import { parseChannelTemplate } from '../door-client/channel-template.ts'
import type { ChannelTemplate } from '../door-client/channel-template.ts'
import { gather } from '../door-client/gather.ts'
import { DoorPublisher, jsonType, maxBatchBytes, maxBatchMessages } from '../door-client/publish.ts'
import { CommandError } from '../exit-codes.ts'
import { parseCondition, parseJsonPointer } from '../json-pointer.ts'
import type { Condition, JsonPointer } from '../json-pointer.ts'
import { ReplaySummary } from '../output/replay-summary.ts'
import type { Terminal } from '../output/terminal.ts'
import { paced } from '../recording/pace.ts'
import type { Speed } from '../recording/pace.ts'
import { openRecording } from '../recording/recording.ts'
import { selectMessages } from '../recording/select.ts'
import type { SelectedMessage } from '../recording/select.ts'
import { helpEnd, positiveNumber, repeated, syntax, wholeNumber } from './options.ts'

interface ReplayOptions {
  readonly to: ChannelTemplate
  readonly speed: Speed
  readonly select?: JsonPointer
  readonly where: readonly Condition[]
  readonly limit?: number
  readonly entry?: number
  readonly name?: string
  readonly text?: true
  readonly contentType?: string
  readonly json?: true
  readonly allowRefused?: true
}

/** `hydrant replay`: what a recorded client received, published again. */
export function replayCommand(terminal: Terminal): Command {
  return new Command('replay')
    .summary('publish what a recorded client received')
    .description(
      'Publishes the received messages of a recording to a channel, in order and with the recorded spacing, and says how ' +
        'many the contract accepts, and why it refuses the others. A recording is a file of JSON lines, ' +
        '{"type":"receive","time":SECONDS,"opcode":1,"data":"…"} (opcode 2: base64), or a HAR file of a browser with ' +
        '_webSocketMessages.',
    )
    .argument('<recording>', 'the file')
    .requiredOption(
      '--to <url>',
      'the channel; {/pointer} in it stands for what each message has there',
      syntax(parseChannelTemplate),
    )
    .option('--speed <n>', 'a number: so many times faster than recorded; max: as fast as it is taken', parseSpeed, 1)
    .option('--select <pointer>', 'publish this part of each message (JSON pointer)', syntax(parseJsonPointer))
    .addOption(
      new Option('--where <pointer=value>', 'only messages with this value there; may be repeated')
        .argParser(repeated(parseCondition))
        .default([], 'all messages'),
    )
    .option('--limit <n>', 'end after so many selected messages', wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .option('--entry <n>', 'the WebSocket of a HAR file, from 1 (default: all, merged by time)', wholeNumber(1, 1e6))
    .option('--name <message>', 'which message of the contract it is, when the payload does not tell')
    .option('--text', 'publish as text, not as JSON')
    .option('--content-type <type>', 'publish as it is, with this content type')
    .option('--json', 'print the summary as one JSON object')
    .option('--allow-refused', 'end with 0 although messages were refused')
    .addHelpText(
      'after',
      helpEnd(
        [
          'hydrant replay session.har --to http://localhost:8080/ticks --speed 10',
          "hydrant replay binance.jsonl --to 'http://localhost:8080/ws/{/stream}' --select /data --speed max",
          'hydrant replay binance.jsonl --to http://localhost:8080/ws/btcusdt@trade --where /stream=btcusdt@trade',
        ],
        ['ok', 'refused', 'usage', 'unreadable', 'unreachable', 'interrupted'],
      ),
    )
    .action((recording: string, options: ReplayOptions) => replay(recording, options, terminal))
}

async function replay(path: string, options: ReplayOptions, terminal: Terminal): Promise<void> {
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort()).once('SIGTERM', () => stop.abort())
  const summary = new ReplaySummary()
  using publisher = new DoorPublisher(options.to.server, { name: options.name })

  const items = await openRecording(path, { entry: options.entry })
  const selected = selectMessages(items, { ...options, channel: options.to }, summary)
  const batches = gather(paced(selected, options.speed, stop.signal), {
    maxItems: maxBatchMessages,
    maxBytes: maxBatchBytes,
    bytesOf: ({ body }) => Buffer.byteLength(body),
    fits: (first, next) => isJson(first) && isJson(next) && first.channel.href === next.channel.href,
  })
  for await (const batch of batches) {
    const [first] = batch as readonly [SelectedMessage]
    const outcomes = await publisher.publishAll(first.channel, batch)
    for (const [index, outcome] of outcomes.entries()) summary.count((batch[index] ?? first).number, outcome)
    terminal.progress(() => summary.progressLine())
    if (stop.signal.aborted) break
  }

  terminal.endProgress()
  if (options.json) await terminal.result(JSON.stringify(summary, null, 2))
  else for (const line of summary.lines()) terminal.note(line)
  if (stop.signal.aborted) throw new CommandError('interrupted', 'interrupted before the end of the recording')
  if (summary.unreadable > 0 || (summary.refused > 0 && !options.allowRefused)) throw new CommandError('refused', '')
}

function isJson({ contentType }: SelectedMessage): boolean {
  return contentType === jsonType
}

function parseSpeed(text: string): Speed {
  try {
    return text === 'max' ? 'max' : positiveNumber(text)
  } catch {
    throw new InvalidArgumentError('expected a number above 0, such as 1 or 10, or "max"')
  }
}
