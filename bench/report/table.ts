import { measuredFor, type PeerResult, ratioOf, type RowResult } from '../runner/result.ts'
import { type Spread, spreadOf } from '../runner/spread.ts'
import type { Machine } from './machine.ts'

interface Effort {
  readonly rounds: number
  readonly seconds: number
}

/** How it was measured. Stands before every number. */
export function method({ rounds, seconds }: Effort, machine: Machine): string {
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`)
  return [
    `Measured is **work per second of CPU time of the server process** (user and system time, all its threads), because that`,
    `is what a machine runs out of, and because it depends little on what else the machine does. Work is counted by the`,
    `clients: every byte that arrives is compared with what should, and a burst counts only when everything that was sent`,
    `has arrived. Each server is its own process with its own load generator; all peers of a row are started together and`,
    `then work in turns, in bursts of ${seconds} s (at a rate 1.5 s), from idle to idle: ${rounds} rounds where something is promised, a third of`,
    `that elsewhere. A cell is the median of the rounds, with the lowest and`,
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
  const { row, rounds, absent, failed, repeated } = result
  const table = tableOf(result)
  const lines = [`**${row.title}** (\`${row.id}\`, ${rounds} ${rounds === 1 ? 'round' : 'rounds'})`, '', ...table]
  const columns = table[0]!.split('|').length - 3
  for (const { peer, reason } of absent) lines.push(`| ${peer} | not measured: ${reason} |${' |'.repeat(columns - 1)}`)
  for (const { peer, reason } of failed) lines.push(`| ${peer} | **failed**: ${reason} |${' |'.repeat(columns - 1)}`)
  const verdicts = targetLines(result)
  if (verdicts.length > 0) lines.push('', ...verdicts)
  if (repeated > 0) lines.push('', `${repeated} disturbed ${repeated === 1 ? 'burst was' : 'bursts were'} repeated.`)
  return lines.join('\n')
}

function tableOf(result: RowResult): string[] {
  switch (result.row.work.kind) {
    case 'idle':
      return idleTable(result)
    case 'latency':
      return latencyTable(result)
    case 'start':
      return startTable(result)
    default:
      return isPaced(result.row) ? pacedTable(result) : saturatedTable(result)
  }
}

function isPaced({ work }: RowResult['row']): boolean {
  return work.kind === 'fan-out' && work.plan.pace.kind === 'rate'
}

function saturatedTable(result: RowResult): string[] {
  const { row, peers } = result
  const unit = unitOf(row)
  const base = baseOf(peers)
  const hasSlowReaders = row.work.kind === 'fan-out' && row.work.slowReaders !== undefined
  return [
    `| peer | ${unit} per CPU-second | × ${base} | ${unit} per second | bytes each | server | kernel | load | ` +
      `${hasSlowReaders ? 'memory | slow readers get | ' : ''}all counted |`,
    `| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ${hasSlowReaders ? '---: | --- | ' : ''}--- |`,
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
        ...(hasSlowReaders ? [memory(peer), slowReaders(peer)] : []),
        counted(peer),
      ])
    }),
  ]
}

/** What is counted in a row at saturation. */
export function unitOf({ work }: RowResult['row']): string {
  return work.kind === 'echo' ? 'echoes' : work.kind === 'publish' ? 'publishes' : 'deliveries'
}

function slowReaders({ bursts }: PeerResult): string {
  const newest = bursts.filter(({ slowGotNewest }) => slowGotNewest === true).length
  return newest === bursts.length ? 'the newest message' : `the newest message in ${newest} of ${bursts.length} bursts`
}

/** After the first burst and after the last: what does not grow is no leak and no queue. */
function memory({ bursts }: PeerResult): string {
  const sizes = bursts.flatMap(({ rssBytes }) => (rssBytes === undefined ? [] : [rssBytes]))
  if (sizes.length === 0) return ''
  return `${megabytes(sizes[0]!)} → ${megabytes(sizes.at(-1)!)}`
}

function pacedTable({ peers }: RowResult): string[] {
  return [
    '| peer | CPU-seconds per million deliveries | p50 | p99 | p99.9 | server | load | memory | all counted |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |',
    ...peers.map((peer) =>
      line([
        peer.peer,
        spread(peer.cpuSecondsPerMillion, (value) => value.toFixed(2)),
        ...(['p50', 'p99', 'p999'] as const).map((share) => spread(peer.latency![share], milliseconds)),
        percent(peer.serverBusy),
        percent(peer.loadBusy),
        memory(peer),
        counted(peer),
      ]),
    ),
  ]
}

function latencyTable({ latencies, row }: RowResult): string[] {
  const [first] = row.peers
  return [
    `| peer | messages per second, saturated | load | p50 | p99 | p99.9 | p99 of ${first!.name} at that load | ratio | all counted |`,
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |',
    ...latencies.map(({ countsAreRight, isHeld, peer, rounds, saturation }) => {
      const of = (value: (round: (typeof rounds)[number]) => number): Spread => spreadOf(rounds.map(value))
      const ratio = of(({ own, first: same }) => same.latency!.p99 / own.latency!.p99)
      return line([
        peer,
        spread(saturation, count),
        `${count(of(({ perSecond }) => perSecond).median)}/s`,
        ...(['p50', 'p99', 'p999'] as const).map((share) => milliseconds(of(({ own }) => own.latency![share]).median)),
        peer === first!.name ? '' : milliseconds(of(({ first: same }) => same.latency!.p99).median),
        peer === first!.name ? '1' : isHeld ? spread(ratio, (value) => value.toFixed(2)) : 'not held',
        countsAreRight ? 'yes' : '**no**',
      ])
    }),
  ]
}

function startTable({ starts }: RowResult): string[] {
  return [
    '| what | milliseconds |',
    '| --- | ---: |',
    ...starts.map(({ peer, milliseconds: times }) => line([peer, spread(times, (value) => value.toFixed(0))])),
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
  const shares = peer.bursts.flatMap(({ publishedShare }) => publishedShare ?? [])
  const least = Math.min(1, ...shares)
  if (!peer.countsAreRight && work === due && peer.faults === 0) {
    return `**not held**: ${percent(least)} of the rate was published`
  }
  return peer.countsAreRight ? `yes (${count(work)})` : `**no: ${work} of ${due}, ${peer.faults} faults**`
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

/** What was promised, and whether it was kept in this run. */
export function targetLines(result: RowResult): string[] {
  return result.row.targets.flatMap((target) => {
    const measured = measuredFor(result, target)
    if (measured === undefined) return []
    const { atLeast, atMost, of, over, peer } = target
    const missing = atLeast === undefined ? measured.median - atMost! : atLeast - measured.median
    const wanted = atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`
    const digits = Math.abs(measured.median) >= 100 ? 0 : 2
    const verdict = missing <= 0 ? 'reached' : `**missed by ${missing.toFixed(digits)}**`
    const value = measured.median.toFixed(digits)
    if (over === undefined) return [`Wanted: ${of} of ${peer} ${wanted}. Measured: ${value}, ${verdict}.`, '']
    const what = of === 'work per CPU-second' ? '' : `, ${of}`
    return [`Wanted: ${wanted} × ${over}${what}. Measured: ${value}, ${verdict}.`, '']
  })
}

function milliseconds(micros: number): string {
  return `${(micros / 1000).toFixed(micros < 10_000 ? 2 : 0)} ms`
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`
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
