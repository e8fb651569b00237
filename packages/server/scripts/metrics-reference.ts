import { type Metric, shownBuckets } from '../src/observe/metrics/metric.ts'
import { METRICS } from '../src/observe/metrics/metrics-table.ts'
import { workerMetrics } from '../src/workers/worker-metrics.ts'
import { Histogram } from '../src/observe/meters/histogram.ts'

/** `docs/reference/metrics.md`, from the table of metrics. */
export function metricsReference(): string {
  const rows = METRICS.map(row)
  const workerRows = workerMetrics(() => []).map(row)
  const bounds = shownBuckets(new Histogram()).map(({ bound }) => bound)
  return `# Metrics

Written from the table in \`packages/server/src/observe/metrics/metrics-table.ts\`: \`npm run reference -w @hydrant/server\`.

\`/metrics\` on the admin listener answers in the text format of Prometheus, or in OpenMetrics for who names \`application/openmetrics-text\` in
\`Accept\`. \`packages/server/grafana/hydrant.json\` is a Grafana dashboard over them.

The \`channel\` label is an address template of the contract, never a concrete address: a hundred thousand symbols are one series. A template and
door that nothing went through has no line. Every other label takes its values from a table of this program; a name past the sixty-fourth
counts as \`other\`.

| metric | type | meaning | labels |
| --- | --- | --- | --- |
${rows.join('\n')}

Histograms have the bounds ${bounds.slice(0, 3).join(', ')} … ${bounds.at(-2)} seconds: powers of two microseconds, so that each bound is twice the one before.

## Workers

With [\`--workers\`](../topics/workers.md) the metrics above are sums over all workers, and these are there besides. Those of the process, below, are the primary's. What a worker
counted in the last second before it was killed is lost with it.

| metric | type | meaning | labels |
| --- | --- | --- | --- |
${workerRows.join('\n')}

## What it costs

Counting is an addition to a field per message and delivery; everything else happens when \`/metrics\` is asked. Nothing is sampled except the fields that
the schema statistics look at (at most 500 messages a second; every message is counted).
What all watching together, with a console open, costs a fan-out is measured by \`node --conditions=@hydrant/source bench/observe-cost.ts\`, on a machine that does nothing else.

## OpenTelemetry

\`hydrant serve --otlp-endpoint http://localhost:4318\` sends the same metrics, those of the process included, to an OpenTelemetry collector each minute, and once more when the server stops;
[traces](traces.md) has the variables. Names are those of the table, so that the dashboard also fits what a collector hands on to Prometheus. Counters are cumulative
monotonic sums, histograms have explicit buckets with the same bounds, units are \`s\` and \`By\`. \`OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE\` changes nothing: all are cumulative.
Embedded, \`await hydrant.readMetrics()\` gives all of them for an exporter of your own.

## The process

From prom-client, under the names that dashboards for Node know: event-loop delay \`nodejs_eventloop_lag_seconds\`, \`nodejs_eventloop_lag_p50_seconds\`,
\`nodejs_eventloop_lag_p99_seconds\` and others; memory \`process_resident_memory_bytes\`, \`nodejs_heap_size_used_bytes\`, \`nodejs_external_memory_bytes\`;
garbage collection \`nodejs_gc_duration_seconds\`; \`process_cpu_seconds_total\`, \`process_open_fds\`, \`process_start_time_seconds\`, \`nodejs_version_info\`.
`
}

function row({ name, type, help, labels }: Metric): string {
  const listed = Object.entries(labels).map(([label, values]) => `\`${label}\`: ${values}`)
  return `| \`${name}\` | ${type} | ${help} | ${listed.join('; ') || 'none'} |`
}
