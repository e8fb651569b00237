import { Command } from 'commander'
import { parseDoorUrl } from '../door-client/door-url.ts'
import { gather } from '../door-client/gather.ts'
import { DoorPublisher, isAboutTheAddress, jsonType, maxBatchBytes, maxBatchMessages } from '../door-client/publish.ts'
import type { OutgoingMessage, Outcome } from '../door-client/publish.ts'
import { describeProblem } from '../door-client/problem.ts'
import { CommandError } from '../exit-codes.ts'
import { streamInput } from '../input-file.ts'
import { parseJson } from '../json-text.ts'
import { readLines } from '../lines.ts'
import type { Terminal } from '../output/terminal.ts'
import { helpEnd } from './options.ts'

interface PublishOptions {
  readonly text?: true
  readonly contentType?: string
  readonly name?: string
  readonly idempotencyKey?: string
}

/** `hydrant publish`: one message from the command line, or one JSON message per line of standard input. */
export function publishCommand(terminal: Terminal): Command {
  return new Command('publish')
    .summary('publish messages to a channel')
    .description(
      'Publishes one message, or with - one JSON message per line of standard input, and prints the position of each. ' +
        'Lines go out in order, in batches while they come fast. A line that is refused is reported with its number and ' +
        'what was wrong; the lines after it are still published, and the exit code is 1.',
    )
    .argument('<url>', 'the channel, such as http://localhost:8080/prices/AAPL')
    .argument('<message>', 'the message as JSON; - reads one per line from standard input')
    .option('--text', 'the message is text, not JSON')
    .option('--content-type <type>', 'send the message as it is, with this content type')
    .option('--name <message>', 'which message of the contract it is, when the payload does not tell')
    .option('--idempotency-key <key>', 'publish once, however often this is run within 5 minutes; with -, per line')
    .addHelpText(
      'after',
      helpEnd(
        [
          `hydrant publish http://localhost:8080/prices/AAPL '{ "price": 187.2 }'`,
          'hydrant publish http://localhost:8080/prices/AAPL - < prices.ndjson',
        ],
        ['ok', 'refused', 'usage', 'unreachable'],
      ),
    )
    .action((url: string, message: string, options: PublishOptions) => publish(url, message, options, terminal))
}

async function publish(href: string, message: string, options: PublishOptions, terminal: Terminal): Promise<void> {
  const url = parseDoorUrl(href, ['http:', 'https:', 'ws:', 'wss:'])
  const contentType = options.contentType ?? (options.text ? 'text/plain; charset=utf-8' : jsonType)
  using publisher = new DoorPublisher(url, { name: options.name })
  if (message === '-') await publishLines(publisher, url, contentType, options.idempotencyKey, terminal)
  else await publishArgument(publisher, url, { body: message, contentType }, options.idempotencyKey, terminal)
}

async function publishArgument(
  publisher: DoorPublisher,
  url: URL,
  message: OutgoingMessage,
  key: string | undefined,
  terminal: Terminal,
): Promise<void> {
  const why = notJson(message)
  if (why !== undefined) {
    throw new CommandError('refused', `the message is not JSON: ${why} (a text message needs --text)`)
  }
  const answer = await publisher.publish(url, message, key)
  if (!answer.ok) throw new CommandError('refused', describeProblem(answer.problem))
  for (const position of answer.positions) await terminal.result(position)
}

interface LineMessage extends OutgoingMessage {
  readonly number: number
  /** Why the line is not sent at all. */
  readonly problem: string | undefined
}

async function publishLines(
  publisher: DoorPublisher,
  url: URL,
  contentType: string,
  key: string | undefined,
  terminal: Terminal,
): Promise<void> {
  let published = 0
  let refused = 0
  const rules = {
    // Whoever runs the same lines again gets the same batches only when each line is one.
    maxItems: contentType === jsonType && key === undefined ? maxBatchMessages : 1,
    maxBytes: maxBatchBytes,
    bytesOf: ({ body }: LineMessage) => Buffer.byteLength(body),
    fits: (first: LineMessage, next: LineMessage) => first.problem === undefined && next.problem === undefined,
  }
  for await (const batch of gather(messageLines(contentType), rules)) {
    for (const [index, outcome] of (await publishBatch(publisher, url, batch, key)).entries()) {
      const { number } = batch[index] as LineMessage
      if (typeof outcome === 'object' && outcome.ok) {
        published += 1
        await terminal.result(outcome.position)
        continue
      }
      refused += 1
      terminal.note(`line ${number}: ${typeof outcome === 'string' ? outcome : describeProblem(outcome.problem)}`)
      if (typeof outcome === 'object' && isAboutTheAddress(outcome.problem)) throw new CommandError('refused', '')
    }
    terminal.progress(() => `${published} published, ${refused} refused`)
    if (terminal.readerGone.aborted) return
  }
  terminal.endProgress()
  if (refused > 0) throw new CommandError('refused', `${published} published, ${refused} refused`)
}

async function publishBatch(
  publisher: DoorPublisher,
  url: URL,
  batch: readonly LineMessage[],
  key: string | undefined,
): Promise<readonly (Outcome | string)[]> {
  const [first] = batch
  if (first === undefined) return []
  if (first.problem !== undefined) return [first.problem]
  if (key === undefined) return publisher.publishAll(url, batch)
  return [await publisher.publishOne(url, first, `${key}:${first.number}`)]
}

async function* messageLines(contentType: string): AsyncGenerator<LineMessage, void> {
  for await (const { number, text } of readLines(streamInput('-'))) {
    if (text.trim() === '' && contentType === jsonType) continue
    const message = { body: text, contentType }
    const why = notJson(message)
    yield { ...message, number, problem: why === undefined ? undefined : `not JSON: ${why}` }
  }
}

function notJson({ body, contentType }: OutgoingMessage): string | undefined {
  if (contentType !== jsonType) return undefined
  try {
    parseJson(String(body))
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}
