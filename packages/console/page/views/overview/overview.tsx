import { useMemo, type ReactElement } from 'react'
import type { AdminError } from '../../data/admin-error.ts'
import type { Status } from '../../data/admin-types.gen.ts'
import { Chart } from '../../elements/chart.tsx'
import { bytes, clock, compact, count, duration, millis, rate } from '../../elements/format.ts'
import { Facts, Panel, Stat } from '../../elements/panel.tsx'
import { Pending } from '../../elements/problem.tsx'
import { Attention } from './attention.tsx'
import { lineOf, type Sample } from './samples.ts'

interface OverviewProps {
  readonly status: Status | undefined
  readonly samples: readonly Sample[]
  readonly error: AdminError | undefined
}

/** The server at a glance: what needs attention first, then how much flows, how fast, and what it costs. */
export function Overview({ status, samples, error }: OverviewProps): ReactElement {
  if (status === undefined) return <Pending error={error} what="server" />
  return (
    <div className="stack">
      <h1 className="hidden">Overview</h1>
      <Attention status={status} />
      <Numbers status={status} />
      <Charts samples={samples} />
      <Server status={status} />
    </div>
  )
}

function Numbers({ status }: { readonly status: Status }): ReactElement {
  const { connections, rates, totals, latencyMs, eventLoopDelayMs, memory, channels } = status
  const share = totals.invalid === 0 ? 'none refused' : `${count(totals.invalid)} refused in all`
  return (
    <div className="stats">
      <Stat
        label="Connections"
        value={count(connections.total)}
        sub={`${count(channels.subscriptions)} subscriptions`}
      />
      <Stat
        label="Messages in"
        value={rate(rates.messagesInPerSecond)}
        unit="/s"
        sub={`${compact(totals.messagesIn)} in all`}
      />
      <Stat
        label="Messages out"
        value={rate(rates.messagesOutPerSecond)}
        unit="/s"
        sub={`${bytes(rates.bytesOutPerSecond)}/s`}
      />
      <Stat
        label="Refused"
        value={rate(rates.invalidPerSecond)}
        unit="/s"
        tone={rates.invalidPerSecond > 0 ? 'bad' : ''}
        sub={share}
      />
      <Stat label="Latency, p99" value={millis(latencyMs.p99)} sub={`p50 ${millis(latencyMs.p50)}`} />
      <Stat
        label="Event loop, p99"
        value={millis(eventLoopDelayMs.p99)}
        tone={(eventLoopDelayMs.p99 ?? 0) > 100 ? 'warn' : ''}
        sub={`max ${millis(eventLoopDelayMs.max)}`}
      />
      <Stat label="Memory" value={bytes(memory.rssBytes)} sub={`${bytes(memory.queuedBytes)} queued`} />
    </div>
  )
}

function Charts({ samples }: { readonly samples: readonly Sample[] }): ReactElement {
  const times = useMemo(() => samples.map(({ at }) => at), [samples])
  const line = (label: string, key: Parameters<typeof lineOf>[1]): { label: string; values: (number | null)[] } => ({
    label,
    values: lineOf(samples, key),
  })
  return (
    <div className="charts">
      <Chart
        title="Messages per second"
        times={times}
        format={rate}
        series={[line('out', 'messagesOut'), line('in', 'messagesIn'), line('refused', 'invalid')]}
      />
      <Chart title="Publish to write" times={times} format={millis} series={[line('p50', 'p50'), line('p99', 'p99')]} />
      <Chart
        title="Connections"
        times={times}
        format={compact}
        series={[line('socket', 'socket'), line('websocket', 'websocket'), line('sse', 'sse'), line('http', 'http')]}
      />
      <Chart
        title="Bytes per second"
        times={times}
        format={wholeBytes}
        isBinary
        series={[line('out', 'bytesOut'), line('in', 'bytesIn')]}
      />
      <Chart title="Event loop delay" times={times} format={millis} series={[line('p99', 'loopP99')]} />
      <Chart
        title="Memory"
        times={times}
        format={mebibytes}
        series={[line('resident', 'rssMiB'), line('heap', 'heapMiB'), line('queued', 'queuedMiB')]}
      />
    </div>
  )
}

function wholeBytes(value: number | null | undefined): string {
  return bytes(value === null || value === undefined ? value : Math.round(value))
}

function mebibytes(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : bytes(value * 1024 * 1024)
}

function Server({ status }: { readonly status: Status }): ReactElement {
  const { contract } = status
  return (
    <Panel title="Server">
      <Facts
        facts={[
          ['Hydrant', `${status.version} on Node ${status.node}, process ${status.pid}`],
          ['Started', `${clock(status.startedAt)}, ${duration(status.uptimeMs)} ago`],
          ['Listens on', status.listeners.join(', ') || 'nothing yet'],
          [
            'Contract',
            <a key="contract" href="#/contract">
              {contract.title} {contract.version}, loaded {clock(contract.loadedAt)}
            </a>,
          ],
        ]}
      />
    </Panel>
  )
}
