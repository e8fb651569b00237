import type { Contract } from '@hydrant/contract'
import { collectDefaultMetrics, type OpenMetricsContentType, type PrometheusContentType, Registry } from 'prom-client'
import type { Hub } from '../../hub/hub.ts'
import type { Observer } from '../observer.ts'
import { type Give, type Labels, type Metric, shownBuckets } from './metric.ts'
import { METRICS } from './metrics-table.ts'
import { type Line, type MetricSnapshot, snapshotOf } from './snapshot.ts'

/** Where the metrics are read from. */
export interface MetricSource {
  readonly contract: Contract
  readonly observer: Observer
  readonly hub: Pick<Hub, 'feedCount'>
}

/** The metrics as a text, and what it is. */
export interface MetricsText {
  readonly contentType: string
  readonly body: string
}

type AnyRegistry = Registry<PrometheusContentType | OpenMetricsContentType>

const FORMATS = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openMetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
} as const

/**
 * What `/metrics` answers. The counters are kept by the observer and read when somebody asks: nobody asking costs nothing.
 * Event-loop delay, memory, garbage collection and file handles of the process come from prom-client.
 */
export class Metrics {
  readonly #source: MetricSource
  readonly #metrics: readonly Metric[]
  readonly #registries: Partial<Record<keyof typeof FORMATS, AnyRegistry>> = {}

  /** `more`: what this server has besides the metrics of every server. */
  constructor(source: MetricSource, more: readonly Metric[] = []) {
    this.#source = source
    this.#metrics = [...METRICS, ...more]
  }

  /** All metrics: OpenMetrics for who names it in `Accept`, the text format of Prometheus for everybody else. */
  async text(accept = ''): Promise<MetricsText> {
    const format = accept.includes('application/openmetrics-text') ? 'openMetrics' : 'prometheus'
    const registry = (this.#registries[format] ??= this.#newRegistry(format))
    return { contentType: FORMATS[format], body: await registry.metrics() }
  }

  /** All metrics with what they say now: the same as `text`, for who hands them on in another form. */
  async read(): Promise<readonly MetricSnapshot[]> {
    const registry = (this.#registries.prometheus ??= this.#newRegistry('prometheus'))
    const metrics = await registry.getMetricsAsJSON()
    return metrics.map(({ name, help, type, values }) =>
      snapshotOf({ name, help, type: type as unknown as Metric['type'] }, values as readonly Line[]),
    )
  }

  /** A registry for each format: in OpenMetrics prom-client takes `_total` off the names of the counters that it holds. */
  #newRegistry(format: keyof typeof FORMATS): AnyRegistry {
    const registry: AnyRegistry = new Registry()
    registry.setContentType(FORMATS[format])
    for (const metric of this.#metrics) registry.registerMetric(new CollectedMetric(metric, this.#source) as never)
    collectDefaultMetrics({ register: registry })
    return registry
  }
}

interface CollectedValue {
  readonly metricName?: string
  readonly labels: Labels
  readonly value: number
}

/** A metric of ours in the shape of prom-client's: it has no state, and reads the counters when it is asked. */
class CollectedMetric {
  /** prom-client changes it. */
  name: string
  readonly type: Metric['type']
  readonly #metric: Metric
  readonly #source: MetricSource

  constructor(metric: Metric, source: MetricSource) {
    this.name = metric.name
    this.type = metric.type
    this.#metric = metric
    this.#source = source
  }

  get(): { name: string; help: string; type: Metric['type']; aggregator: string; values: CollectedValue[] } {
    const { help, type } = this.#metric
    const values: CollectedValue[] = []
    const give: Give = {
      value: (value, labels = {}) => void values.push({ labels, value }),
      histogram: (histogram, labels = {}) => {
        for (const { bound, count } of shownBuckets(histogram)) {
          values.push({ metricName: `${this.name}_bucket`, labels: { ...labels, le: bound }, value: count })
        }
        values.push({ metricName: `${this.name}_sum`, labels, value: histogram.sumMs / 1000 })
        values.push({ metricName: `${this.name}_count`, labels, value: histogram.count })
      },
    }
    this.#metric.collect(this.#source, give)
    return { name: this.name, help, type, aggregator: 'sum', values }
  }

  /** prom-client resets what it holds; there is nothing here. */
  reset(): void {}
}
