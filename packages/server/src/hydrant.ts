import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Channel, Contract, Diagnostic } from '@hydrant/contract'
import { ApplicationChannel, type PublishedMessage, type PublishMessageOptions } from './application-channel.ts'
import type { AdminHost } from './admin/admin-host.ts'
import type { AdminListener, AdminOptions } from './admin/admin-listener.ts'
import { Router } from './doors/router.ts'
import { HydrantError } from './errors.ts'
import { type ContractSource, loadContract, contractOptionsOf } from './load-contract.ts'
import type { MetricSnapshot } from './observe/metrics/snapshot.ts'
import type { HydrantOptions } from './options.ts'
import { type Handler, Handlers } from './publish/handlers.ts'
import type { RequestHandler } from './requests/requests.ts'
import { createService, settingsOf } from './create-service.ts'
import type { AuthSettings } from './guard/schemes/settings.ts'
import { prepareReload } from './reload.ts'
import type { LiveService } from './service.ts'
import type { Shared } from './shared.ts'
import type { SettingsInForce } from './settings/settings-in-force.ts'
import { createListener, replaceTls, type TlsFiles } from './transport/listener.ts'

export interface ListenOptions {
  /** 0 takes a free port. Default: the setting `port`, 8080. */
  readonly port?: number
  /** Default: the setting `host`, 127.0.0.1. */
  readonly host?: string
  /** Serves https: and wss: only. */
  readonly tls?: TlsFiles | undefined
  /** Lets other processes of this user listen at the same port: the system shares the connections out. Linux, Node 22.12. Default false. */
  readonly reusePort?: boolean
}

export interface DrainOptions {
  /** From the red `/-/ready` to the first goodbye. Default: the setting `drainWaitMs`, 10,000. */
  readonly waitMs?: number
  /** Within which the goodbyes and the return of the clients are spread. Default: the setting `drainSpreadMs`, 60,000. */
  readonly spreadMs?: number
}

export interface Listening {
  readonly url: string
  readonly host: string
  readonly port: number
}

let partsOf: (hydrant: Hydrant) => LiveService

/** A WebSocket API that is served from its contract. Made by {@link createHydrant}. */
export class Hydrant implements AsyncDisposable {
  /** What holds, and where each value came from. */
  readonly settings: SettingsInForce
  readonly #options: HydrantOptions
  readonly #service: LiveService
  #auth: AuthSettings
  #diagnostics: readonly Diagnostic[]
  readonly #handlers: Handlers
  readonly #router: Router
  readonly #servers: Server[] = []
  readonly #listening: Listening[] = []
  readonly #adminListeners: AdminListener[] = []
  readonly #startedMs: number
  #closing: Promise<void> | undefined
  #draining = false

  static {
    partsOf = (hydrant) => hydrant.#service
  }

  /** Use {@link createHydrant}. `shared`: what this process has in common with others that serve the same. */
  constructor(options: HydrantOptions, shared?: Shared) {
    const { contract, diagnostics } = loadContract(options.contract, contractOptionsOf(options, settingsOf(options)))
    this.#options = options
    this.#auth = options.auth ?? {}
    this.#diagnostics = diagnostics
    this.#handlers = new Handlers()
    this.#service = createService(contract, this.#handlers, options, shared)
    this.settings = this.#service.settings
    this.#startedMs = this.#service.clock.wallMs()
    this.#router = new Router(this.#service, () => this.#isReady())
  }

  /** What is served now. */
  get contract(): Contract {
    return this.#service.contract
  }

  /** What was found in the document while it was read. */
  get diagnostics(): readonly Diagnostic[] {
    return this.#diagnostics
  }

  /**
   * Serves another version of the contract, and of the settings of its security schemes (default: those of now), from now on: all of it or, when this throws, nothing. Channels
   * that stay keep their logs and subscribers; who may no longer have what is open is cut. Throws `contract-invalid` for a document that cannot be
   * served, that has a rule of `x-hydrant.allow` which cannot be read, or that changes the kind of a channel, and {@link AuthSettingsError} for what would not be enforced.
   */
  reload(source: ContractSource, auth: AuthSettings = this.#auth): void {
    const reload = prepareReload(this.#service, source, { ...this.#options, auth })
    reload.apply()
    this.#auth = auth
    this.#diagnostics = reload.diagnostics
    this.#router.reload()
    this.#service.revocation.recheck()
  }

  /**
   * Opens an HTTP server of its own, an HTTPS server with `tls`. Rejects with the system's error (`EADDRINUSE`, `EACCES`), or OpenSSL's for
   * files that do not fit.
   */
  async listen(options: ListenOptions = {}): Promise<Listening> {
    const { values } = this.settings
    const { port = values.port, host = values.host, reusePort = false } = options
    const server = createListener(this.#service, this.#router, options.tls)
    await new Promise<void>((listening, failed) => {
      server.once('error', failed)
      server.listen({ port, host, reusePort }, () => {
        server.off('error', failed)
        listening()
      })
    })
    this.#servers.push(server)
    const { port: boundPort } = server.address() as AddressInfo
    const scheme = options.tls === undefined ? 'http' : 'https'
    const listening = {
      url: `${scheme}://${host.includes(':') ? `[${host}]` : host}:${boundPort}`,
      host,
      port: boundPort,
    }
    this.#listening.push(listening)
    this.#service.observer.log?.write('listening', { url: listening.url })
    return listening
  }

  /**
   * Opens the listener of operators: the admin API, what moves as live channels, and the console where `@hydrant/console` is
   * installed. Without a token only a loopback address is taken. Rejects with a TypeError for options that would let strangers in,
   * or with the system's error.
   */
  async listenAdmin(options: AdminOptions = {}): Promise<Listening> {
    // Only who has operators waits for it to load.
    const { AdminListener: Listener } = await import('./admin/admin-listener.ts')
    const listener = await Listener.open(this.#adminHost(), options)
    this.#adminListeners.push(listener)
    const { url, host, port } = listener
    return { url, host, port }
  }

  /** Takes another certificate for new connections; nobody is dropped. Throws when it does not fit its key, and the old one stays. */
  replaceTls(tls: TlsFiles): void {
    for (const server of this.#servers) replaceTls(server, tls)
  }

  /**
   * Serves the API on an existing server: its channels, `/-/…` and upgrades to them. Every other request, and every other upgrade,
   * goes to the listeners that the server has now; without any, they are answered here. Closing the server stays its owner's work.
   */
  attach(server: Server): void {
    const requests = server.listeners('request')
    server.removeAllListeners('request')
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      if (requests.length > 0 && !this.#owns(request)) {
        for (const listener of requests) listener.call(server, request, response)
      } else {
        void this.#router.handleRequest(request, response)
      }
    })
    const upgrades = server.listeners('upgrade')
    server.removeAllListeners('upgrade')
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (upgrades.length > 0 && !this.#owns(request)) {
        for (const listener of upgrades) listener.call(server, request, socket, head)
      } else {
        void this.#router.handleUpgrade(request, socket, head)
      }
    })
  }

  /**
   * Publishes as the application: `data` is JSON-compatible, a string for text messages, bytes for binary ones. Rejects with a
   * {@link HydrantError}: `channel-unknown`, `parameter-invalid`, `message-invalid`, `message-too-large`.
   */
  async publish(address: string, data: unknown, options?: PublishMessageOptions): Promise<PublishedMessage> {
    return this.channel(address).publish(data, options)
  }

  /**
   * One concrete address to publish to, for who does it often: its `publish` costs no promise where the broker answers at once. Throws
   * `channel-unknown` or `parameter-invalid`.
   */
  channel(address: string): ApplicationChannel {
    return new ApplicationChannel(this.#service, address, this.#isClosed)
  }

  /** How often each limit was hit since the start, by its name in `docs/reference/settings.md`. Those never hit are absent. */
  limitHits(): ReadonlyMap<string, number> {
    return new Map(this.#service.observer.limitHits.entries())
  }

  /** What `/metrics` on the admin listener says, for who hands it on in another form. */
  readMetrics(): Promise<readonly MetricSnapshot[]> {
    return this.#service.metrics.read()
  }

  /**
   * Hears every message that clients publish on a channel, before it is published: what the handler throws refuses it, and an
   * ApplicationError with a code that the contract declares, or a HydrantError, decides the answer. `channel` is the address template or the channel's id. Returns what removes the handler.
   * Throws `channel-unknown`.
   */
  on(channel: string, handler: Handler): () => void {
    return this.#handlers.add(this.#channelNamed(channel), handler)
  }

  /**
   * Answers the requests that clients send on a channel: an operation of the contract with a reply. What the handler gives is the
   * reply's payload, checked against the contract before it leaves; it may throw as those of `on` do. One handler for each channel; a later one replaces it.
   * Returns what removes the handler. Throws `channel-unknown`, or a TypeError when the channel has no such operation.
   */
  handle(channel: string, handler: RequestHandler): () => void {
    return this.#service.requests.add(this.#channelNamed(channel), handler)
  }

  /**
   * Lets the clients go before a redeploy: `/-/ready` turns red and new connections are refused; after `waitMs`, in which load balancers
   * notice, each client is told to go within `spreadMs`, with close code 1012 and a hint when to come back. Call `close` afterwards.
   */
  async drain(options: DrainOptions = {}): Promise<void> {
    const { drainWaitMs, drainSpreadMs } = this.settings.values
    const { waitMs = drainWaitMs, spreadMs = drainSpreadMs } = options
    const { clock, transports, turn } = this.#service
    this.#draining = true
    this.#service.observer.log?.write('draining', { waitMs, spreadMs })
    await new Promise<void>((elapsed) => clock.after(waitMs, elapsed))
    turn.flush()
    await transports.drain(spreadMs, clock, Math.random)
  }

  /**
   * Cuts everything that is open for a principal, now: subscriptions are told `revoked`, connections end, and tokens that were issued before are
   * refused. Returns how many connections that were. `reason` is told to the peers.
   */
  revoke(principalId: string, reason: string): number {
    return this.#service.revocation.revoke(principalId, reason)
  }

  /** Stops: no new connections, everything queued is sent, sockets get close code 1001, and after the close timeout (5 s) the rest is cut. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(): Promise<void> {
    const { clock, transports, broker, turn } = this.#service
    const serversClosed = this.#servers.map((server) => new Promise((closed) => server.close(closed)))
    const timeIsOver = Promise.withResolvers<void>()
    const cancel = clock.after(this.settings.values.closeTimeoutMs, timeIsOver.resolve)
    turn.flush()
    const adminClosed = this.#adminListeners.map((listener) => listener.close(timeIsOver.promise))
    await transports.closeAll(timeIsOver.promise)
    await Promise.all(adminClosed)
    cancel()
    for (const server of this.#servers) server.closeAllConnections()
    await Promise.all(serversClosed)
    await broker.close()
    this.#service.observer.log?.write('stopped')
  }

  #adminHost(): AdminHost {
    // oxlint-disable-next-line typescript/no-this-alias -- getters of an object have their own
    const hydrant = this
    return {
      service: this.#service,
      get contract() {
        return hydrant.contract
      },
      get diagnostics() {
        return hydrant.diagnostics
      },
      get state() {
        if (hydrant.#closing !== undefined) return 'closed'
        if (hydrant.#draining) return 'draining'
        return hydrant.#service.broker.ready() ? 'ready' : 'starting'
      },
      get listeners() {
        return hydrant.#listening.map(({ url }) => url)
      },
      startedMs: this.#startedMs,
      feeds: () => this.#service.hub.feeds(),
      feed: (address) => this.#service.hub.feed(address),
      drain: (options) => this.drain(options),
      reload: (contract) => this.reload(contract),
      revoke: (principalId, reason) => this.revoke(principalId, reason),
    }
  }

  readonly #isClosed = (): boolean => this.#closing !== undefined

  #isReady(): boolean {
    return !this.#draining && this.#closing === undefined && this.#service.broker.ready()
  }

  #channelNamed(name: string): Channel {
    const found = this.contract.channels.find(({ id, address }) => id === name || address === name)
    if (found !== undefined) return found
    const known = this.contract.channels.map(({ address }) => address).join(', ')
    throw new HydrantError('channel-unknown', `expected one of ${known}, got ${JSON.stringify(name)}`)
  }

  #owns(request: IncomingMessage): boolean {
    return this.#router.owns(request.url)
  }
}

/** What a server is made of, for the other files of this package. */
export function serviceOf(hydrant: Hydrant): LiveService {
  return partsOf(hydrant)
}

/** Reads the contract and makes its API. Throws `contract-invalid`; a file that cannot be read throws the system's error. */
export function createHydrant(options: HydrantOptions): Hydrant {
  return new Hydrant(options)
}
