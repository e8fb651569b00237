import { Command } from 'commander'
import { AdminApi, type AdminFlags, adminOptions } from '../admin-client/admin-api.ts'
import { CommandError } from '../exit-codes.ts'
import type { Terminal } from '../output/terminal.ts'
import { helpEnd, wholeNumber } from './options.ts'

interface TailOptions extends AdminFlags {
  readonly message?: string
  readonly search?: string
  readonly quarantined?: true
  readonly count?: number
}

/** `hydrant tail`: what goes through a channel, with an operator's eyes. */
export function tailCommand(terminal: Terminal): Command {
  const command = new Command('tail')
    .summary('watch the messages of any channel as an operator')
    .description(
      'Prints every message of an address, or of all addresses of a channel, as one line of JSON: whatever its direction, ' +
        'and with --quarantined those that were refused. What a slow reader misses is told on standard error.',
    )
    .argument('<url>', "an address such as /prices/AAPL or its URL, or a channel's id")
    .option('--message <name>', 'only messages of this name')
    .option('--search <text>', 'only payloads that contain this text')
    .option('--quarantined', 'refused messages too')
    .option('--count <n>', 'end after this many messages', wholeNumber(1, Number.MAX_SAFE_INTEGER))
  for (const option of adminOptions()) command.addOption(option)
  return command
    .addHelpText(
      'after',
      helpEnd(
        ['hydrant tail /prices/AAPL', 'hydrant tail prices --quarantined --search AAPL'],
        ['ok', 'refused', 'usage', 'unreachable'],
      ),
    )
    .action((url: string, options: TailOptions) => tail(url, options, terminal))
}

async function tail(url: string, options: TailOptions, terminal: Terminal): Promise<void> {
  const api = await AdminApi.of(options)
  const stop = new AbortController()
  const stopNow = (): void => stop.abort()
  process.once('SIGINT', stopNow).once('SIGTERM', stopNow)
  terminal.readerGone.addEventListener('abort', stopNow)
  const { message, search, quarantined, count = Infinity } = options
  const query = { ...placeOf(url), message, search, quarantined: quarantined === true ? 'true' : undefined }
  let printed = 0
  for await (const { type, data } of api.events('/tail', query, stop.signal)) {
    if (type === 'skipped')
      terminal.note(`hydrant: ${(JSON.parse(data) as { count: number }).count} messages were skipped`)
    else {
      await terminal.result(data)
      printed += 1
    }
    if (printed >= count) stop.abort()
    if (stop.signal.aborted) return
  }
  throw new CommandError('unreachable', 'the admin listener ended the stream')
}

function placeOf(url: string): { address?: string; channel?: string } {
  if (/^(?:https?|wss?):\/\//.test(url) && URL.canParse(url)) return { address: new URL(url).pathname }
  return url.startsWith('/') ? { address: url } : { channel: url }
}
