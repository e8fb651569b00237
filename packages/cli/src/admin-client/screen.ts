import { stripVTControlCharacters } from 'node:util'

/** What the commands show of `Status` of the admin API. */
export interface Status {
  readonly version: string
  readonly state: string
  readonly uptimeMs: number
  readonly listeners: readonly string[]
  readonly contract: { readonly title: string; readonly version: string }
  readonly connections: { readonly total: number; readonly byDoor: Readonly<Record<string, number>> }
  readonly channels: { readonly templates: number; readonly live: number; readonly subscriptions: number }
  readonly rates: Readonly<Record<string, number>>
  readonly totals: { readonly messagesIn: number; readonly messagesOut: number; readonly invalid: number }
  readonly latencyMs: Percentiles
  readonly eventLoopDelayMs: Percentiles
  readonly memory: { readonly rssBytes: number; readonly queuedBytes: number }
  readonly quarantine: { readonly groups: number; readonly messages: number }
  readonly warnings: readonly string[]
}

interface Percentiles {
  readonly p50: number | null
  readonly p99: number | null
  readonly max: number | null
}

/** The server on one screen. */
export function statusLines(status: Status): string[] {
  const { contract, connections, channels, rates, totals, memory, quarantine } = status
  const doors = Object.entries(connections.byDoor).map(([door, count]) => `${door} ${count}`)
  return [
    `${contract.title} ${contract.version}   ${status.state} for ${duration(status.uptimeMs)}   hydrant ${status.version}`,
    `listening    ${status.listeners.join(', ') || 'nowhere'}`,
    `connections  ${connections.total} (${doors.join(', ')})`,
    `channels     ${channels.templates} templates, ${channels.live} live addresses, ${channels.subscriptions} subscriptions`,
    `in           ${rates['messagesInPerSecond']}/s, ${bytes(rates['bytesInPerSecond'] ?? 0)}/s, ${totals.messagesIn} since the start`,
    `out          ${rates['messagesOutPerSecond']}/s, ${bytes(rates['bytesOutPerSecond'] ?? 0)}/s, ${totals.messagesOut} since the start`,
    `refused      ${rates['invalidPerSecond']}/s, ${totals.invalid} since the start; quarantine keeps ${quarantine.messages} of ${quarantine.groups} causes`,
    `latency      ${percentiles(status.latencyMs)}`,
    `event loop   ${percentiles(status.eventLoopDelayMs)}`,
    `memory       ${bytes(memory.rssBytes)}, ${bytes(memory.queuedBytes)} wait for readers`,
    ...status.warnings.map((warning) => `WARNING      ${warning}`),
  ].map(plain)
}

/** Rows in columns: the first row is the heading. Columns of numbers end where their headings end. */
export function table(rows: readonly (readonly (string | number)[])[]): string[] {
  const texts = rows.map((row) => row.map((cell) => plain(String(cell))))
  const widths = (texts[0] ?? []).map((_, column) => Math.max(...texts.map((row) => row[column]?.length ?? 0)))
  const [, ...data] = rows
  const isNumeric = widths.map((_, column) => data.length > 0 && data.every((row) => typeof row[column] === 'number'))
  return texts.map((row) =>
    row
      .map((cell, column) => (isNumeric[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd(),
  )
}

/** `1.5 MiB`. */
export function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB']
  const power = Math.min(units.length - 1, count < 1 ? 0 : Math.floor(Math.log2(count) / 10))
  const value = count / 1024 ** power
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`
}

/** What peers chose (addresses, names) must not move the cursor or paint the terminal. */
function plain(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are what is taken away
  return stripVTControlCharacters(text).replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, '\uFFFD')
}

function percentiles({ p50, p99, max }: Percentiles): string {
  return p50 === null ? 'nothing measured' : `p50 ${p50} ms, p99 ${p99} ms, max ${max} ms`
}

function duration(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  if (seconds < 120) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
