import { HydrantError } from '../errors.ts'
import { Hydrant, serviceOf } from '../hydrant.ts'
import type { LogOptions } from '../observe/logs/event-log.ts'
import type { HydrantOptions } from '../options.ts'
import { systemClock } from '../runtime/clock.ts'
import type { Shared } from '../shared.ts'
import { SettingsInForce } from '../settings/settings-in-force.ts'
import type { Goodbye, OpenTransport, Tap } from '../transport/open-transports.ts'
import type { BreakNote } from './broker/calls.ts'
import { RemoteBroker } from './broker/remote-broker.ts'
import type { Link } from './link/link.ts'
import { Peer } from './link/peer.ts'
import type { DrainNote, RevokeCall, SentContract, SentTls, StartCall, Started } from './messages.ts'
import type { TappedNote } from './report/mirrored-transport.ts'
import { refusedNote } from './report/refused.ts'
import type { Report, ReportCall } from './report/report.ts'
import { Reporter } from './report/reporter.ts'
import { RemoteCounts, RemotePresence, RemoteTickets } from './shared/remote-shared.ts'

export interface WorkerOptions {
  /** To the primary. */
  readonly link: Link
  /** What the worker of this number brings along, with these settings. */
  readonly equip: (settings: SettingsInForce, number: number) => Promise<Equipment>
  /** Faults that are found before there is a log, or in what the primary says. */
  readonly onFault: (error: unknown) => void
}

/** What a worker has of its own besides what the primary says. */
export interface Equipment {
  readonly log: LogOptions
  readonly tracing?: HydrantOptions['tracing']
  /** The worker takes connections. */
  readonly serving?: (hydrant: Hydrant) => void
  /** After the server has closed. */
  readonly close?: () => Promise<void>
}

/** How a worker came to its end: `stopped` by its primary, or `orphaned` because that is gone. */
export type WorkerEnding = 'stopped' | 'orphaned'

/** What may wait for the primary before refused messages are no longer sent to its quarantine, in bytes. */
const MAX_QUEUED_REFUSALS = 8 * 1024 * 1024

/** Serves what the primary at the other end of the link says, until it is told to stop or the primary is gone. */
export async function serveAsWorker(options: WorkerOptions): Promise<WorkerEnding> {
  const worker = new Worker(options)
  const ending = await worker.ended
  await worker.close()
  return ending
}

class Worker {
  readonly ended: Promise<WorkerEnding>
  readonly #options: WorkerOptions
  readonly #end: (ending: WorkerEnding) => void
  readonly #peer: Peer
  readonly #broker: RemoteBroker
  readonly #presence: RemotePresence
  readonly #started: PromiseWithResolvers<Hydrant> = Promise.withResolvers<Hydrant>()
  #hydrant: Hydrant | undefined
  #equipment: Equipment | undefined
  #reporter: Reporter | undefined

  constructor(options: WorkerOptions) {
    this.#options = options
    const { promise, resolve } = Promise.withResolvers<WorkerEnding>()
    this.ended = promise
    this.#end = resolve
    this.#peer = new Peer(options.link, systemClock, {
      call: (name, args) => this.#call(name, args),
      note: (name, args) => this.#note(name, args),
      entries: (frame) => this.#broker.onEntries(frame),
      closed: () => resolve('orphaned'),
      onFault: options.onFault,
    })
    this.#broker = new RemoteBroker(this.#peer)
    this.#presence = new RemotePresence(this.#peer)
  }

  /** Says goodbye to the clients, as a server does that stops. */
  async close(): Promise<void> {
    await this.#hydrant?.close()
    await this.#equipment?.close?.()
    this.#peer.close()
  }

  #call(name: string, args: unknown): unknown {
    switch (name) {
      case 'start':
        return this.#start(args as StartCall)
      case 'reload':
        return this.#reload(args as SentContract)
      case 'revoke':
        return this.#revoke(args as RevokeCall)
      case 'report':
        return this.#report(args as ReportCall)
      default:
        throw new HydrantError('not-found', `a worker has no answer to ${name}`)
    }
  }

  #note(name: string, args: unknown): void {
    switch (name) {
      case 'break':
        return this.#broker.onBreak(args as BreakNote)
      case 'presence':
        return this.#presence.onChange(args as Parameters<RemotePresence['onChange']>[0])
      case 'tls':
        return this.#whenStarted((hydrant) => hydrant.replaceTls(args as SentTls))
      case 'drain':
        return this.#whenStarted(async (hydrant) => this.#drain(hydrant, args as DrainNote))
      case 'goAway': {
        const [id, goodbye] = args as [string, Goodbye]
        return this.#transport(id)?.goAway(goodbye)
      }
      case 'tap': {
        const [id, isOn] = args as [string, boolean]
        return this.#transport(id)?.tap(isOn ? tapTo(this.#peer, id) : undefined)
      }
      case 'stop':
        return this.#end('stopped')
      default:
        throw new TypeError(`a worker does not know ${name}`)
    }
  }

  /** What the primary says while the worker is still starting comes after its start. */
  #whenStarted(run: (hydrant: Hydrant) => Promise<void> | void): void {
    this.#started.promise.then(run).catch(this.#options.onFault)
  }

  async #start(start: StartCall): Promise<Started> {
    const { number, host, port, tls, source, perspective, auth, ids, withdrawn } = start
    const peer = this.#peer
    const settings = new SettingsInForce(new Map(start.settings))
    const equipment = await this.#options.equip(settings, number)
    this.#equipment = equipment
    const { log, tracing } = equipment
    const shared: Shared = {
      tickets: new RemoteTickets(peer),
      presence: this.#presence,
      open: new RemoteCounts(peer),
      ids,
      withdrawn,
      // Counted in any case; kept while there is room.
      refused: (refusal) => {
        if (peer.queuedBytes < MAX_QUEUED_REFUSALS) peer.note('refused', refusedNote(refusal))
      },
    }
    const hydrant = new Hydrant(
      {
        contract: source,
        perspective,
        settings,
        auth,
        log,
        tracing,
        broker: this.#broker,
        quarantine: false,
        traffic: false,
      },
      shared,
    )
    this.#reporter = new Reporter(serviceOf(hydrant))
    this.#hydrant = hydrant
    try {
      const { url } = await hydrant.listen({ host, port, tls, reusePort: true })
      equipment.serving?.(hydrant)
      this.#started.resolve(hydrant)
      return { url }
    } catch (error) {
      const { message, code } = error as NodeJS.ErrnoException
      return { failed: message, code }
    }
  }

  async #report(call: ReportCall): Promise<Report> {
    await this.#started.promise
    return this.#reporter!.report(call)
  }

  #transport(id: string): OpenTransport | undefined {
    return this.#hydrant === undefined ? undefined : serviceOf(this.#hydrant).transports.get(id)
  }

  async #reload({ source, auth }: SentContract): Promise<null> {
    const hydrant = await this.#started.promise
    hydrant.reload(source, auth)
    return null
  }

  async #revoke(call: RevokeCall): Promise<number> {
    const hydrant = await this.#started.promise
    return hydrant.revoke(...call)
  }

  async #drain(hydrant: Hydrant, options: DrainNote): Promise<void> {
    await hydrant.drain(options)
    this.#peer.note('drained', null)
  }
}

function tapTo(peer: Peer, id: string): Tap {
  const tell = (what: TappedNote, bytes?: Buffer): void => peer.note('tapped', what, bytes)
  return {
    out: (bytes) => tell({ id, kind: 'out' }, bytes),
    in: (kind, payload) => tell({ id, kind }, payload),
    peerClosed: (code, reason) => tell({ id, kind: 'closed', code, reason }),
  }
}
