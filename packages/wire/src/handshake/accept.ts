import { completeDeflateOptions, type DeflateOptions, type DeflateParameters } from '../deflate/parameters.ts'
import { misuse } from '../errors.ts'
import { acceptKey } from './accept-key.ts'
import { acceptDeflate, MAX_OFFERS, parseExtensions } from './extensions.ts'
import { isHeaderValue } from './head-lines.ts'
import { type Refused, refuse } from './refusals.ts'
import type { RequestHead } from './request-head.ts'
import { isToken, listHasToken, parseTokenList } from './tokens.ts'

export interface AcceptOptions {
  /** Subprotocols that the server speaks. The first of the client's list that is among them is chosen. */
  readonly protocols?: readonly string[] | undefined
  /** Chooses among what the client offered, in place of `protocols`. */
  readonly selectProtocol?: ((offered: readonly string[]) => string | undefined) | undefined
  /** Whether, and how, to compress. Default false. */
  readonly deflate?: boolean | DeflateOptions | undefined
}

/** The request is a good handshake. Nothing has been sent. */
export interface Accepted {
  readonly ok: true
  readonly protocol?: string | undefined
  /** For {@link WireConnection}. */
  readonly deflate?: DeflateParameters | undefined
  /** The whole 101 response. Throws a TypeError for a header that is no header. */
  response(extraHeaders?: readonly (readonly [name: string, value: string])[]): Buffer
}

/**
 * Checks a request against RFC 6455 §4.2.1 and prepares the answer of §4.2.2. It never throws at what a peer sent; it
 * throws a TypeError when `selectProtocol` chooses what was not offered, or `deflate` is out of range.
 */
export function acceptHandshake(head: RequestHead, options: AcceptOptions = {}): Accepted | Refused {
  const headers = collect(head.headers)
  const refused = checkRequest(head, headers) ?? checkWebSocketHeaders(headers)
  if (refused !== undefined) return refused

  const offered = headers.protocols === undefined ? [] : parseTokenList(headers.protocols)
  if (offered === undefined || new Set(offered).size !== offered.length) return refuse('bad-protocols')
  const offers = headers.extensions === undefined ? [] : parseExtensions(headers.extensions, MAX_OFFERS)
  if (offers === undefined) return refuse('bad-extensions')

  const protocol = chooseProtocol(offered, options)
  const ours = completeDeflateOptions(options.deflate)
  const agreement = ours === undefined ? undefined : acceptDeflate(offers, ours)

  let answer =
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
    `Sec-WebSocket-Accept: ${acceptKey(headers.key!)}\r\n`
  if (protocol !== undefined) answer += `Sec-WebSocket-Protocol: ${protocol}\r\n`
  if (agreement !== undefined) answer += `Sec-WebSocket-Extensions: ${agreement.header}\r\n`
  return {
    ok: true,
    protocol,
    deflate: agreement?.parameters,
    response: (extraHeaders = []) => Buffer.from(`${answer}${headerLines(extraHeaders)}\r\n`, 'latin1'),
  }
}

/** The headers that matter here. Lists that came in several lines are joined (RFC 9110 §5.3). */
interface HandshakeHeaders {
  hosts: number
  upgrade: string | undefined
  connection: string | undefined
  version: string | undefined
  versions: number
  key: string | undefined
  keys: number
  protocols: string | undefined
  extensions: string | undefined
  hasBody: boolean
  isDraft: boolean
}

function collect(raw: readonly string[]): HandshakeHeaders {
  const found: HandshakeHeaders = {
    hosts: 0,
    upgrade: undefined,
    connection: undefined,
    version: undefined,
    versions: 0,
    key: undefined,
    keys: 0,
    protocols: undefined,
    extensions: undefined,
    hasBody: false,
    isDraft: false,
  }
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const value = raw[i + 1]!
    switch (raw[i]!.toLowerCase()) {
      case 'host':
        found.hosts++
        break
      case 'upgrade':
        found.upgrade = join(found.upgrade, value)
        break
      case 'connection':
        found.connection = join(found.connection, value)
        break
      case 'sec-websocket-version':
        found.versions++
        found.version = value
        break
      case 'sec-websocket-key':
        found.keys++
        found.key = value
        break
      case 'sec-websocket-protocol':
        found.protocols = join(found.protocols, value)
        break
      case 'sec-websocket-extensions':
        found.extensions = join(found.extensions, value)
        break
      case 'content-length':
      case 'transfer-encoding':
        found.hasBody = true
        break
      case 'sec-websocket-key1':
      case 'sec-websocket-key2':
        found.isDraft = true
        break
    }
  }
  return found
}

function join(before: string | undefined, value: string): string {
  return before === undefined ? value : `${before},${value}`
}

function checkRequest(head: RequestHead, headers: HandshakeHeaders): Refused | undefined {
  if (head.httpVersion === '1.0' || head.httpVersion === '0.9') return refuse('bad-http-version')
  if (head.httpVersion !== '1.1') return refuse('unsupported-http-version')
  if (head.method !== 'GET') return refuse('bad-method')
  if (headers.hosts !== 1) return refuse('bad-host')
  if (headers.hasBody) return refuse('request-body')
  return undefined
}

function checkWebSocketHeaders(headers: HandshakeHeaders): Refused | undefined {
  if (headers.isDraft) return refuse('draft-handshake')
  if (headers.upgrade === undefined) {
    return refuse('not-an-upgrade', [
      ['Upgrade', 'websocket'],
      ['Connection', 'Upgrade'],
      ['Sec-WebSocket-Version', '13'],
    ])
  }
  if (!listHasToken(headers.upgrade, 'websocket')) return refuse('bad-upgrade')
  if (headers.connection === undefined || !listHasToken(headers.connection, 'upgrade')) return refuse('bad-connection')
  const { version } = headers
  // RFC 6455 §4.3: 0 to 255 without leading zeros.
  if (headers.versions !== 1 || !/^(?:\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])$/.test(version!)) return refuse('bad-version')
  // RFC 6455 §4.4: say which version would do.
  if (version !== '13') return refuse('unsupported-version', [['Sec-WebSocket-Version', '13']])
  // 22 characters of base64 and two of padding are 16 bytes.
  if (headers.keys !== 1 || !/^[0-9A-Za-z+/]{22}==$/.test(headers.key!)) return refuse('bad-key')
  return undefined
}

function chooseProtocol(offered: readonly string[], options: AcceptOptions): string | undefined {
  if (offered.length === 0) return undefined
  const { selectProtocol, protocols = [] } = options
  if (selectProtocol === undefined) return offered.find((each) => protocols.includes(each))
  const chosen = selectProtocol(offered)
  if (chosen !== undefined && !offered.includes(chosen)) throw misuse('bad-protocol', chosen)
  return chosen
}

/** Header lines of our own, checked: a line break in one would begin another header. */
export function headerLines(headers: readonly (readonly [name: string, value: string])[]): string {
  let lines = ''
  for (const [name, value] of headers) {
    if (!isToken(name) || !isHeaderValue(value)) throw misuse('bad-header', JSON.stringify(name))
    lines += `${name}: ${value}\r\n`
  }
  return lines
}
