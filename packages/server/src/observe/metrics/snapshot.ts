import type { Labels, Metric } from './metric.ts'

/** One metric with what it says now: for who hands metrics on in another form than `/metrics` has. */
export interface MetricSnapshot {
  /** As on `/metrics`, `_total` included. */
  readonly name: string
  readonly type: Metric['type']
  readonly help: string
  readonly points: readonly MetricPoint[]
}

/** What one set of labels says. Counters and histograms count since the start. */
export type MetricPoint =
  | { readonly labels: Labels; readonly value: number }
  | { readonly labels: Labels; readonly histogram: HistogramSnapshot }

export interface HistogramSnapshot {
  /** Upper bounds, ascending; the last bucket has none. */
  readonly bounds: readonly number[]
  /** How many fell into each bucket: one more than there are bounds. */
  readonly counts: readonly number[]
  readonly sum: number
  readonly count: number
}

/** One value of prom-client's, which tells histograms in lines as `/metrics` does. */
export interface Line {
  readonly metricName?: string
  readonly labels: Readonly<Record<string, string | number | undefined>>
  readonly value: number
}

/** Puts together what prom-client tells line by line. */
export function snapshotOf(
  { name, type, help }: Pick<MetricSnapshot, 'name' | 'type' | 'help'>,
  lines: readonly Line[],
): MetricSnapshot {
  const points = type === 'histogram' ? histograms(name, lines) : lines.map(toPoint)
  // Some metrics of the process say NaN before they know.
  return { name, type, help, points: points.filter((point) => 'histogram' in point || Number.isFinite(point.value)) }
}

function toPoint({ labels, value }: Line): MetricPoint {
  return { labels: texts(labels), value }
}

interface Collected {
  readonly labels: Labels
  readonly bounds: number[]
  readonly upTo: number[]
  sum: number
  count: number
}

function histograms(name: string, lines: readonly Line[]): MetricPoint[] {
  const byLabels = new Map<string, Collected>()
  for (const { metricName, labels, value } of lines) {
    const { le, ...rest } = labels
    const own = texts(rest)
    const key = JSON.stringify(own)
    let collected = byLabels.get(key)
    if (collected === undefined) {
      collected = { labels: own, bounds: [], upTo: [], sum: 0, count: 0 }
      byLabels.set(key, collected)
    }
    if (metricName === `${name}_sum`) collected.sum = value
    else if (metricName === `${name}_count`) collected.count = value
    else if (String(le) !== '+Inf') {
      collected.bounds.push(Number(le))
      collected.upTo.push(value)
    }
  }
  return [...byLabels.values()].map(({ labels, bounds, upTo, sum, count }) => {
    const counts = [...upTo, count].map((value, index) => value - (index === 0 ? 0 : upTo[index - 1]!))
    return { labels, histogram: { bounds, counts, sum, count } }
  })
}

function texts(labels: Line['labels']): Labels {
  const known = Object.entries(labels).filter(([, value]) => value !== undefined)
  return Object.fromEntries(known.map(([name, value]) => [name, String(value)]))
}
