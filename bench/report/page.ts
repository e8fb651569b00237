import { rowChart } from './chart.ts'
import type { RowResult } from '../runner/result.ts'
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
    'How much work Hydrant does for each second of CPU time, next to the servers that people use for it, and next to a few lines of C that',
    'move the same bytes with the same system calls and do nothing else: the limit of this machine.',
    '',
    'Run it yourself: `npm run bench` (25 minutes at most on two cores; `npm run bench -- --help` lists the options). It installs the peers that come',
    'from npm into `bench/npm`; `nats-server`, `mosquitto` and `nginx` with `libnginx-mod-nchan` take part where the machine has them.',
    'All peers of a row are measured in one run; a row can be run again alone (`--rows ID --write`), with all its peers.',
    '',
    '## Method',
    method(effort, machine),
    '',
    'What the peers do. Hydrant checks every message against its schemas and keeps history, positions and idempotency keys; the peers check',
    'and keep nothing, unless it is said here.',
    '',
    "- **Hydrant, echo**: the protocol engine (`@hydrant/wire`) on Node's sockets with its default limits and deadlines,\n  without pings (the load generator would not answer them; `ws` sends none by default).",
    '- **Hydrant**: the server with its defaults, but without pings. The server process itself publishes, with `hydrant.publish`.',
    '  *no schemas* and *no history* say what is left out.',
    '  On `/-/connect` its clients speak `hydrant.v1`, many channels on one socket. What clients may send in a second is not limited in these rows.',
    "- **ws**: `socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))`, and",
    '  `for (const client of server.clients) client.send(message)` with a message that is bytes already. Its optional native add-ons are not installed.',
    '  Many channels are a set of clients for each. Published by clients, or posted to `node:http`, a message is parsed as JSON and passed on.',
    "- **Socket.IO**: a room, `io.to('trades').emit('trade', message)`, over WebSocket alone.",
    "- **Bun**: `server.publish(topic, message)` of Bun's native WebSocket server, which is built on uWebSockets; else as `ws`.",
    '- **Node**: `response.write(event)` in a loop over the responses, for Server-Sent Events.',
    '- **NATS**, **Mosquitto**, **Nchan**: subscribers over WebSocket (MQTT in it for Mosquitto); a Node process on the load',
    "  generator's core publishes over the broker's own protocol, and only the broker's CPU time is counted. That spares them the publisher's",
    '  work, which the other peers do themselves. Nchan keeps 1,000 messages.',
    '- **C control**: `bench/native/control.c`, one write for each read (echo) or for each turn and connection (fan-out).',
    '',
    'In the rows at saturation the publisher is the same for all: it publishes whole turns as long as it is at most so many messages',
    `ahead of the slowest subscriber, so that nobody falls behind and nobody is dropped: ${windows(results)}.`,
    'In the rows at a rate each message carries the time of its publish, and every sixteenth subscriber measures how long it took.',
    'In `latency` each peer is saturated first, and then works at half of that rate; Hydrant is measured at that same rate right after it.',
    'Compressed messages are inflated once by the load generator and compared by their bytes from then on; over TLS it decrypts everything.',
    'Memory is the resident set of the server process, after a garbage collection where there is one, less what it was before the connections.',
    '',
    '## Results',
    results.map((result) => [resultTable([result]), ...chartOf(result)].join('\n\n')).join('\n\n'),
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

/** Where a row's chart is, from docs/. */
export function chartPath(id: string): string {
  return `images/performance/${id}.svg`
}

function chartOf(result: RowResult): string[] {
  const { id, title } = result.row
  return rowChart(result) === undefined ? [] : [`![${title}](${chartPath(id)})`]
}

function windows(results: readonly RowResult[]): string {
  return results
    .flatMap(({ row: { id, work } }) =>
      work.kind === 'fan-out' && work.plan.pace.kind === 'window'
        ? [`${work.plan.pace.window.toLocaleString('en')} in \`${id}\``]
        : [],
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
