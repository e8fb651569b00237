import { createServer, type IncomingMessage, type Server } from 'node:http'
import { type AddressInfo, isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import { getRequestListener } from '@hono/node-server'
import { CONNECT_PATH } from '@hydrant/protocol'
import { parseTarget } from '../doors/request.ts'
import { refuseUpgrade } from '../doors/websocket/refuse.ts'
import { HydrantError, toHydrantError } from '../errors.ts'
import { Caller } from '../guard/caller.ts'
import { Access } from './access.ts'
import type { AdminHost } from './admin-host.ts'
import { AuditLog, type AuditEntry } from './audit-log.ts'
import type { AdminHandlers } from './call.ts'
import { ContractVersions } from './contract-versions.ts'
import { createAdminApp } from './http/app.ts'
import { consoleFiles } from './http/console-files.ts'
import { AdminLive } from './live/admin-live.ts'
import { liveStates } from './live/live-states.ts'
import { readDescription } from './openapi-document.ts'
import type { AdminParts } from './parts.ts'
import { channelHandlers } from './resources/channels.ts'
import { connectionHandlers } from './resources/connections.ts'
import { contractHandlers } from './resources/contract.ts'
import { messageHandlers } from './resources/messages.ts'
import { metaHandlers } from './resources/meta.ts'
import { operationHandlers } from './resources/operation.ts'
import { quarantineHandlers, showMessage } from './resources/quarantine.ts'
import { snapshotHandlers } from './resources/snapshot.ts'
import { statusHandlers, statusOf } from './resources/status.ts'
import { trafficHandlers } from './resources/traffic.ts'
import { AdminPublishWatch } from './watch/publish-watch.ts'
import { Rates } from './watch/rates.ts'
import { StatusHistory } from './watch/status-history.ts'

/** Where the admin listener is, and who may use it. */
export interface AdminOptions {
  /** 0 takes a free port. Default 8081. */
  readonly port?: number | undefined
  /** Default 127.0.0.1. Anything but a loopback address needs a token. */
  readonly host?: string | undefined
  /** What callers have to show, at least 16 characters. Default none, on loopback. */
  readonly token?: string | undefined
  /** Names besides `localhost` and addresses by which it may be called. Default none. */
  readonly allowedHosts?: readonly string[] | undefined
  /** Let everybody who reaches it in, without a token, also from other machines. Default false. */
  readonly insecureNoToken?: boolean | undefined
  /** Hears every change as it is made, for a log. */
  readonly onChange?: ((entry: AuditEntry) => void) | undefined
}

const MIN_TOKEN_LENGTH = 16

/** The listener of operators: API, live channels and console, on a port of its own. */
export class AdminListener {
  readonly url: string
  readonly host: string
  readonly port: number
  readonly #server: Server
  readonly #parts: AdminParts
  readonly #live: AdminLive

  private constructor(server: Server, parts: AdminParts, live: AdminLive) {
    this.#server = server
    this.#parts = parts
    this.#live = live
    const { address, port } = server.address() as AddressInfo
    this.host = address
    this.port = port
    this.url = `http://${address.includes(':') ? `[${address}]` : address}:${port}`
  }

  /** Rejects with a TypeError for options that would let strangers in, or with the system's error (`EADDRINUSE`, …). */
  static async open(host: AdminHost, options: AdminOptions): Promise<AdminListener> {
    const { port = 8081, host: address = '127.0.0.1', allowedHosts = [] } = options
    checkOptions(address, options)
    const { clock, onFault, observer, publisher } = host.service
    let live: AdminLive | undefined
    const audit = new AuditLog((entry) => {
      const { actor, remoteAddress: remote, action, target, reason, status } = entry
      observer.log?.write('admin-change', {
        actor,
        remote,
        action,
        target: target ?? undefined,
        reason: reason ?? undefined,
        status,
      })
      options.onChange?.(entry)
      live?.tell('/log', entry)
    })
    const watch = new AdminPublishWatch(clock)
    const watched = {
      host,
      audit,
      watch,
      access: new Access({ token: options.token, allowedHosts, clock }),
      description: readDescription(),
      rates: new Rates(observer, clock),
      versions: new ContractVersions(() => host.contract, clock),
      listening: () => ({ host: address, port: (server.address() as AddressInfo).port, allowedHosts }),
    }
    const parts: AdminParts = { ...watched, history: new StatusHistory(() => statusOf(watched), clock) }
    live = new AdminLive(liveStates(parts), clock, onFault, host.refresh)
    const files = await consoleFiles()
    const app = createAdminApp({
      ...parts,
      handlers: allHandlers(parts, live),
      files,
      onFault,
    })
    const answer = getRequestListener(app.fetch, { overrideGlobalObjects: false })
    const server = createServer(SERVER_OPTIONS, (request, response) => void answer(request, response))
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      void upgrade(parts, live, request, socket, head)
    })
    try {
      await listen(server, port, address)
    } catch (error) {
      parts.rates.stop()
      parts.history.stop()
      throw error
    }
    publisher.watch = watch
    observer.onKept = (row, message) => {
      if (watch.tails.size > 0) watch.tails.refused(message.at, () => JSON.stringify(showMessage(parts, row, message)))
    }
    return new AdminListener(server, parts, live)
  }

  /** Ends what is open; what is left when `timeIsOver` is cut. */
  async close(timeIsOver: Promise<void>): Promise<void> {
    const { host, watch, rates, history } = this.#parts
    if (host.service.publisher.watch === watch) host.service.publisher.watch = undefined
    host.service.observer.onKept = undefined
    rates.stop()
    history.stop()
    const closed = new Promise((resolve) => this.#server.close(resolve))
    await this.#live.close(timeIsOver)
    this.#server.closeAllConnections()
    await closed
  }
}

const SERVER_OPTIONS = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 1_000,
  insecureHTTPParser: false,
} as const

function allHandlers(parts: AdminParts, live: AdminLive): AdminHandlers {
  return {
    ...statusHandlers(parts),
    ...channelHandlers(parts),
    ...trafficHandlers(parts),
    ...messageHandlers(parts),
    ...connectionHandlers(parts),
    ...quarantineHandlers(parts),
    ...contractHandlers(parts),
    ...operationHandlers(parts),
    ...snapshotHandlers(parts),
    ...metaHandlers(parts, live.document),
  }
}

async function upgrade(
  { access, host }: AdminParts,
  live: AdminLive,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  // Before anything asynchronous: a reset during the handshake must find a listener.
  const onError = (): void => void socket.destroy()
  socket.on('error', onError)
  try {
    const target = parseTarget(request)
    access.checkSite({ method: 'GET', path: target.path, headers: request.headers })
    if (access.actorOf(request.headers) === undefined) {
      throw new HydrantError('unauthenticated', 'the admin listener asks for its token here')
    }
    if (target.path !== CONNECT_PATH) throw new HydrantError('not-found', `no socket is at ${target.path}`)
    live.accept(request, socket, head, new Caller(request, target))
    socket.off('error', onError)
  } catch (error) {
    const refused = toHydrantError(error)
    if (refused.code === 'internal') host.service.onFault(error)
    refuseUpgrade(socket, refused, request)
  }
}

function checkOptions(address: string, { token, insecureNoToken = false }: AdminOptions): void {
  if (token !== undefined && token.length < MIN_TOKEN_LENGTH) {
    throw new TypeError(`the admin token: expected at least ${MIN_TOKEN_LENGTH} characters, got ${token.length}`)
  }
  if (token === undefined && !insecureNoToken && !isLoopback(address)) {
    throw new TypeError(`the admin listener at ${address} can be reached from other machines: it needs a token`)
  }
}

function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || (isIP(address) === 4 && address.startsWith('127.'))
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((listening, failed) => {
    server.once('error', failed)
    server.listen(port, host, () => {
      server.off('error', failed)
      listening()
    })
  })
}
