import { setTimeout as sleep } from 'node:timers/promises'
import { Command } from 'commander'
import { AdminApi, type AdminFlags, adminOptions } from '../admin-client/admin-api.ts'
import type { Status } from '../admin-client/screen.ts'
import { CommandError } from '../exit-codes.ts'
import type { Terminal } from '../output/terminal.ts'
import { helpEnd, wholeNumber } from './options.ts'

interface DrainOptions extends AdminFlags {
  readonly reason: string
  readonly waitMs?: number
  readonly spreadMs?: number
  readonly untilEmpty?: true
}

const LOOK_EVERY_MS = 500

/** `hydrant drain`: lets the clients of a server go before it is replaced. */
export function drainCommand(terminal: Terminal): Command {
  const command = new Command('drain')
    .summary('let the clients go before a redeploy')
    .description(
      'Turns /-/ready red, and after a wait tells each client to go, spread over a time. There is no way back. ' +
        'With --until-empty it returns when nobody is connected any more.',
    )
    .requiredOption('--reason <text>', 'kept in the audit log')
    .option(
      '--wait-ms <n>',
      'from the red ready to the first goodbye (default: the setting)',
      wholeNumber(0, 3_600_000),
    )
    .option('--spread-ms <n>', 'over which the goodbyes are spread (default: the setting)', wholeNumber(0, 3_600_000))
    .option('--until-empty', 'return when nobody is connected any more')
  for (const option of adminOptions()) command.addOption(option)
  return command
    .addHelpText(
      'after',
      helpEnd(
        ['hydrant drain --reason deploy --until-empty'],
        ['ok', 'refused', 'usage', 'unreachable', 'interrupted'],
      ),
    )
    .action((options: DrainOptions) => drain(options, terminal))
}

async function drain(options: DrainOptions, terminal: Terminal): Promise<void> {
  const api = await AdminApi.of(options)
  const { reason, waitMs, spreadMs, untilEmpty } = options
  const body = { reason, ...(waitMs === undefined ? {} : { waitMs }), ...(spreadMs === undefined ? {} : { spreadMs }) }
  const { connections } = await api.change<{ connections: number }>('POST', '/drain', { body })
  await terminal.result(`draining, ${connections} connected`)
  if (untilEmpty !== true) return
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  for (;;) {
    const status = await api.get<Status>('/status')
    if (status.connections.total === 0) break
    terminal.progress(() => `${status.connections.total} left`)
    await sleep(LOOK_EVERY_MS, undefined, { signal: stop.signal }).catch(() => {
      throw new CommandError('interrupted', 'interrupted; the server goes on draining')
    })
  }
  terminal.endProgress()
  await terminal.result('nobody is connected')
}
