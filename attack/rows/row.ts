import type { Peer } from '../kit/peer.ts'
import type { ServerProcess } from '../kit/server-process.ts'
import type { ServerKind } from '../servers/kinds.ts'

/** One way in which servers have fallen. */
export interface Row {
  /** `A01` … `D15`. */
  readonly id: string
  /** What is sent. */
  readonly title: string
  /** The right behaviour. */
  readonly right: string
  /** Why it does not apply to a kind of server; undefined where it does. */
  readonly notFor?: (kind: ServerKind) => string | undefined
  /** It waits for deadlines of many seconds: such rows run at the same time, apart from the others. */
  readonly slow?: true
  /** It needs a server of its own, because it exhausts what others need. */
  readonly alone?: true
  /** It takes more than a second: not among the tests. */
  readonly long?: true
  /** It needs a server that agrees to compression, which none does by default. */
  readonly deflate?: true
  /** Held memory, above idle, that may remain when it is over; MiB. Default 4. */
  readonly mayHoldMiB?: number
  /** Resident memory that it may add at its peak; MiB. Default 96: a young heap that is full and one page of everything. */
  readonly mayPeakMiB?: number
  readonly run: (attack: Attack) => Promise<void>
}

/** What one row works with. */
export interface Attack {
  readonly kind: ServerKind
  readonly server: ServerProcess
  readonly port: number
  /** Notes one case. It is a miss when `good` is false. */
  note(what: string, expected: string, got: string, good?: boolean): void
  /** Adds a figure that the table shows, such as `held 0.2 MiB`. */
  figure(text: string): void
  /** A TCP connection; closed when the row is over. */
  connect(): Promise<Peer>
  /** A WebSocket whose handshake was accepted; fails the row when it was not. */
  open(path?: string): Promise<Peer>
  /** A path of the kind whose messages come back; another one each time. */
  echoPath(): string
}

/** A refusal: an error status, or the end without an answer. */
export function isRefused(status: string): boolean {
  return status === 'closed' || /^[45]\d\d$/.test(status)
}
