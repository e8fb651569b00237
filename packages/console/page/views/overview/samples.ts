import { useEffect, useState } from 'react'
import type { Status, StatusSample, StatusSamplePage } from '../../data/admin-types.gen.ts'
import { useResource } from '../../data/use-resource.ts'

/** What the charts show of one moment. Null where nothing was measured. */
export interface Sample {
  /** Seconds since the Unix epoch. */
  readonly at: number
  /** Which process: rates of two do not make one line. */
  readonly startedAt: string
  readonly messagesIn: number
  readonly messagesOut: number
  readonly invalid: number
  readonly bytesIn: number
  readonly bytesOut: number
  readonly p50: number | null
  readonly p99: number | null
  readonly loopP99: number | null
  readonly rssMiB: number
  readonly heapMiB: number
  readonly queuedMiB: number
  readonly socket: number
  readonly websocket: number
  readonly sse: number
  readonly http: number
}

/** Ten minutes at one a second. */
const KEPT = 600

/** The overview's last ten minutes: what the server remembers, and what came since. */
export function useSamples(status: Status | undefined): readonly Sample[] {
  const history = useResource<StatusSamplePage>('status/history', { limit: 300 }).data
  const [samples, setSamples] = useState<readonly Sample[]>([])
  const startedAt = status?.startedAt
  useEffect(() => {
    if (history === undefined || startedAt === undefined) return
    setSamples((before) => withHistory(before, history.items, startedAt))
  }, [history, startedAt])
  useEffect(() => {
    if (status === undefined) return
    setSamples((before) => withSample(before, sampleOf(status)))
  }, [status])
  return samples
}

/** Puts what a server remembers between what was heard: of one moment the one that was heard stays. */
export function withHistory(
  before: readonly Sample[],
  history: readonly StatusSample[],
  startedAt: string,
): readonly Sample[] {
  const known = before.filter(({ messagesIn }) => !Number.isNaN(messagesIn))
  const told = history.map((sample) => toSample(sample, Date.parse(sample.time) / 1_000, startedAt))
  const missing = told.filter(({ at }) => !known.some((each) => Math.abs(each.at - at) < 0.5))
  const all = [...known, ...missing].toSorted((a, b) => a.at - b.at)
  let samples: readonly Sample[] = []
  for (const sample of all) samples = withSample(samples, sample)
  return samples
}

/** Adds one; what came while nothing was heard is a hole in the lines, and so is a restart. */
export function withSample(before: readonly Sample[], sample: Sample): readonly Sample[] {
  const last = before.at(-1)
  if (last !== undefined && sample.at - last.at < 0.5) return before
  const kept = before.filter(({ at }) => at > sample.at - KEPT && at < sample.at)
  const isHole = last !== undefined && (last.startedAt !== sample.startedAt || sample.at - last.at > 5)
  return [...kept.slice(1 - KEPT), ...(isHole ? [hole(last)] : []), sample]
}

/** On the server's clock, as its history is. */
function sampleOf(status: Status): Sample {
  const { startedAt, uptimeMs, connections } = status
  return toSample({ ...status, connections: connections.byDoor }, (Date.parse(startedAt) + uptimeMs) / 1_000, startedAt)
}

function toSample(
  { rates, latencyMs, eventLoopDelayMs, memory, connections }: Omit<StatusSample, 'time'>,
  at: number,
  startedAt: string,
): Sample {
  return {
    at,
    startedAt,
    messagesIn: rates.messagesInPerSecond,
    messagesOut: rates.messagesOutPerSecond,
    invalid: rates.invalidPerSecond,
    bytesIn: rates.bytesInPerSecond,
    bytesOut: rates.bytesOutPerSecond,
    p50: latencyMs.p50,
    p99: latencyMs.p99,
    loopP99: eventLoopDelayMs.p99,
    rssMiB: memory.rssBytes / MIB,
    heapMiB: memory.heapUsedBytes / MIB,
    queuedMiB: memory.queuedBytes / MIB,
    ...connections,
  }
}
const MIB = 1024 * 1024

function hole({ at, startedAt }: Sample): Sample {
  const nothing = Number.NaN
  return {
    at: at + 0.5,
    startedAt,
    messagesIn: nothing,
    messagesOut: nothing,
    invalid: nothing,
    bytesIn: nothing,
    bytesOut: nothing,
    p50: null,
    p99: null,
    loopP99: null,
    rssMiB: nothing,
    heapMiB: nothing,
    queuedMiB: nothing,
    socket: nothing,
    websocket: nothing,
    sse: nothing,
    http: nothing,
  }
}

/** One line of a chart: NaN of a hole is null there. */
export function lineOf(samples: readonly Sample[], key: Exclude<keyof Sample, 'at' | 'startedAt'>): (number | null)[] {
  return samples.map((sample) => {
    const value = sample[key]
    return value === null || Number.isNaN(value) ? null : value
  })
}
