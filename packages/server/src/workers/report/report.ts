import type { Door } from '../../observe/door.ts'
import type { Software } from '../../observe/software.ts'
import type { Increment } from './counters.ts'

// What workers tell of themselves: the call `report`, with `full` when somebody looks at connections.

export interface ReportCall {
  readonly full: boolean
}

export interface Report {
  readonly counters: readonly Increment[]
  /** Since the last report. */
  readonly opened: readonly OpenedConnection[]
  readonly closed: readonly string[]
  readonly process: ProcessFacts
  /** All connections and what is read, when it was asked for. */
  readonly full?: { readonly connections: readonly ConnectionFacts[]; readonly feeds: readonly FeedFacts[] }
}

export interface ProcessFacts {
  readonly rssBytes: number
  readonly heapUsedBytes: number
  /** Since the process began, user and system. */
  readonly cpuSeconds: number
}

export interface OpenedConnection {
  readonly id: string
  readonly door: Door
  readonly remote?: string | undefined
  readonly openedMs: number
  readonly software?: Software | undefined
}

/** What changes of a connection. */
export interface ConnectionFacts {
  readonly id: string
  readonly principal: string
  readonly session?: string | undefined
  readonly bytesIn: number
  readonly bytesOut: number
  readonly queuedBytes: number
  readonly messagesIn: number
  readonly messagesOut: number
  readonly following: readonly FollowedFacts[]
}

type FollowedFacts = readonly [
  address: string,
  lag: number,
  state: 'catching-up' | 'live' | 'draining' | 'closed',
  epoch: string,
  offset: number,
]

export type FeedFacts = readonly [address: string, members: number, epoch: string, received: number]
