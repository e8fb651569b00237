import { randomBytes } from 'node:crypto'
import { memoryUsage } from 'node:process'
import { createSecureContext } from 'node:tls'
import type { Contract } from '@hydrant/contract'
import type { AdminHost, ShownFeed } from '../admin/admin-host.ts'
import type { AdminListener, AdminOptions } from '../admin/admin-listener.ts'
import type { Draft, Published } from '../broker/broker.ts'
import { MemoryBroker } from '../broker/memory-broker.ts'
import { createService } from '../create-service.ts'
import type { AuthSettings } from '../guard/schemes/settings.ts'
import type { DrainOptions, Listening } from '../hydrant.ts'
import type { LogOptions } from '../observe/logs/event-log.ts'
import type { Sender } from '../observe/door.ts'
import { Metrics } from '../observe/metrics/metrics.ts'
import type { AcceptedMessage } from '../publish/accept-message.ts'
import { Handlers } from '../publish/handlers.ts'
import { prepareReload } from '../reload.ts'
import { systemClock } from '../runtime/clock.ts'
import type { LiveService } from '../service.ts'
import type { SettingsInForce } from '../settings/settings-in-force.ts'
import { type BrokerGuest, BrokerHost } from './broker/broker-host.ts'
import type { Peer, PeerHandlers } from './link/peer.ts'
import type { RevokeCall, SentContract, SentTls, StartCall, Started } from './messages.ts'
import { feedsOf, WorkerMirror } from './report/mirror.ts'
import type { TappedNote } from './report/mirrored-transport.ts'
import { type RefusedNote, toRefusal } from './report/refused.ts'
import { type Exit, type Fork, Seat } from './seat.ts'
import { probePort } from './probe-port.ts'
import { settingsOfWorker } from './settings-of-worker.ts'
import { LocalCounts } from './shared/local-counts.ts'
import { SharedGuest } from './shared/shared-guest.ts'
import { type WorkerFacts, workerMetrics } from './worker-metrics.ts'

export interface PrimaryOptions {
  readonly contract: Contract
  /** The text of the contract, or the parsed document: it goes to each worker. */
  readonly source: string | object
  readonly settings: SettingsInForce
  readonly auth: AuthSettings
  readonly log: LogOptions
  readonly workers: number
  readonly fork: Fork
  /** Hears what becomes of the workers after the start, for people. */
  readonly onWorker: (event: WorkerEvent) => void
}

/** A worker serves, in the place of one that was lost; or one was lost. */
export type WorkerEvent =
  | { readonly kind: 'serving'; readonly number: number; readonly pid: number }
  | { readonly kind: 'lost'; readonly number: number; readonly exit: Exit; readonly retryMs: number }

/** How long a worker may take to load and listen, in milliseconds: everything else may be starting too. */
const START_TIMEOUT_MS = 60_000
/** From one look at the workers' counters to the next, while there is an admin listener, in milliseconds. */
const LOOK_EVERY_MS = 1_000
/** How old what is shown may be, in milliseconds. */
const FRESH_MS = 250
/** Who publishes is known to the worker and not to the log. */
const SOME_WORKER: Sender = { door: 'embedded', principal: 'not told by workers' }

/** Ids of a worker that takes another one's place begin so much further on: no two processes give the same. */
const IDS_OF_A_PROCESS = 2 ** 32

/**
 * One API served by several processes behind one port. This one has the logs, the admin listener and what the workers share, and takes no
 * connection of a client; the workers serve. When it ends, all ends: the logs are here.
 */
export class Primary implements AsyncDisposable {
  readonly settings: SettingsInForce
  readonly #options: PrimaryOptions
  readonly #service: LiveService
  readonly #broker: MemoryBroker
  readonly #host: BrokerHost
  readonly #shared: ConstructorParameters<typeof SharedGuest>[0]
  readonly #seats: readonly Seat[]
  readonly #startedMs: number
  #source: string | object
  #auth: AuthSettings
  #tls: SentTls | undefined
  #listening: Listening | undefined
  #admin: AdminListener | undefined
  /** Of the processes that came last. */
  readonly #guests = new Map<Seat, BrokerGuest>()
  readonly #mirrors = new Map<Seat, WorkerMirror>()
  #feeds: ReadonlyMap<string, ShownFeed> = new Map()
  #refreshing: Promise<void> | undefined
  #refreshedMs = -Infinity
  #cancelLook: (() => void) | undefined
  #forked = 0
  #isDraining = false
  /** Workers that have yet to say that all their clients were told to go. */
  readonly #draining = new Map<Seat, () => void>()
  #closing: Promise<void> | undefined

  /** Throws as `createHydrant` does. */
  constructor(options: PrimaryOptions) {
    const { contract, settings, auth, log, workers, fork } = options
    this.#options = options
    this.settings = settings
    this.#source = options.source
    this.#auth = auth
    this.#broker = new MemoryBroker({
      clock: systemClock,
      epoch: randomBytes(5).toString('hex'),
      idempotencyWindowMs: settings.values.idempotencyWindowMs,
    })
    const service = createService(contract, new Handlers(), {
      contract,
      settings,
      auth,
      log,
      broker: this.#broker,
    })
    const host = (this.#host = new BrokerHost({
      broker: this.#broker,
      onPublished: (address, drafts, published) => this.#onPublished(address, drafts, published),
    }))
    const openChannels = {
      get feedCount() {
        return host.channelCount
      },
    }
    const source = { contract, observer: service.observer, hub: openChannels }
    this.#service = {
      ...service,
      metrics: new Metrics(
        source,
        workerMetrics(() => this.#workerFacts()),
      ),
    }
    this.#startedMs = this.#service.clock.wallMs()
    const { guard, presence } = this.#service
    this.#shared = { tickets: guard.tickets, presence, open: new LocalCounts() }
    this.#seats = Array.from({ length: workers }, (_, i) => {
      return new Seat(i + 1, fork, systemClock, {
        admit: (peer, seat) => this.#admit(peer, seat),
        start: (peer, seat) => this.#startWorker(peer, seat),
        serving: (seat) => this.#onServing(seat),
        lost: (seat, exit, retryMs) => this.#onLost(seat, exit, retryMs),
      })
    })
  }

  get contract(): Contract {
    return this.#service.contract
  }

  /** The workers' process ids, in the order of their numbers. */
  get pids(): readonly number[] {
    return this.#seats.flatMap(({ pid }) => pid ?? [])
  }

  /** Starts the workers; they take connections when this resolves. Rejects with the system's error, or OpenSSL's. */
  async listen({ host, port, tls }: { host: string; port: number; tls?: SentTls | undefined }): Promise<Listening> {
    if (tls !== undefined) checkTls(tls)
    const bound = await probePort(host, port)
    const scheme = tls === undefined ? 'http' : 'https'
    const url = `${scheme}://${host.includes(':') ? `[${host}]` : host}:${bound}`
    this.#tls = tls
    this.#listening = { url, host, port: bound }
    await Promise.all(this.#seats.map((seat) => seat.start()))
    this.#service.observer.log?.write('listening', { url })
    return this.#listening
  }

  /** Opens the listener of operators, of all workers together. Rejects as that of `Hydrant` does. */
  async listenAdmin(options: AdminOptions = {}): Promise<Listening> {
    const { AdminListener: Listener } = await import('../admin/admin-listener.ts')
    const { url, host, port } = (this.#admin = await Listener.open(this.#adminHost(), options))
    this.#lookAgain()
    return { url, host, port }
  }

  /** Serves another contract, and other settings of its security schemes, in all workers. Throws as that of `Hydrant` does, and then nothing has changed. */
  async reload(contract: Contract, source: string | object, auth: AuthSettings = this.#auth): Promise<void> {
    prepareReload(this.#service, contract, { contract, settings: this.settings, auth }).apply()
    this.#source = source
    this.#auth = auth
    // What this process has taken, the others take: they run the same code.
    await this.#tellAll('reload', this.#sentContract())
  }

  /** Takes another certificate for new connections, in all workers. Throws when it does not fit its key, and the old one stays. */
  replaceTls(tls: SentTls): void {
    checkTls(tls)
    this.#tls = tls
    for (const { peer } of this.#seats) peer?.note('tls', tls)
  }

  /** Lets the clients of all workers go, as `Hydrant.drain` does. */
  async drain(options: DrainOptions = {}): Promise<void> {
    const { drainWaitMs, drainSpreadMs } = this.settings.values
    const { waitMs = drainWaitMs, spreadMs = drainSpreadMs } = options
    this.#isDraining = true
    this.#service.observer.log?.write('draining', { waitMs, spreadMs })
    const drained = this.#seats.flatMap((seat) => {
      if (seat.peer === undefined) return []
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#draining.set(seat, resolve)
      seat.peer.note('drain', { waitMs, spreadMs })
      return promise
    })
    await Promise.all(drained)
  }

  /** Cuts everything that is open for a principal, in all workers. Resolves to the number of connections that were cut. */
  async revoke(principalId: string, reason: string): Promise<number> {
    this.#service.revocation.revoke(principalId, reason)
    const call: RevokeCall = [principalId, reason]
    const counts = await this.#tellAll<number>('revoke', call)
    return counts.reduce((sum, count) => sum + count, 0)
  }

  /** Stops the workers, as `Hydrant.close` does, and then this. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(): Promise<void> {
    this.#cancelLook?.()
    const { closeTimeoutMs } = this.settings.values
    const timeIsOver = new Promise<void>((resolve) => void systemClock.after(closeTimeoutMs, resolve))
    await Promise.all([this.#admin?.close(timeIsOver), ...this.#seats.map((seat) => seat.stop(closeTimeoutMs))])
    this.#broker.close()
    this.#service.observer.log?.write('stopped')
  }

  #admit(peer: Peer, seat: Seat): PeerHandlers {
    const broker = this.#host.admit(peer)
    this.#guests.set(seat, broker)
    const shared = new SharedGuest(this.#shared, peer, `${++this.#forked}`)
    const mirror = new WorkerMirror(this.#service, peer)
    this.#mirrors.set(seat, mirror)
    return {
      call(name, args, body) {
        const answer = broker.call(name, args, body) ?? shared.call(name, args)
        if (answer === undefined) throw new TypeError(`nothing answers ${name}`)
        return answer
      },
      note: (name, args, body) => {
        if (name === 'unsubscribe') broker.unsubscribe((args as readonly [number])[0])
        else if (name === 'drained') this.#draining.get(seat)?.()
        else if (name === 'refused') this.#service.observer.keep(toRefusal(this.#service, args as RefusedNote))
        else if (name === 'tapped') mirror.onTapped(args as TappedNote, body)
        else shared.note(name, args)
      },
      drained: () => broker.drained(),
      closed: () => {
        broker.close()
        shared.close()
        mirror.close()
        if (this.#mirrors.get(seat) === mirror) this.#mirrors.delete(seat)
        this.#draining.get(seat)?.()
      },
      onFault: this.#service.onFault,
    }
  }

  /** Rates are told of ten seconds: somebody has to look in between. */
  #lookAgain(): void {
    this.#cancelLook = systemClock.after(LOOK_EVERY_MS, () => {
      void this.#refresh(false).then(() => this.#lookAgain())
    })
  }

  /** Before something is shown: what every worker does now. What was asked less than a moment ago holds. */
  async #refreshToShow(): Promise<void> {
    if (systemClock.monotonicMs() - this.#refreshedMs < FRESH_MS) return
    this.#refreshing ??= this.#refresh(true).finally(() => {
      this.#refreshing = undefined
      this.#feeds = feedsOf(this.#mirrors.values())
      this.#refreshedMs = systemClock.monotonicMs()
    })
    await this.#refreshing
  }

  /** A worker that is lost meanwhile is not waited for. */
  async #refresh(full: boolean): Promise<void> {
    await Promise.allSettled(
      [...this.#mirrors].map(async ([seat, mirror]) => (seat.isServing ? mirror.refresh(full) : undefined)),
    )
  }

  /** What operators watch of publishes. Hot: once for each. */
  #onPublished(address: string, drafts: readonly Draft[], published: Published): void {
    const { observer, publisher, clock } = this.#service
    const { traffic } = observer
    const match = this.contract.match(address)
    if (!match.ok) return
    const { channel, parameters } = match
    const messages: AcceptedMessage[] = []
    for (const draft of drafts) {
      const message = channel.messages.find(({ name }) => name === draft.name)
      if (message === undefined) continue
      traffic?.published(channel, message, draft.payload, SOME_WORKER, clock.monotonicMs())
      messages.push({ message, value: undefined, received: undefined, draft })
    }
    publisher.watch?.published({ channel, address, parameters }, messages, published)
  }

  /** Of this process and its workers. */
  #memory(): { rss: number; heapUsed: number } {
    let { rss, heapUsed } = memoryUsage()
    for (const { process } of this.#mirrors.values()) {
      rss += process.rssBytes
      heapUsed += process.heapUsedBytes
    }
    return { rss, heapUsed }
  }

  #workerFacts(): WorkerFacts[] {
    return this.#seats.map((seat) => {
      const mirror = this.#mirrors.get(seat)
      const { number, isServing, losses, peer } = seat
      return {
        number,
        isServing,
        losses,
        connections: mirror?.connectionCount ?? 0,
        queuedBytes: peer?.queuedBytes ?? 0,
        overflows: this.#guests.get(seat)?.overflows ?? 0,
        process: mirror?.process ?? { rssBytes: 0, heapUsedBytes: 0, cpuSeconds: 0 },
      }
    })
  }

  async #startWorker(peer: Peer, { number, losses }: Seat): Promise<void> {
    const { host, port } = this.#listening!
    const { workers } = this.#options
    const start: StartCall = {
      ...this.#sentContract(),
      number,
      host,
      port,
      tls: this.#tls,
      settings: settingsOfWorker(this.settings, workers),
      ids: { first: losses * IDS_OF_A_PROCESS * workers + number, step: workers },
      withdrawn: this.#service.guard.withdrawals,
    }
    const started = await peer.ask<Started>('start', start, { timeoutMs: START_TIMEOUT_MS })
    if ('failed' in started) throw Object.assign(new Error(started.failed), { code: started.code })
  }

  #onServing({ number, pid, losses, peer }: Seat): void {
    this.#service.observer.log?.write('worker-serving', { worker: number, pid })
    if (this.#isDraining) peer?.note('drain', { waitMs: 0, spreadMs: this.settings.values.drainSpreadMs })
    if (losses > 0) this.#options.onWorker({ kind: 'serving', number, pid: pid! })
  }

  #onLost({ number }: Seat, exit: Exit, retryMs: number): void {
    const { code, signal } = exit
    this.#service.observer.log?.write('worker-lost', {
      worker: number,
      code: code ?? undefined,
      signal: signal ?? undefined,
      retryMs,
    })
    this.#options.onWorker({ kind: 'lost', number, exit, retryMs })
  }

  #sentContract(): SentContract {
    return { source: this.#source, perspective: this.contract.perspective, auth: this.#auth }
  }

  /** Asks every worker that serves. One that is lost meanwhile is not waited for; what else goes wrong is a fault. */
  async #tellAll<T>(name: string, args: unknown): Promise<T[]> {
    const told = this.#seats.map(async ({ peer }) => {
      try {
        return peer === undefined ? [] : [await peer.ask<T>(name, args)]
      } catch (error) {
        if (peer?.isOpen === true) this.#service.onFault(error)
        return []
      }
    })
    return (await Promise.all(told)).flat()
  }

  #adminHost(): AdminHost {
    // oxlint-disable-next-line typescript/no-this-alias -- getters of an object have their own
    const primary = this
    return {
      service: this.#service,
      get contract() {
        return primary.contract
      },
      // Whoever read the contract has told them.
      diagnostics: [],
      get state() {
        if (primary.#closing !== undefined) return 'closed'
        if (primary.#isDraining) return 'draining'
        return primary.#seats.some(({ isServing }) => isServing) ? 'ready' : 'starting'
      },
      get listeners() {
        return primary.#listening === undefined ? [] : [primary.#listening.url]
      },
      startedMs: this.#startedMs,
      feeds: () => this.#feeds.values(),
      feed: (address) => this.#feeds.get(address),
      refresh: () => this.#refreshToShow(),
      memory: () => this.#memory(),
      drain: (options) => this.drain(options),
      reload: (contract) => this.reload(contract, contract.document),
      revoke: (principalId, reason) => this.revoke(principalId, reason),
    }
  }
}

/** Throws OpenSSL's error: better here than in each worker. */
function checkTls({ cert, key, clientCa }: SentTls): void {
  createSecureContext({ cert, key, ...(clientCa === undefined ? {} : { ca: clientCa }) })
}
