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
  const { row, peers, absent, repeated } = result
  const base = peers.some(({ peer }) => peer === 'ws') ? 'ws' : peers[0]?.peer
  const lines = [
    `**${row.title}** (\`${row.id}\`)`,
    '',
    `| peer | ${row.unit} per CPU-second | × ${base} | ${row.unit} per second | server | kernel | load | all counted |`,
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |',
    ...peers.map((peer) => peerLine(result, peer, base!)),
    ...absent.map(({ peer, reason }) => `| ${peer} | absent: ${reason} | | | | | | |`),
  ]
  const verdicts = targetLines(result)
  if (verdicts.length > 0) lines.push('', ...verdicts)
  if (repeated > 0) lines.push('', `${repeated} disturbed ${repeated === 1 ? 'burst was' : 'bursts were'} repeated.`)
  return lines.join('\n')
}

function peerLine(result: RowResult, peer: PeerResult, base: string): string {
  const ratio = peer.peer === base ? undefined : ratioOf(result, peer.peer, base)
  const work = peer.bursts.reduce((sum, burst) => sum + burst.work, 0)
  const due = peer.bursts.reduce((sum, burst) => sum + burst.due, 0)
  const counted = peer.countsAreRight ? `yes (${count(work)})` : `**no: ${work} of ${due}, ${peer.faults} faults**`
  return [
    '',
    peer.loadWasSaturated ? `${peer.peer} (**invalid**: load generator saturated)` : peer.peer,
    spread(peer.perCpuSecond, count),
    ratio === undefined ? '1' : spread(ratio, (value) => value.toFixed(2)),
    count(peer.perWallSecond.median),
    percent(peer.serverBusy),
    percent(peer.kernelShare),
    percent(peer.loadBusy),
    counted,
    '',
  ]
    .join(' | ')
    .trim()
}

/** What was promised, and whether it was kept in this run. */
export function targetLines(result: RowResult): string[] {
  return result.row.targets.flatMap(({ peer, over, atLeast }) => {
    const ratio = ratioOf(result, peer, over)
    if (ratio === undefined) return []
    const verdict = ratio.median >= atLeast ? 'reached' : `**missed by ${(atLeast - ratio.median).toFixed(2)}**`
    return [`Wanted: at least ${atLeast} × ${over}. Measured: ${ratio.median.toFixed(2)}, ${verdict}.`]
  })
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
