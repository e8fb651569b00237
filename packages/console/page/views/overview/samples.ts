import { useEffect, useState } from 'react'
import type { Status } from '../../data/admin-types.gen.ts'

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
const KEY = 'hydrant-samples'

/** The overview's last ten minutes; they survive a reload of the page. */
export function useSamples(status: Status | undefined, at: number | undefined): readonly Sample[] {
  const [samples, setSamples] = useState(remembered)
  useEffect(() => {
    if (status === undefined) return
    setSamples((before) => withSample(before, sampleOf(status, (at ?? Date.now()) / 1_000)))
  }, [status, at])
  useEffect(() => {
    const keep = (): void => {
      try {
        sessionStorage.setItem(KEY, JSON.stringify(samples))
      } catch {
        // The charts then begin anew.
      }
    }
    addEventListener('pagehide', keep)
    return () => removeEventListener('pagehide', keep)
  }, [samples])
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

function sampleOf({ startedAt, rates, latencyMs, eventLoopDelayMs, memory, connections }: Status, at: number): Sample {
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
    ...connections.byDoor,
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

function remembered(): readonly Sample[] {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? '[]') as Sample[]
    const oldest = Date.now() / 1_000 - KEPT
    // NaN is null in JSON.
    return Array.isArray(kept) ? kept.filter(({ at, messagesIn }) => at > oldest && messagesIn !== null) : []
  } catch {
    return []
  }
}
