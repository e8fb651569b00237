import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { HydrantError } from '../errors.ts'

/** Who sent a request, and how it was addressed: what the socket says, or what a trusted proxy says in front of it. */
export interface Client {
  /** IP address; undefined once the connection is gone. */
  readonly address: string | undefined
  readonly scheme: 'http' | 'https'
  /** Host and port as the client wrote them. */
  readonly host: string | undefined
}

const forwarded = new WeakMap<IncomingMessage, Client>()

/** The client of a request: what {@link TrustedProxies.read} has found, or the other end of the connection. */
export function clientOf(request: IncomingMessage): Client {
  return forwarded.get(request) ?? directClient(request)
}

/** Which proxies are believed about whom they speak for. */
export class TrustedProxies {
  readonly #list: BlockList | undefined

  /** `listed`: addresses and networks, `10.0.0.0/8`. Throws TypeError for anything else. */
  constructor(listed: readonly string[]) {
    if (listed.length === 0) return
    this.#list = new BlockList()
    for (const text of listed) addTo(this.#list, text)
  }

  /** Whether this is the address of a listed proxy. */
  includes(address: string | undefined): boolean {
    const family = isIP(address ?? '')
    if (this.#list === undefined || family === 0) return false
    return this.#list.check(plain(address!), isIP(plain(address!)) === 6 ? 'ipv6' : 'ipv4')
  }

  /**
   * Reads whom the request comes from: the right-most address that is no listed proxy's counts, since everything left of it is only
   * what that one says. Headers of others are ignored. Throws `bad-request` when `Forwarded` and `X-Forwarded-For` name different clients:
   * one of the two was not written by the proxy.
   */
  read(request: IncomingMessage): void {
    if (this.#list === undefined) return
    const direct = directClient(request)
    if (!this.includes(direct.address)) return
    const standard = parseForwarded(header(request, 'forwarded'))
    const usual = header(request, 'x-forwarded-for')?.split(',').map(addressIn)
    const address = this.#clientIn(usual ?? standard?.hops, direct.address)
    if (usual !== undefined && standard !== undefined && this.#clientIn(standard.hops, direct.address) !== address) {
      throw new HydrantError(
        'bad-request',
        'Forwarded and X-Forwarded-For name different clients: the proxy has to remove the one that it does not write',
      )
    }
    const scheme = last(header(request, 'x-forwarded-proto')) ?? standard?.scheme ?? direct.scheme
    const host = last(header(request, 'x-forwarded-host')) ?? standard?.host ?? direct.host
    forwarded.set(request, { address, scheme: scheme.toLowerCase() === 'https' ? 'https' : 'http', host })
  }

  /** From the right: proxies of ours are skipped, and what is no address ends the way. */
  #clientIn(hops: readonly (string | undefined)[] | undefined, direct: string | undefined): string | undefined {
    let client = direct
    for (const hop of (hops ?? []).toReversed()) {
      if (hop === undefined) break
      client = hop
      if (!this.includes(hop)) break
    }
    return client
  }
}

/** Whether the address is this machine's own. */
export function isLoopback(address: string | undefined): boolean {
  if (address === undefined) return false
  const bare = plain(address)
  return bare === '::1' || bare.startsWith('127.')
}

/** What connections of one address are counted by: an IPv6 customer has a /64 of addresses. */
export function addressGroup(address: string): string {
  const bare = plain(address)
  if (isIP(bare) !== 6) return bare
  const [head = '', tail] = bare.split('::')
  const first = head.split(':').filter((part) => part !== '')
  const rest = tail === undefined ? [] : tail.split(':').filter((part) => part !== '')
  const zeros = tail === undefined ? 0 : 8 - first.length - rest.length
  const groups = [...first, ...Array<string>(Math.max(0, zeros)).fill('0'), ...rest]
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}

function directClient(request: IncomingMessage): Client {
  const { remoteAddress } = request.socket
  const isEncrypted = (request.socket as Partial<TLSSocket>).encrypted === true
  return {
    address: remoteAddress === undefined ? undefined : plain(remoteAddress),
    scheme: isEncrypted ? 'https' : 'http',
    host: request.headers.host,
  }
}

function addTo(list: BlockList, text: string): void {
  const [address = '', bits, ...more] = text.split('/')
  const family = isIP(address)
  const max = family === 6 ? 128 : 32
  const isNetwork = bits !== undefined && /^\d{1,3}$/.test(bits) && Number(bits) <= max
  if (family === 0 || more.length > 0 || (bits !== undefined && !isNetwork)) {
    throw new TypeError(`expected the address or network of a proxy, such as 10.0.0.0/8, got ${JSON.stringify(text)}`)
  }
  const type = family === 6 ? 'ipv6' : 'ipv4'
  if (bits === undefined) list.addAddress(address, type)
  else list.addSubnet(address, Number(bits), type)
}

/** An IPv4 address that came over an IPv6 socket is an IPv4 address. */
function plain(address: string): string {
  if (!address.startsWith('::')) return address
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  return mapped === null ? address : mapped[1]!
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value.join(',') : value
}

/** Proxies append: the last one is the nearest proxy's. */
function last(list: string | undefined): string | undefined {
  return list?.split(',').at(-1)?.trim() || undefined
}

interface Forwarded {
  readonly hops: readonly (string | undefined)[]
  readonly scheme: string | undefined
  readonly host: string | undefined
}

/** RFC 7239 §4. Only the nearest proxy's `proto` and `host` count. */
function parseForwarded(text: string | undefined): Forwarded | undefined {
  if (text === undefined) return undefined
  const elements = text.split(',').map((element) => {
    const pairs = element.split(';').map((pair) => {
      const equals = pair.indexOf('=')
      return [
        pair.slice(0, equals).trim().toLowerCase(),
        pair
          .slice(equals + 1)
          .trim()
          .replace(/^"(.*)"$/, '$1'),
      ] as const
    })
    return new Map(pairs)
  })
  const nearest = elements.at(-1)
  return {
    hops: elements.map((element) => addressIn(element.get('for') ?? '')),
    scheme: nearest?.get('proto'),
    host: nearest?.get('host'),
  }
}

/** The address in `192.0.2.1`, `192.0.2.1:443`, `[2001:db8::1]:443`; undefined for names, `unknown` and nonsense. */
function addressIn(text: string): string | undefined {
  const written = text.trim()
  const bare = /^\[([^\]]*)\](?::\d+)?$/.exec(written)?.[1] ?? /^([^:]*):\d+$/.exec(written)?.[1] ?? written
  return isIP(bare) === 0 ? undefined : plain(bare)
}
