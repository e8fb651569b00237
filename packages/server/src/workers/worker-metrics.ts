import type { Metric } from '../observe/metrics/metric.ts'
import type { ProcessFacts } from './report/report.ts'

/** What is told of one worker. */
export interface WorkerFacts {
  readonly number: number
  readonly isServing: boolean
  readonly connections: number
  /** Bytes that wait for it to read them. */
  readonly queuedBytes: number
  /** Processes in its place that ended without having been told to. */
  readonly losses: number
  /** How often entries were left out for it. */
  readonly overflows: number
  readonly process: ProcessFacts
}

const WORKER = { worker: 'number of the worker, from 1' }

/** What a server of several processes has besides the metrics of every server, which are sums over all workers. */
export function workerMetrics(read: () => readonly WorkerFacts[]): readonly Metric[] {
  const metric = (name: string, type: Metric['type'], help: string, value: (facts: WorkerFacts) => number): Metric => ({
    name: `hydrant_worker_${name}`,
    type,
    help,
    labels: WORKER,
    collect(_source, give) {
      for (const facts of read()) give.value(value(facts), { worker: String(facts.number) })
    },
  })
  return [
    metric('up', 'gauge', 'Whether the worker serves: 1, or 0 until another process takes its place.', (facts) =>
      facts.isServing ? 1 : 0,
    ),
    metric('connections', 'gauge', 'Transports that are open at the worker.', ({ connections }) => connections),
    metric('memory_bytes', 'gauge', 'Resident memory of the worker.', ({ process }) => process.rssBytes),
    metric(
      'cpu_seconds_total',
      'counter',
      'CPU time of the worker, user and system.',
      ({ process }) => process.cpuSeconds,
    ),
    metric('queue_bytes', 'gauge', 'Bytes that wait for the worker to read them.', ({ queuedBytes }) => queuedBytes),
    metric(
      'overflows_total',
      'counter',
      'How often too much waited for the worker: its readers went on from the log.',
      ({ overflows }) => overflows,
    ),
    metric(
      'losses_total',
      'counter',
      'Processes of the worker that ended without having been told to.',
      ({ losses }) => losses,
    ),
  ]
}
