import type { ShownFeed } from '../../admin/admin-host.ts'
import type { ConnectionMeter } from '../../observe/meters/connection-meter.ts'
import { ConnectionMeter as Meter } from '../../observe/meters/connection-meter.ts'
import type { Service } from '../../service.ts'
import type { Peer } from '../link/peer.ts'
import { addCounters, type Increment } from './counters.ts'
import { MirroredTransport, type TappedNote } from './mirrored-transport.ts'
import type { FeedFacts, ProcessFacts, Report } from './report.ts'

/** What the primary knows of one worker: its counters are added to the primary's own, its connections stand among them. It ends with the worker. */
export class WorkerMirror {
  readonly #service: Service
  readonly #peer: Peer
  readonly #transports = new Map<string, MirroredTransport>()
  /** Counted as open; their bytes are among the counters. */
  readonly #counted = new Map<string, ConnectionMeter>()
  /** What goes down again when the worker is gone. */
  readonly #subscriptions = new Map<string, number>()
  feeds: readonly FeedFacts[] = []
  process: ProcessFacts = { rssBytes: 0, heapUsedBytes: 0, cpuSeconds: 0 }

  constructor(service: Service, peer: Peer) {
    this.#service = service
    this.#peer = peer
  }

  get connectionCount(): number {
    return this.#transports.size
  }

  async refresh(full: boolean): Promise<void> {
    const report = await this.#peer.ask<Report>('report', { full })
    if (this.#peer.isOpen) this.#take(report)
  }

  onTapped(what: TappedNote, bytes: Buffer): void {
    this.#transports.get(what.id)?.onTapped(what, bytes)
  }

  /** The worker is gone, and what it had open. */
  close(): void {
    for (const id of this.#transports.keys()) this.#remove(id)
    addCounters(
      this.#service.observer,
      [...this.#subscriptions].map(([name, count]) => [name, -count]),
    )
    this.#subscriptions.clear()
    this.feeds = []
  }

  #take({ counters, opened, closed, process, full }: Report): void {
    const { observer, transports } = this.#service
    addCounters(observer, counters)
    for (const increment of counters) this.#remember(increment)
    for (const connection of opened) {
      const transport = new MirroredTransport(connection, this.#peer)
      this.#transports.set(connection.id, transport)
      transports.add(transport)
      const counted = new Meter({ connection: connection.id, door: connection.door }, connection.openedMs)
      this.#counted.set(connection.id, counted)
      observer.connections.add(counted)
    }
    for (const id of closed) this.#remove(id)
    this.process = process
    if (full === undefined) return
    this.feeds = full.feeds
    for (const facts of full.connections) {
      this.#transports.get(facts.id)?.update(facts)
      const counted = this.#counted.get(facts.id)
      if (counted !== undefined) counted.queue = { bytesOut: 0, queuedBytes: facts.queuedBytes }
    }
  }

  #remember([name, by]: Increment): void {
    if (!name.endsWith('\tsubscriptions')) return
    this.#subscriptions.set(name, (this.#subscriptions.get(name) ?? 0) + by)
  }

  #remove(id: string): void {
    const { observer, transports } = this.#service
    const transport = this.#transports.get(id)
    if (transport !== undefined) transports.remove(transport)
    this.#transports.delete(id)
    const counted = this.#counted.get(id)
    if (counted !== undefined) observer.connections.delete(counted)
    this.#counted.delete(id)
  }
}

/** The channels that somebody reads on any worker, with the readers of all. */
export function feedsOf(mirrors: Iterable<WorkerMirror>): Map<string, ShownFeed> {
  const feeds = new Map<string, ShownFeed>()
  for (const mirror of mirrors) {
    for (const [address, members, epoch, received] of mirror.feeds) {
      const known = feeds.get(address)
      feeds.set(address, {
        address,
        memberCount: members + (known?.memberCount ?? 0),
        epoch,
        received: Math.max(received, known?.epoch === epoch ? known.received : 0),
      })
    }
  }
  return feeds
}
