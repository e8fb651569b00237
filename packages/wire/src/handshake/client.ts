import { completeDeflateOptions, type DeflateOptions, type DeflateParameters } from '../deflate/parameters.ts'
import { misuse } from '../errors.ts'
import { acceptKey } from './accept-key.ts'
import { headerLines } from './accept.ts'
import { checkDeflateAnswer, DEFLATE_OFFER, parseExtensions } from './extensions.ts'
import { HeadCollector, isHeaderValue, MAX_HEADERS, parseHeaderLines } from './head-lines.ts'
import { isToken, listHasToken } from './tokens.ts'

export interface HandshakeRequestOptions {
  /** Where to connect: a `URL` with the scheme ws, wss, http or https. User and password become Basic authentication. */
  readonly url: {
    readonly protocol: string
    readonly host: string
    readonly pathname: string
    readonly search: string
    readonly username?: string
    readonly password?: string
  }
  /** Subprotocols, the preferred first. */
  readonly protocols?: readonly string[] | undefined
  /** Further headers, such as Authorization or Origin. */
  readonly headers?: readonly (readonly [name: string, value: string])[] | undefined
  /** Whether to offer compression, and how to compress. Default false. */
  readonly deflate?: boolean | DeflateOptions | undefined
  /** Fills the array with unpredictable bytes, for the key. */
  readonly random: (bytes: Uint8Array) => void
}

/** Every way in which an answer can fail to be a handshake. */
export const HANDSHAKE_FAILURES = {
  'unexpected-status': 'The server did not answer with status 101.',
  'bad-response': 'The answer is not an HTTP/1.1 response.',
  'head-too-large': 'The head of the answer is larger than 16 KiB or has more than 100 headers.',
  'bad-upgrade': 'The answer does not say "Upgrade: websocket" and "Connection: Upgrade".',
  'bad-accept': 'Sec-WebSocket-Accept is not the answer to our key.',
  'bad-protocol': 'The server chose a subprotocol that was not offered.',
  'bad-extensions': 'The server chose an extension, or a parameter of one, that was not offered.',
} as const

/** A stable code of {@link HANDSHAKE_FAILURES}. */
export type HandshakeFailureCode = keyof typeof HANDSHAKE_FAILURES

/** The connection is open. */
export interface HandshakeDone {
  readonly ok: true
  readonly protocol: string | undefined
  /** For {@link WireConnection}. */
  readonly deflate: DeflateParameters | undefined
  /** Name, value, name, value … as received. */
  readonly headers: readonly string[]
  /** Bytes after the head: the first frames. */
  readonly leftover: Buffer
}

/** There is no connection. */
export interface HandshakeFailed {
  readonly ok: false
  readonly code: HandshakeFailureCode
  readonly detail: string
  /** The status and headers of the answer, as far as they were understood, for redirects, 401 and Retry-After. */
  readonly status: number | undefined
  readonly headers: readonly string[]
  /** Bytes after the head: the beginning of the error's body. */
  readonly leftover: Buffer
}

/** The client's handshake (RFC 6455 §4.1): send {@link request}, then push what comes until there is a result. */
export class ClientHandshake {
  /** The bytes to send. */
  readonly request: Buffer
  readonly #key: string
  readonly #protocols: readonly string[]
  readonly #deflate: DeflateParameters | undefined
  readonly #collector = new HeadCollector()

  /** Throws a TypeError for an address, header, subprotocol or compression option that could not be sent. */
  constructor(options: HandshakeRequestOptions) {
    const { bytes, key } = createHandshakeRequest(options)
    this.request = bytes
    this.#key = key
    this.#protocols = options.protocols ?? []
    this.#deflate = completeDeflateOptions(options.deflate)
  }

  /** The result, or `undefined` when more bytes are needed. Do not push again after a result. */
  push(bytes: Buffer): HandshakeDone | HandshakeFailed | undefined {
    const collected = this.#collector.push(bytes)
    if (collected === 'incomplete') return undefined
    if (collected === 'too-large') return failed('head-too-large')
    const { lines, leftover } = collected
    const [statusLine, ...rest] = lines
    if (rest.length > MAX_HEADERS) return failed('head-too-large')
    const match = /^HTTP\/1\.1 (\d{3})(?: .*)?$/.exec(statusLine!)
    const headers = parseHeaderLines(rest)
    if (match === null || headers === undefined) return failed('bad-response')
    const status = Number(match[1])
    const answer = status === 101 ? this.#check(headers) : 'unexpected-status'
    if (typeof answer === 'string') return failed(answer, status, headers, leftover)
    return { ok: true, ...answer, headers, leftover }
  }

  #check(
    headers: readonly string[],
  ): { protocol: string | undefined; deflate: DeflateParameters | undefined } | HandshakeFailureCode {
    const upgrade = valuesOf(headers, 'upgrade').join(',')
    const connection = valuesOf(headers, 'connection').join(',')
    if (upgrade.toLowerCase() !== 'websocket' || !listHasToken(connection, 'upgrade')) return 'bad-upgrade'
    const accepts = valuesOf(headers, 'sec-websocket-accept')
    if (accepts.length !== 1 || accepts[0] !== acceptKey(this.#key)) return 'bad-accept'
    const protocols = valuesOf(headers, 'sec-websocket-protocol')
    if (protocols.length > 1 || (protocols.length === 1 && !this.#protocols.includes(protocols[0]!))) {
      return 'bad-protocol'
    }
    const deflate = this.#checkExtensions(valuesOf(headers, 'sec-websocket-extensions'))
    if (deflate === 'bad-extensions') return deflate
    return { protocol: protocols[0], deflate }
  }

  #checkExtensions(values: readonly string[]): DeflateParameters | undefined | 'bad-extensions' {
    if (values.length === 0) return undefined
    const extensions = parseExtensions(values.join(','), 2)
    if (extensions?.length !== 1 || this.#deflate === undefined) return 'bad-extensions'
    return checkDeflateAnswer(extensions[0]!, this.#deflate) ?? 'bad-extensions'
  }
}

/** The bytes of a handshake request, and the key that the answer must match. See {@link ClientHandshake} for both. */
export function createHandshakeRequest(options: HandshakeRequestOptions): { bytes: Buffer; key: string } {
  const { url, protocols = [] } = options
  if (!/^(?:ws|http)s?:$/.test(url.protocol)) throw misuse('bad-url', url.protocol)
  if (protocols.some((each) => !isToken(each)) || new Set(protocols).size !== protocols.length) {
    throw misuse('bad-protocol', protocols.join(', '))
  }
  const nonce = Buffer.alloc(16)
  options.random(nonce)
  const key = nonce.toString('base64')
  const target = `${url.pathname === '' ? '/' : url.pathname}${url.search}`
  if (/[^\x21-\x7e]/.test(target) || !isHeaderValue(url.host)) throw misuse('bad-url', JSON.stringify(target))
  const headers: (readonly [string, string])[] = [
    ['Host', url.host],
    ['Upgrade', 'websocket'],
    ['Connection', 'Upgrade'],
    ['Sec-WebSocket-Key', key],
    ['Sec-WebSocket-Version', '13'],
  ]
  if (protocols.length > 0) headers.push(['Sec-WebSocket-Protocol', protocols.join(', ')])
  if (completeDeflateOptions(options.deflate) !== undefined) headers.push(['Sec-WebSocket-Extensions', DEFLATE_OFFER])
  if (url.username) {
    const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password ?? '')}`
    headers.push(['Authorization', `Basic ${Buffer.from(pair).toString('base64')}`])
  }
  const lines = headerLines([...headers, ...(options.headers ?? [])])
  return { bytes: Buffer.from(`GET ${target} HTTP/1.1\r\n${lines}\r\n`, 'latin1'), key }
}

function failed(
  code: HandshakeFailureCode,
  status?: number,
  headers: readonly string[] = [],
  leftover: Buffer = Buffer.alloc(0),
): HandshakeFailed {
  return { ok: false, code, detail: HANDSHAKE_FAILURES[code], status, headers, leftover }
}

function valuesOf(headers: readonly string[], name: string): string[] {
  const values: string[] = []
  for (let i = 0; i + 1 < headers.length; i += 2) {
    if (headers[i]!.toLowerCase() === name) values.push(headers[i + 1]!)
  }
  return values
}
