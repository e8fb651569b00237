import { Command } from 'commander'
import { AdminApi, type AdminFlags, adminOptions } from '../admin-client/admin-api.ts'
import { table } from '../admin-client/screen.ts'
import { CommandError } from '../exit-codes.ts'
import type { Terminal } from '../output/terminal.ts'
import { helpEnd } from './options.ts'

interface QuarantineOptions extends AdminFlags {
  readonly channel?: string
  readonly show?: string
  readonly replay?: string
  readonly fix?: string | true
  readonly dryRun?: true
  readonly drop?: string
  readonly export?: true
  readonly json?: true
}

interface Group {
  readonly id: string
  readonly address: string
  readonly message: string | null
  readonly cause: string
  readonly count: number
  readonly kept: number
  readonly lastAt: string
  readonly suggestion: object | null
}

/** `hydrant quarantine`: refused messages, to look at, repair, publish after all, or drop. */
export function quarantineCommand(terminal: Terminal): Command {
  const command = new Command('quarantine')
    .summary('look at refused messages, replay or drop them')
    .description(
      'Lists refused messages by cause. A cause is named by its id: --show prints its messages, --replay publishes those that ' +
        'are valid now, with --fix repaired first, --drop forgets them.',
    )
    .option('--channel <id>', 'only of this channel')
    .option('--show <cause>', 'print its messages as JSON lines')
    .option('--replay <cause>', 'check its messages again and publish what is valid')
    .option('--fix [edit]', 'with --replay: repair first, as the server suggests or by this JSON edit')
    .option('--dry-run', 'with --replay: only say what would be')
    .option('--drop <cause>', 'forget its messages')
    .option('--export', 'print every kept message as JSON lines')
    .option('--json', 'print JSON')
  for (const option of adminOptions()) command.addOption(option)
  return command
    .addHelpText(
      'after',
      helpEnd(
        ['hydrant quarantine', 'hydrant quarantine --replay q7 --fix', 'hydrant quarantine --export > refused.ndjson'],
        ['ok', 'refused', 'usage', 'unreachable'],
      ),
    )
    .action((options: QuarantineOptions) => quarantine(options, terminal))
}

async function quarantine(options: QuarantineOptions, terminal: Terminal): Promise<void> {
  const api = await AdminApi.of(options)
  const { channel, show, replay, drop, json } = options
  if ([show, replay, drop, options.export].filter((each) => each !== undefined).length > 1) {
    throw new CommandError('usage', 'expected one of --show, --replay, --drop and --export')
  }
  if (options.export) return printLines(api, { channel }, terminal)
  if (show !== undefined) {
    for await (const message of api.all<object>(`/quarantine/${encodeURIComponent(show)}/messages`)) {
      await terminal.result(JSON.stringify(message))
    }
    return
  }
  if (drop !== undefined) {
    const { dropped } = await api.change<{ dropped: number }>('DELETE', `/quarantine/${encodeURIComponent(drop)}`)
    await terminal.result(json ? JSON.stringify({ dropped }) : `${dropped} dropped`)
    return
  }
  if (replay !== undefined) return replayCause(api, replay, options, terminal)
  const groups: Group[] = []
  for await (const group of api.all<Group>('/quarantine', { channel })) groups.push(group)
  if (json) {
    for (const group of groups) await terminal.result(JSON.stringify(group))
    return
  }
  const rows = groups.map((each) => [each.id, each.count, each.kept, each.address, each.message ?? '-', each.cause])
  for (const line of table([['CAUSE', 'COUNT', 'KEPT', 'CHANNEL', 'MESSAGE', 'WHY'], ...rows]))
    await terminal.result(line)
}

async function replayCause(
  api: AdminApi,
  cause: string,
  { fix, dryRun, json }: QuarantineOptions,
  terminal: Terminal,
): Promise<void> {
  const path = `/quarantine/${encodeURIComponent(cause)}`
  const edit = fix === undefined ? undefined : await editOf(api, path, fix)
  const result = await api.change<{ replayed: number; refused: number; left: number }>('POST', `${path}/replay`, {
    body: { ...(edit === undefined ? {} : { edit }), dryRun: dryRun === true },
  })
  const { replayed, refused, left } = result
  const what = dryRun === true ? 'would be published' : 'published'
  await terminal.result(json ? JSON.stringify(result) : `${replayed} ${what}, ${refused} still refused, ${left} kept`)
  if (refused > 0) throw new CommandError('refused', `${refused} messages are still not valid`)
}

async function editOf(api: AdminApi, path: string, fix: string | true): Promise<object> {
  if (fix === true) {
    const { suggestion } = await api.get<Group>(path)
    if (suggestion !== null) return suggestion
    throw new CommandError('refused', 'the errors of this cause suggest no repair: give one with --fix EDIT')
  }
  try {
    return JSON.parse(fix) as object
  } catch (error) {
    throw new CommandError('usage', `--fix: expected JSON such as {"merge":{"price":1}}, got ${fix}`, { cause: error })
  }
}

async function printLines(api: AdminApi, query: { channel: string | undefined }, terminal: Terminal): Promise<void> {
  let rest = ''
  for await (const text of api.text('/quarantine/export', query)) {
    const lines = (rest + text).split('\n')
    rest = lines.pop()!
    for (const line of lines) await terminal.result(line)
  }
}
