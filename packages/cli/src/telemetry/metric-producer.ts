import { type HrTime, ValueType } from '@opentelemetry/api'
import type { MetricPoint, MetricSnapshot } from '@hydrant/server'
import { emptyResource } from '@opentelemetry/resources'
import { AggregationTemporality, DataPointType, type MetricData, type MetricProducer } from '@opentelemetry/sdk-metrics'

/** Gives what `/metrics` says, under the same names, as OpenTelemetry has it. Everything counts since `startedMs`. */
export function metricProducer(
  read: () => Promise<readonly MetricSnapshot[]>,
  startedMs: number,
  now: () => number = Date.now,
): MetricProducer {
  return {
    async collect() {
      const metrics = await read()
      const during = { startTime: hrTime(startedMs), endTime: hrTime(now()) }
      const told = metrics.filter(({ points }) => points.length > 0).map((metric) => metricData(metric, during))
      const scopeMetrics = [{ scope: { name: '@hydrant/server' }, metrics: told }]
      return { resourceMetrics: { resource: emptyResource(), scopeMetrics }, errors: [] }
    },
  }
}

interface During {
  readonly startTime: HrTime
  readonly endTime: HrTime
}

function metricData({ name, type, help, points }: MetricSnapshot, during: During): MetricData {
  const common = {
    descriptor: { name, description: help, unit: unitOf(name), valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  }
  if (type === 'histogram') {
    const dataPoints = points.flatMap((point) => histogramPoint(point, during))
    return { ...common, dataPointType: DataPointType.HISTOGRAM, dataPoints }
  }
  const dataPoints = points.flatMap((point) =>
    'value' in point ? [{ ...during, attributes: { ...point.labels }, value: point.value }] : [],
  )
  if (type === 'gauge') return { ...common, dataPointType: DataPointType.GAUGE, dataPoints }
  return { ...common, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints }
}

function histogramPoint(point: MetricPoint, during: During) {
  if (!('histogram' in point)) return []
  const { bounds, counts, sum, count } = point.histogram
  const value = { buckets: { boundaries: [...bounds], counts: [...counts] }, sum, count }
  return [{ ...during, attributes: { ...point.labels }, value }]
}

/** UCUM, as the conventions want it; Prometheus has the unit in the name. */
function unitOf(name: string): string {
  if (/_seconds(?:_total)?$/.test(name)) return 's'
  return /_bytes(?:_total)?$/.test(name) ? 'By' : ''
}

function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1000)
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)]
}
