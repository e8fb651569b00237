import { constants } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Service } from '../service.ts'
import type { LimitLabel } from '../settings/setting.ts'
import { endWith, HandshakePool } from './handshake-pool.ts'
import { connectionsWithinOpenFiles } from './open-files.ts'

/** What a TLS listener needs, in PEM. */
export interface TlsFiles {
  /** The certificate, and those between it and its authority. */
  readonly cert: string | Buffer
  readonly key: string | Buffer
  /** Authorities whose client certificates are accepted; without it none is asked for. Whether one is needed is the contract's to say. */
  readonly clientCa?: string | Buffer | undefined
}

/** Where a listener brings what it gets. */
export interface RequestHandlers {
  handleRequest(request: IncomingMessage, response: ServerResponse): Promise<void>
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>
}

/** An HTTP server with the limits in force, which brings requests to the router; an HTTPS server with `tls`. Throws for files that do not fit. */
export function createListener(service: Service, router: RequestHandlers, tls?: TlsFiles): Server | TlsServer {
  const { values } = service.settings
  const { clock, observer } = service
  const options: ServerOptions = {
    maxHeaderSize: values.maxHeaderBytes,
    headersTimeout: Math.min(values.handshakeTimeoutMs, values.requestTimeoutMs),
    requestTimeout: values.requestTimeoutMs,
    // A deadline is late by this at most.
    connectionsCheckingInterval: Math.min(1_000, values.handshakeTimeoutMs, values.requestTimeoutMs),
    keepAliveTimeout: 65_000,
    insecureHTTPParser: false,
  }
  const server =
    tls === undefined
      ? createServer(options)
      : createTlsServer({
          ...options,
          ...TLS_OPTIONS,
          ...contextOf(tls),
          handshakeTimeout: values.tlsHandshakeTimeoutMs,
        })
  // Node's own cut at a count goes on with what is left; the router refuses instead.
  server.maxHeadersCount = 0
  boundConnections(server, service)

  const pool = new HandshakePool({
    maxHandshakes: values.maxHandshakes,
    maxPerAddress: values.maxConnectionsPerAddress,
    proxies: service.proxies,
    isTls: tls !== undefined,
    clock,
    closeTimeoutMs: values.closeTimeoutMs,
    limitHit: (name) => observer.limitHit(name),
  })
  acceptThrough(server, pool)
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ERR_TLS_HANDSHAKE_TIMEOUT') observer.limitHit('tls-handshake-timeout')
    socket.destroy()
  })
  /** The last request of each connection: what of it is missing tells which deadline was missed. */
  const requests = new WeakMap<Duplex, IncomingMessage>()
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy()
      return
    }
    const { status, limit } = clientErrorOf(error, requests.get(socket))
    if (limit !== undefined) observer.limitHit(limit)
    endWith(socket as Socket, status, { clock, closeTimeoutMs: values.closeTimeoutMs })
  })
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    pool.release(request.socket)
    requests.set(request.socket, request)
    void router.handleRequest(request, response)
  })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Until it is known who is calling it stays in the pool.
    void router.handleUpgrade(request, socket, head).finally(() => pool.release(request.socket))
  })
  return server
}

/** What the system lets the process have is a limit like the others: it is told, and no reason to end. */
function boundConnections(server: Server | TlsServer, { settings, observer, onFault }: Service): void {
  const most = settings.values.maxConnections || connectionsWithinOpenFiles()
  if (most !== Infinity) server.maxConnections = most
  server.on('drop', () => observer.limitHit('connections'))
  // What Node cannot accept; while nothing listens it is whoever opens it that hears.
  server.once('listening', () => server.on('error', onFault))
}

/** Other files from now on, for new connections: nobody is dropped. Throws when they do not fit, and the old ones stay. */
export function replaceTls(server: Server | TlsServer, tls: TlsFiles): void {
  if ('setSecureContext' in server) server.setSecureContext({ ...TLS_OPTIONS, ...contextOf(tls) })
}

/** The server hears of a connection only when the pool has taken it. */
function acceptThrough(server: Server, pool: HandshakePool): void {
  const listeners = server.listeners('connection')
  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) => {
    if (!pool.accept(socket)) return
    for (const listener of listeners) listener.call(server, socket)
  })
}

const TLS_OPTIONS = {
  minVersion: 'TLSv1.2',
  // One protocol, and no callbacks that could throw at what a peer names.
  ALPNProtocols: ['http/1.1'],
  secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
} as const

function contextOf({ cert, key, clientCa }: TlsFiles): object {
  // Whether the certificate is good is told to who asks for it: a channel may be open for those without.
  const client = clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: false }
  return { cert, key, ...client }
}

interface Refusal {
  readonly status: number
  readonly limit?: LimitLabel
}

/** What Node's HTTP parser refuses never reaches a door. It has one error for both of its deadlines. */
function clientErrorOf({ code }: NodeJS.ErrnoException, request: IncomingMessage | undefined): Refusal {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return { status: 431, limit: 'header-size' }
    case 'ERR_HTTP_REQUEST_TIMEOUT': {
      const lacksBody = request !== undefined && !request.complete
      return { status: 408, limit: lacksBody ? 'request-timeout' : 'handshake-timeout' }
    }
    default:
      return { status: 400 }
  }
}
