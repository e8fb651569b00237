import { Command } from 'commander'
import { AdminApi, type AdminFlags, type AdminPage, adminOptions } from '../admin-client/admin-api.ts'
import { bytes, table } from '../admin-client/screen.ts'
import { CommandError } from '../exit-codes.ts'
import type { Terminal } from '../output/terminal.ts'
import { helpEnd, wholeNumber } from './options.ts'

interface ConnectionsOptions extends AdminFlags {
  readonly sort?: string
  readonly search?: string
  readonly limit: number
  readonly close?: string
  readonly revoke?: string
  readonly reason?: string
  readonly json?: true
}

interface Connection {
  readonly id: string
  readonly door: string
  readonly principal: string
  readonly remoteAddress: string
  readonly addresses: readonly string[]
  readonly subscriptions: number
  readonly queuedBytes: number
  readonly lag: number
  readonly messagesOut: number
}

/** `hydrant connections`: who is connected, and closing one. */
export function connectionsCommand(terminal: Terminal): Command {
  const command = new Command('connections')
    .summary('list the connections of a running server, and close them')
    .description('Lists open connections, the slowest first. --close ends one, --revoke all of a principal.')
    .option(
      '--sort <key>',
      'openedAt, queuedBytes, lag, messagesOut, …; a minus turns it round (default: -queuedBytes)',
    )
    .option('--search <text>', 'only those whose id, principal, remote address or followed address contains it')
    .option('--limit <n>', 'how many', wholeNumber(1, 300), 50)
    .option('--close <id>', 'close this connection')
    .option('--revoke <principal>', 'close everything of this principal')
    .option('--reason <text>', 'told to the peer and kept in the audit log; with --close and --revoke')
    .option('--json', 'print one JSON object for each')
  for (const option of adminOptions()) command.addOption(option)
  return command
    .addHelpText(
      'after',
      helpEnd(
        ['hydrant connections --search AAPL', 'hydrant connections --close c1f --reason "reads nothing"'],
        ['ok', 'refused', 'usage', 'unreachable'],
      ),
    )
    .action((options: ConnectionsOptions) => connections(options, terminal))
}

async function connections(options: ConnectionsOptions, terminal: Terminal): Promise<void> {
  const api = await AdminApi.of(options)
  const { close, revoke, reason, sort, search, limit, json } = options
  if (close !== undefined || revoke !== undefined) {
    if (reason === undefined)
      throw new CommandError('usage', '--reason is missing: the peer and the audit log are told it')
    const path =
      close === undefined
        ? `/principals/${encodeURIComponent(revoke!)}/sessions`
        : `/connections/${encodeURIComponent(close)}`
    const ended = await api.change<{ connections: number }>('DELETE', path, { query: { reason } })
    await terminal.result(json ? JSON.stringify(ended) : `${ended.connections} closed`)
    return
  }
  const page = await api.get<AdminPage<Connection>>('/connections', { sort, search, limit: String(limit) })
  if (json) {
    for (const item of page.items) await terminal.result(JSON.stringify(item))
    return
  }
  const rows = page.items.map((each) => [
    each.id,
    each.door,
    each.principal,
    each.remoteAddress,
    each.subscriptions,
    bytes(each.queuedBytes),
    each.lag,
    each.messagesOut,
    each.addresses.slice(0, 2).join(' '),
  ])
  const heading = ['ID', 'DOOR', 'PRINCIPAL', 'REMOTE', 'SUBS', 'QUEUED', 'LAG', 'OUT', 'FOLLOWS']
  for (const line of table([heading, ...rows])) await terminal.result(line)
  if (page.total > page.items.length) terminal.note(`hydrant: ${page.items.length} of ${page.total}`)
}
