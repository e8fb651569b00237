import { type PeerResult, ratioOf, type RowResult } from '../runner/measure.ts'
import type { Spread } from '../runner/spread.ts'
import type { Machine } from './machine.ts'

/** How it was measured. Stands before every number. */
export function method({ rounds, seconds }: { rounds: number; seconds: number }, machine: Machine): string {
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`)
  return [
    `Measured is **work per second of CPU time of the server process** (user and system time, all its threads), because that`,
    `is what a machine runs out of, and because it depends little on what else the machine does. Work is counted by the`,
    `clients: every byte that arrives is compared with what should, and a burst counts only when everything that was sent`,
    `has arrived. Each server is its own process with its own load generator; all peers of a row are started together and`,
    `then work in turns, ${rounds} rounds of ${seconds} s each, from idle to idle. A cell is the median of the rounds, with the lowest and`,
    `the highest behind it; a ratio is the median of the ratios of each round. *server* and *load* are the shares of one core`,
    `that the two processes used, *kernel* the part of the server's CPU time spent in system calls (on loopback it includes`,
    `the receiving half of TCP and waking the receiver). A row whose load generator used more than 95% of its core while the`,
    `server used less than 90% is marked invalid. A burst in which both used less than 85% was disturbed by other processes;`,
    `it is repeated up to three times, and the least disturbed one counts, whatever its result.`,
    '',
    `- Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}; ${machine.date}`,
    `- Versions: ${versions.join(', ')}`,
    `- Load generator: ${machine.loadGenerator}; it plays prepared frames and parses nothing; ${machine.pinning}`,
  ].join('\n')
}

export function resultTable(results: readonly RowResult[]): string {
  return results.map(rowTable).join('\n\n')
}

function rowTable(result: RowResult): string {
  const { row, absent, repeated } = result
  const table =
    row.work.kind === 'idle' ? idleTable(result) : isPaced(row) ? pacedTable(result) : saturatedTable(result)
  const lines = [`**${row.title}** (\`${row.id}\`)`, '', ...table]
  const columns = table[0]!.split('|').length - 3
  for (const { peer, reason } of absent) lines.push(`| ${peer} | absent: ${reason} |${' |'.repeat(columns - 1)}`)
  const verdicts = targetLines(result)
  if (verdicts.length > 0) lines.push('', ...verdicts)
  if (repeated > 0) lines.push('', `${repeated} disturbed ${repeated === 1 ? 'burst was' : 'bursts were'} repeated.`)
  return lines.join('\n')
}

function isPaced({ work }: RowResult['row']): boolean {
  return work.kind === 'fan-out' && work.plan.pace.kind === 'rate'
}

function saturatedTable(result: RowResult): string[] {
  const { row, peers } = result
  const unit = row.work.kind === 'echo' ? 'echoes' : 'deliveries'
  const base = baseOf(peers)
  return [
    `| peer | ${unit} per CPU-second | × ${base} | ${unit} per second | bytes each | server | kernel | load | all counted |`,
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |',
    ...peers.map((peer) => {
      const ratio = peer.peer === base ? undefined : ratioOf(result, peer.peer, base!)
      return line([
        peer.loadWasSaturated ? `${peer.peer} (**invalid**: load generator saturated)` : peer.peer,
        spread(peer.perCpuSecond, count),
        ratio === undefined ? '1' : spread(ratio, (value) => value.toFixed(2)),
        count(peer.perWallSecond.median),
        peer.wireBytesPerMessage.toFixed(1),
        percent(peer.serverBusy),
        percent(peer.kernelShare),
        percent(peer.loadBusy),
        counted(peer),
      ])
    }),
  ]
}

function pacedTable({ peers }: RowResult): string[] {
  return [
    '| peer | CPU-seconds per million deliveries | p50 | p99 | p99.9 | server | load | all counted |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |',
    ...peers.map((peer) =>
      line([
        peer.peer,
        spread(peer.cpuSecondsPerMillion, (value) => value.toFixed(2)),
        ...(['p50', 'p99', 'p999'] as const).map((share) => spread(peer.latency![share], milliseconds)),
        percent(peer.serverBusy),
        percent(peer.loadBusy),
        counted(peer),
      ]),
    ),
  ]
}

function idleTable({ idle }: RowResult): string[] {
  return [
    '| peer | memory for each connection | of it on the JavaScript heap | accepted per second |',
    '| --- | ---: | ---: | ---: |',
    ...idle.map(({ peer, rssBytesPerConnection, heapBytesPerConnection, acceptedPerSecond }) =>
      line([
        peer,
        spread(rssBytesPerConnection, kilobytes),
        heapBytesPerConnection === undefined ? '' : spread(heapBytesPerConnection, kilobytes),
        spread(acceptedPerSecond, count),
      ]),
    ),
  ]
}

function baseOf(peers: readonly PeerResult[]): string | undefined {
  return peers.some(({ peer }) => peer === 'ws') ? 'ws' : peers[0]?.peer
}

function counted(peer: PeerResult): string {
  const work = peer.bursts.reduce((sum, burst) => sum + burst.work, 0)
  const due = peer.bursts.reduce((sum, burst) => sum + burst.due, 0)
  return peer.countsAreRight ? `yes (${count(work)})` : `**no: ${work} of ${due}, ${peer.faults} faults**`
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

/** What was promised, and whether it was kept in this run. */
export function targetLines(result: RowResult): string[] {
  return result.row.targets.flatMap(({ peer, over, of, atLeast, atMost }) => {
    const ratio = ratioOf(result, peer, over, of)
    if (ratio === undefined) return []
    const missing = atLeast === undefined ? ratio.median - atMost! : atLeast - ratio.median
    const wanted = atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`
    const verdict = missing <= 0 ? 'reached' : `**missed by ${missing.toFixed(2)}**`
    const what = of === 'work per CPU-second' ? '' : `, ${of}`
    return [`Wanted: ${wanted} × ${over}${what}. Measured: ${ratio.median.toFixed(2)}, ${verdict}.`, '']
  })
}

function milliseconds(micros: number): string {
  return `${(micros / 1000).toFixed(micros < 10_000 ? 2 : 0)} ms`
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(2)} KB`
}

function percent(share: number): string {
  return `${Math.round(share * 100)}%`
}

function spread({ median, min, max }: Spread, format: (value: number) => string): string {
  return `${format(median)} (${format(min)}–${format(max)})`
}

/** Three significant digits: the rest is noise. */
function count(value: number): string {
  const digits = Math.max(0, Math.floor(Math.log10(Math.max(1, value))) - 2)
  return (Math.round(value / 10 ** digits) * 10 ** digits).toLocaleString('en')
}
