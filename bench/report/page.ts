import type { RowResult } from '../runner/measure.ts'
import type { Profile, Share } from '../runner/profile.ts'
import type { Machine } from './machine.ts'
import { method, resultTable } from './table.ts'

export interface PageParts {
  readonly effort: { readonly rounds: number; readonly seconds: number }
  readonly machine: Machine
  readonly results: readonly RowResult[]
  readonly profiles: ReadonlyMap<string, Profile>
  /** bench/notes.md: what was tried, and what it gained. */
  readonly notes: string
}

/** `docs/performance.md`, whole. */
export function performancePage({ effort, machine, results, profiles, notes }: PageParts): string {
  return [
    '<!-- Written by `npm run bench`. Change bench/report or bench/notes.md instead. -->',
    '# Performance',
    'How much work Hydrant does for each second of CPU time, next to `ws` (the library most Node servers use) and next to a',
    'few lines of C that move the same bytes with the same system calls and do nothing else: the limit of this machine.',
    '',
    'Run it yourself: `npm run bench` (under three minutes; `npm run bench -- --help` lists the options).',
    '',
    '## Method',
    method(effort, machine),
    '',
    'What the peers do:',
    '',
    "- **Hydrant, echo**: the protocol engine (`@hydrant/wire`) on Node's sockets with its default limits and deadlines,\n  without pings (the load generator would not answer them; `ws` sends none by default).",
    '- **Hydrant, fan-out**: the server with its defaults, so with a contract whose schemas check every message, history,',
    '  positions and bounded queues, but without pings. The server process itself publishes, with `hydrant.publish`.',
    "- **ws, echo**: `socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))`.",
    '- **ws, fan-out**: `for (const client of server.clients) client.send(message)`, with a message that is bytes already.',
    '  Nothing is checked or kept. Its optional native add-ons are not installed.',
    '- **C control**: `bench/native/control.c`, one write for each read (echo) or for each turn and connection (fan-out).',
    '',
    'In the fan-out rows the publisher is the same for all: it publishes whole turns as long as it is at most so many messages',
    `ahead of the slowest subscriber, so that nobody falls behind and nobody is dropped: ${windows(results)}.`,
    '',
    '## Results',
    resultTable(results),
    '',
    'The gain of the fan-out comes from gathering: what is published in one turn of the event loop leaves each connection in',
    'one write. The rows with 8 and with 1 message in a turn show what remains as there is less to gather.',
    '',
    '## Where the rest goes',
    'Self time of the Hydrant server in each row, from `node --cpu-prof` (one more burst, after the measured ones; idle time',
    'left out). `writeBuffer` is the system call that writes to a socket, with everything the kernel does for it.',
    '',
    ...[...profiles].flatMap(([id, profile]) => [profileTable(id, profile), '']),
    notes.trim(),
    '',
  ].join('\n')
}

function windows(results: readonly RowResult[]): string {
  return results
    .flatMap(({ row: { id, work } }) =>
      work.kind === 'fan-out' ? [`${work.window.toLocaleString('en')} in \`${id}\``] : [],
    )
    .join(', ')
}

function profileTable(id: string, { byPlace, byFunction }: Profile): string {
  return [`**\`${id}\`**: ${list(byPlace)}.`, '', `Costliest functions: ${list(byFunction)}.`].join('\n')
}

function list(shares: readonly Share[]): string {
  return shares
    .filter(({ share }) => share >= 0.005)
    .map(({ name, share }) => `${name} ${(share * 100).toFixed(1)}%`)
    .join(', ')
}
