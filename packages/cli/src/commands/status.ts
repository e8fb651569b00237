import { Command } from 'commander'
import { AdminApi, type AdminFlags, adminOptions } from '../admin-client/admin-api.ts'
import { type Status, statusLines } from '../admin-client/screen.ts'
import type { Terminal } from '../output/terminal.ts'
import { helpEnd } from './options.ts'

/** `hydrant status`: a running server on one screen. */
export function statusCommand(terminal: Terminal): Command {
  const command = new Command('status')
    .summary('show a running server on one screen')
    .description('Asks the admin listener of a running server: connections, rates, latency, refused messages, memory.')
    .option('--json', 'print the whole answer as one JSON object')
  for (const option of adminOptions()) command.addOption(option)
  return command
    .addHelpText(
      'after',
      helpEnd(['hydrant status', 'hydrant status --json | jq .rates'], ['ok', 'refused', 'usage', 'unreachable']),
    )
    .action(async (options: AdminFlags & { readonly json?: true }) => {
      const api = await AdminApi.of(options)
      const status = await api.get<Status>('/status')
      for (const line of options.json ? [JSON.stringify(status)] : statusLines(status)) await terminal.result(line)
    })
}
