import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { PeerCertificate, TLSSocket } from 'node:tls'
import { CONNECT_PATH } from '@hydrant/protocol'
import { HydrantError } from '../errors.ts'
import { clientOf } from '../transport/client-of.ts'

/** A request as the `authenticate` hook sees it. */
export interface CallerRequest {
  /** The path, without the query; `/-/connect` also when a socket authenticates by its first message. */
  readonly path: string
  readonly query: URLSearchParams
  /** Lower-case names. Headers that begin with `hydrant-` are not among them: nobody outside can say what they mean. */
  readonly headers: Readonly<Record<string, string>>
  /** The token of `Authorization: Bearer`, or of the socket protocol's `authenticate`. */
  readonly token: string | undefined
  /** Of the peer of the TCP connection. */
  readonly remoteAddress: string | undefined
  /** What the peer proved to hold the key of, when the server asks for certificates; check `authorized` before you believe its names. */
  readonly certificate: { readonly peer: PeerCertificate; readonly authorized: boolean } | undefined
  /** Aborted when the peer has gone, or the answer took too long. */
  readonly signal: AbortSignal
}

/** What is read of a request. */
interface RequestFacts {
  readonly headers: IncomingHttpHeaders
  readonly headersDistinct: IncomingMessage['headersDistinct']
  /** Undefined when there was no request. */
  readonly socket: IncomingMessage['socket'] | undefined
  readonly remoteAddress: string | undefined
}

/** Where credentials are looked for. A credential that comes twice is refused: two readers could believe different ones. */
export class Caller {
  readonly path: string
  readonly query: URLSearchParams
  readonly #request: IncomingMessage | RequestFacts
  /** What came in an `authenticate` message, in place of the request's own credentials. */
  readonly #token: string | undefined

  constructor(
    request: IncomingMessage | RequestFacts,
    target: { readonly path: string; readonly query: URLSearchParams },
    token?: string,
  ) {
    this.path = target.path
    this.query = target.query
    this.#request = request
    this.#token = token
  }

  /** The same connection, with a token that came in a message. */
  withToken(token: string): Caller {
    return new Caller(this.#request, this, token)
  }

  /** What the `authenticate` hook sees, without the request: Node's object for it is larger than a connection. */
  detached(): Caller {
    const { headers, socket } = this.#request
    const facts = { headers, headersDistinct: {}, socket, remoteAddress: this.#remoteAddress }
    return new Caller(facts, this, this.#token)
  }

  /** A token that came in a message; then nothing else of the request is a credential. */
  get messageToken(): string | undefined {
    return this.#token
  }

  /** Throws `bad-request` when it came twice. */
  header(name: string): string | undefined {
    return one(`the header ${name}`, this.#request.headersDistinct[name.toLowerCase()])
  }

  /** Throws `bad-request` when it came twice. */
  parameter(name: string): string | undefined {
    return one(`the query parameter ${name}`, this.query.getAll(name))
  }

  /** RFC 6265 §5.4. Throws `bad-request` when it came twice. */
  cookie(name: string): string | undefined {
    const pairs = (this.#request.headers.cookie ?? '').split(';').map((pair) => pair.trim())
    const values = pairs.filter((pair) => pair.startsWith(`${name}=`)).map((pair) => pair.slice(name.length + 1))
    return one(`the cookie ${name}`, values)
  }

  /** The credentials of an `Authorization` header of this scheme, such as `Bearer` (RFC 9110 §11.4). */
  authorization(scheme: string): string | undefined {
    if (this.#token !== undefined) return scheme === 'Bearer' ? this.#token : undefined
    const header = this.header('authorization')
    const space = header?.indexOf(' ') ?? -1
    if (header === undefined || space < 0) return undefined
    return header.slice(0, space).toLowerCase() === scheme.toLowerCase() ? header.slice(space + 1).trim() : undefined
  }

  get certificate(): CallerRequest['certificate'] {
    const socket = this.#request.socket as Partial<TLSSocket> | undefined
    if (socket?.encrypted !== true || socket.getPeerCertificate === undefined) return undefined
    const peer = socket.getPeerCertificate()
    return peer.raw === undefined ? undefined : { peer, authorized: socket.authorized === true }
  }

  /** What the hook gets. */
  view(signal: AbortSignal): CallerRequest {
    const headers = Object.entries(this.#request.headers).flatMap(([name, value]): [string, string][] =>
      value === undefined || name.startsWith('hydrant-')
        ? []
        : [[name, Array.isArray(value) ? value.join(', ') : value]],
    )
    return {
      path: this.path,
      query: this.query,
      headers: Object.fromEntries(headers),
      token: this.authorization('Bearer'),
      remoteAddress: this.#remoteAddress,
      certificate: this.certificate,
      signal,
    }
  }

  get #remoteAddress(): string | undefined {
    return 'remoteAddress' in this.#request ? this.#request.remoteAddress : clientOf(this.#request).address
  }
}

/** Whoever has nothing but a token. */
export const TOKENS_ONLY: Caller = new Caller(
  { headers: {}, headersDistinct: {}, socket: undefined, remoteAddress: undefined },
  { path: CONNECT_PATH, query: new URLSearchParams() },
)

function one(what: string, values: readonly string[] | undefined): string | undefined {
  if (values === undefined || values.length <= 1) return values?.[0]
  throw new HydrantError('bad-request', `${what}: expected one, got ${values.length}`)
}
