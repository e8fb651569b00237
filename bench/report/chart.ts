import type { RowResult } from '../runner/result.ts'
import { spreadOf } from '../runner/spread.ts'
import { unitOf } from './table.ts'

const WIDTH = 760
const LABEL = 130
const BAR = 18
const STEP = 26
const TOP = 44

interface Bar {
  readonly name: string
  readonly value: number
  readonly text: string
}

/** One row's peers as horizontal bars, an SVG that follows the reader's light or dark theme. Undefined when nothing ran. */
export function rowChart(result: RowResult): string | undefined {
  const { bars, unit } = barsOf(result)
  if (bars.length === 0) return undefined
  const most = Math.max(...bars.map(({ value }) => value))
  const height = TOP + bars.length * STEP + 6
  const lines = bars.map(({ name, value, text }, i) => {
    const y = TOP + i * STEP
    const width = Math.max(1, (value / most) * (WIDTH - LABEL - 120))
    const mark = name.startsWith('Hydrant') ? 'ours' : 'peer'
    return [
      `<text x="${LABEL - 8}" y="${y + 13}" text-anchor="end">${escape(name)}</text>`,
      `<rect class="${mark}" x="${LABEL}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" rx="2"/>`,
      `<text x="${(LABEL + width + 6).toFixed(1)}" y="${y + 13}">${text}</text>`,
    ].join('')
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">
<title>${escape(result.row.title)}: ${unit}</title>
<style>
text { font: 12px system-ui, sans-serif; fill: #1f2328; }
.title { font-weight: 600; }
.ours { fill: #0b6bcb; }
.peer { fill: #afb8c1; }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3; } .ours { fill: #58a6ff; } .peer { fill: #545d68; } }
</style>
<text class="title" x="8" y="16">${escape(shortened(result.row.title))}</text>
<text x="8" y="33">${unit}</text>
${lines.join('\n')}
</svg>
`
}

function barsOf({ row, peers, idle, latencies, starts }: RowResult): {
  readonly bars: readonly Bar[]
  readonly unit: string
} {
  if (row.work.kind === 'idle') {
    const bars = idle.map(({ peer, rssBytesPerConnection: { median } }) => ({
      name: peer,
      value: median,
      text: `${(median / 1000).toFixed(1)} KB`,
    }))
    return { bars, unit: 'resident memory for each connection (less is better)' }
  }
  if (row.work.kind === 'fan-out' && row.work.plan.pace.kind === 'rate') {
    const bars = peers.map(({ peer, cpuSecondsPerMillion: { median } }) => ({
      name: peer,
      value: median,
      text: `${median.toFixed(2)} s`,
    }))
    return { bars, unit: 'server CPU time for each million deliveries (less is better)' }
  }
  if (row.work.kind === 'latency') {
    const bars = latencies
      .filter(({ isHeld }) => isHeld)
      .map(({ peer, rounds }) => {
        const { median } = spreadOf(rounds.map(({ own, first }) => first.latency!.p99 / own.latency!.p99))
        return { name: peer, value: median, text: median.toFixed(2) }
      })
    return {
      bars,
      unit: `p99 of ${row.peers[0]!.name}, as a multiple of the peer's at the same load (below 1 is better)`,
    }
  }
  if (row.work.kind === 'start') {
    const bars = starts.map(({ peer, milliseconds: { median } }) => ({
      name: peer,
      value: median,
      text: `${median.toFixed(0)} ms`,
    }))
    return { bars, unit: 'milliseconds (less is better)' }
  }
  const bars = peers.map(({ peer, perCpuSecond: { median } }) => ({
    name: peer,
    value: median,
    text: Math.round(median).toLocaleString('en', { notation: 'compact', maximumFractionDigits: 1 }),
  }))
  return { bars, unit: `${unitOf(row)} per CPU-second (more is better)` }
}

function shortened(title: string): string {
  return title.length <= 110 ? title : `${title.slice(0, 109)}…`
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
