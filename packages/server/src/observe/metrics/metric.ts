import type { Histogram } from '../meters/histogram.ts'
import type { MetricSource } from './metrics.ts'

export type Labels = Readonly<Record<string, string>>

/** One metric: what it is called, and how it is read when somebody asks. */
export interface Metric {
  /** In Prometheus' way: base unit and, for counters, `_total` at the end. */
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  /** One sentence. */
  readonly help: string
  /** Label names, each with what its values are. */
  readonly labels: Readonly<Record<string, string>>
  collect(source: MetricSource, give: Give): void
}

export interface Give {
  value(value: number, labels?: Labels): void
  histogram(histogram: Histogram, labels?: Labels): void
}

/** Exponents of the bounds that are shown: 2^5 µs (32 µs) to 2^24 µs (16.8 s). The histograms themselves are four times finer. */
const FIRST_BOUND = 5
const LAST_BOUND = 24

/** The bounds and cumulative counts that are shown of a histogram; the last bound is infinite. */
export function shownBuckets(histogram: Histogram): { readonly bound: string; readonly count: number }[] {
  const buckets: { bound: string; count: number }[] = []
  for (let exponent = FIRST_BOUND; exponent <= LAST_BOUND; exponent++) {
    buckets.push({ bound: String(2 ** exponent / 1e6), count: histogram.countBelow(exponent) })
  }
  buckets.push({ bound: '+Inf', count: histogram.count })
  return buckets
}
