import { Command } from 'commander'
import { parseDoorUrl } from '../door-client/door-url.ts'
import type { DoorMessage, Gap, OpenDoor } from '../door-client/event.ts'
import { follow } from '../door-client/follow.ts'
import { describeProblem } from '../door-client/problem.ts'
import { openSse } from '../door-client/sse.ts'
import { openWebSocket } from '../door-client/websocket.ts'
import type { Terminal } from '../output/terminal.ts'
import { helpEnd, positiveNumber, wholeNumber } from './options.ts'

interface SubscribeOptions {
  readonly since?: string
  readonly count?: number
  readonly json?: true
  readonly maxWait: number
}

/** `hydrant subscribe`: the live messages of a channel, one JSON line each. */
export function subscribeCommand(terminal: Terminal): Command {
  return new Command('subscribe')
    .summary('print the live messages of a channel')
    .description(
      'Prints what each message holds as one line of JSON, for ever. http:// and https:// follow by Server-Sent Events, ' +
        'ws:// and wss:// by WebSocket. A lost connection is opened again after the last message that was printed, so ' +
        'nothing is lost and nothing comes twice; what the server could not keep is told on standard error.',
    )
    .argument('<url>', 'the channel, such as http://localhost:8080/prices/AAPL')
    .option('--since <position>', 'start after this position (default: now, or the snapshot of a state)')
    .option('--count <n>', 'end after this many messages', wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .option('--json', 'print { position, time, name, data }')
    .option('--max-wait <seconds>', 'the longest wait before connecting again', positiveNumber, 30)
    .addHelpText(
      'after',
      helpEnd(
        [
          'hydrant subscribe http://localhost:8080/trades/AAPL',
          'hydrant subscribe ws://localhost:8080/quotes --json --count 10 | jq .data',
        ],
        ['ok', 'refused', 'usage', 'unreachable'],
      ),
    )
    .action((url: string, options: SubscribeOptions) => subscribe(url, options, terminal))
}

async function subscribe(href: string, options: SubscribeOptions, terminal: Terminal): Promise<void> {
  const url = parseDoorUrl(href, ['http:', 'https:', 'ws:', 'wss:'])
  const open: OpenDoor = url.protocol.startsWith('ws') ? openWebSocket : openSse
  const stop = new AbortController()
  const stopNow = (): void => stop.abort()
  process.once('SIGINT', stopNow).once('SIGTERM', stopNow)
  terminal.readerGone.addEventListener('abort', stopNow)

  const { since, count = Infinity, maxWait } = options
  let printed = 0
  for await (const event of follow(url, { open, since, maxWaitMs: maxWait * 1000, signal: stop.signal })) {
    switch (event.kind) {
      case 'message':
        await terminal.result(options.json ? envelope(event.message) : event.message.dataJson)
        printed += 1
        break
      case 'gap':
        terminal.note(`hydrant: ${describeGap(event.gap)}`)
        break
      case 'problem':
        terminal.note(`hydrant: ${describeProblem(event.problem)}`)
        break
      case 'reconnecting':
        terminal.note(`hydrant: ${event.why}; connecting again in ${(event.waitMs / 1000).toFixed(1)} s`)
        break
    }
    if (printed >= count) stop.abort()
    if (stop.signal.aborted) break
  }
}

/** The members that are known, in the order of a history page; the payload's own text is kept as it came. */
function envelope({ position, time, name, dataJson, encoding }: DoorMessage): string {
  const head = JSON.stringify({ position, time, name, encoding })
  return `${head.slice(0, -1)},"data":${dataJson}}`
}

function describeGap({ from, to, missed, reason }: Gap): string {
  const howMany = missed === undefined ? 'messages were lost' : `${missed} messages were lost`
  return `${howMany} from ${from ?? '?'} to ${to ?? '?'} (${reason ?? 'no reason given'})`
}
