import { setTimeout as sleep } from 'node:timers/promises'
import { Command } from 'commander'
import { AdminApi, type AdminFlags, type AdminPage, adminOptions } from '../admin-client/admin-api.ts'
import { bytes, type Status, statusLines, table } from '../admin-client/screen.ts'
import type { Terminal } from '../output/terminal.ts'
import { helpEnd, positiveNumber, wholeNumber } from './options.ts'

interface TopOptions extends AdminFlags {
  readonly every: number
  readonly count?: number
}

interface Address {
  readonly address: string
  readonly messagesPerSecond: number
  readonly subscribers: number
}

interface Connection {
  readonly id: string
  readonly door: string
  readonly principal: string
  readonly queuedBytes: number
  readonly lag: number
}

const SHOWN = 8
/** Home, and everything below away (ECMA-48). */
const CLEAR = '\u001B[H\u001B[J'

/** `hydrant top`: a running server, live. */
export function topCommand(terminal: Terminal): Command {
  const command = new Command('top')
    .summary('watch a running server, live')
    .description('Shows status, the busiest addresses and the slowest connections, again and again. Ctrl+C ends it.')
    .option('--every <seconds>', 'how often it is drawn', positiveNumber, 1)
    .option('--count <n>', 'end after so many times', wholeNumber(1, Number.MAX_SAFE_INTEGER))
  for (const option of adminOptions()) command.addOption(option)
  return command
    .addHelpText('after', helpEnd(['hydrant top', 'hydrant top --every 5'], ['ok', 'refused', 'usage', 'unreachable']))
    .action((options: TopOptions) => top(options, terminal))
}

async function top(options: TopOptions, terminal: Terminal): Promise<void> {
  const api = await AdminApi.of(options)
  const stop = new AbortController()
  const stopNow = (): void => stop.abort()
  process.once('SIGINT', stopNow).once('SIGTERM', stopNow)
  terminal.readerGone.addEventListener('abort', stopNow)
  const { every, count = Infinity } = options
  for (let drawn = 0; drawn < count && !stop.signal.aborted; drawn++) {
    if (drawn > 0) await sleep(every * 1000, undefined, { signal: stop.signal }).catch(() => {})
    if (stop.signal.aborted) return
    const lines = await screen(api)
    await terminal.result(`${process.stdout.isTTY ? CLEAR : ''}${lines.join('\n')}`)
  }
}

async function screen(api: AdminApi): Promise<string[]> {
  const limit = String(SHOWN)
  const [status, addresses, connections] = await Promise.all([
    api.get<Status>('/status'),
    api.get<AdminPage<Address>>('/addresses', { sort: '-messagesPerSecond', limit }),
    api.get<AdminPage<Connection>>('/connections', { sort: '-queuedBytes', limit }),
  ])
  return [
    ...statusLines(status),
    '',
    ...table([
      ['ADDRESS', 'MSG/S', 'SUBSCRIBERS'],
      ...addresses.items.map((each) => [each.address, each.messagesPerSecond, each.subscribers]),
    ]),
    '',
    ...table([
      ['CONNECTION', 'DOOR', 'PRINCIPAL', 'QUEUED', 'LAG'],
      ...connections.items.map(({ id, door, principal, queuedBytes, lag }) => [
        id,
        door,
        principal,
        bytes(queuedBytes),
        lag,
      ]),
    ]),
  ]
}
