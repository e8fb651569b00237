import { type DeflateParameters, MAX_WINDOW_BITS, MIN_ZLIB_WINDOW_BITS } from '../deflate/parameters.ts'
import { HeaderReader, isToken } from './tokens.ts'

/** One element of Sec-WebSocket-Extensions. Parameters are pairs: no name of a peer's ever becomes a property. */
export interface Extension {
  readonly name: string
  readonly parameters: readonly (readonly [name: string, value: string | undefined])[]
}

/** Offers beyond these are not read. */
export const MAX_OFFERS = 8

const DEFLATE = 'permessage-deflate'

/** Reads the first `max` extensions of a header (RFC 6455 §9.1); `undefined` when they are malformed. */
export function parseExtensions(text: string, max: number): Extension[] | undefined {
  const reader = new HeaderReader(text)
  const extensions: Extension[] = []
  while (extensions.length < max) {
    reader.skipSpace()
    const name = reader.token()
    if (name !== undefined) {
      const parameters = parseParameters(reader)
      if (parameters === undefined) return undefined
      extensions.push({ name, parameters })
    }
    reader.skipSpace()
    if (reader.atEnd) return extensions.length === 0 ? undefined : extensions
    if (!reader.take(',')) return undefined
  }
  return extensions
}

function parseParameters(reader: HeaderReader): [string, string | undefined][] | undefined {
  const parameters: [string, string | undefined][] = []
  for (;;) {
    reader.skipSpace()
    if (!reader.take(';')) return parameters
    reader.skipSpace()
    const name = reader.token()
    if (name === undefined) return undefined
    reader.skipSpace()
    let value: string | undefined
    if (reader.take('=')) {
      reader.skipSpace()
      value = reader.take('"') ? reader.quotedRest() : reader.token()
      // RFC 6455 §9.1: a quoted value, unescaped, is a token too.
      if (value === undefined || !isToken(value)) return undefined
    }
    parameters.push([name, value])
  }
}

/** What we agree to, and the header that says so. */
export interface DeflateAgreement {
  readonly parameters: DeflateParameters
  readonly header: string
}

/** The first acceptable offer of permessage-deflate (RFC 7692 §5.1), without context takeover in either direction. */
export function acceptDeflate(offers: readonly Extension[], ours: DeflateParameters): DeflateAgreement | undefined {
  for (const offer of offers) {
    if (offer.name !== DEFLATE) continue
    const asked = readDeflate(offer, true)
    if (asked === undefined) continue
    // zlib cannot make an 8-bit window, so we could not keep this promise.
    if (asked.serverWindowBits !== undefined && asked.serverWindowBits < MIN_ZLIB_WINDOW_BITS) continue
    const windowBits = Math.min(asked.serverWindowBits ?? MAX_WINDOW_BITS, ours.windowBits)
    const bits = asked.serverWindowBits === undefined ? '' : `; server_max_window_bits=${windowBits}`
    // Nothing is asked of the client's window: we read every size.
    const header = `${DEFLATE}; server_no_context_takeover; client_no_context_takeover${bits}`
    return { parameters: { ...ours, windowBits }, header }
  }
  return undefined
}

/** What a client offers: no context takeover both ways, and any window that the server wants of us. */
export const DEFLATE_OFFER: string = `${DEFLATE}; server_no_context_takeover; client_no_context_takeover; client_max_window_bits`

/** What the server made of {@link DEFLATE_OFFER}; `undefined` when it is not an answer to that (RFC 7692 §7.1). */
export function checkDeflateAnswer(answer: Extension, ours: DeflateParameters): DeflateParameters | undefined {
  if (answer.name !== DEFLATE) return undefined
  const agreed = readDeflate(answer, false)
  // A server that kept its context would send what we cannot inflate.
  if (agreed === undefined || !agreed.serverNoContextTakeover) return undefined
  return { ...ours, windowBits: Math.min(agreed.clientWindowBits ?? MAX_WINDOW_BITS, ours.windowBits) }
}

interface DeflateWishes {
  readonly serverNoContextTakeover: boolean
  readonly serverWindowBits: number | undefined
  readonly clientWindowBits: number | undefined
}

/** `undefined` for an unknown or repeated parameter, or one with a value it may not have (RFC 7692 §7.1). */
function readDeflate(extension: Extension, isOffer: boolean): DeflateWishes | undefined {
  const seen = new Set<string>()
  let serverWindowBits: number | undefined
  let clientWindowBits: number | undefined
  for (const [name, value] of extension.parameters) {
    if (seen.has(name)) return undefined
    seen.add(name)
    switch (name) {
      case 'server_no_context_takeover':
      case 'client_no_context_takeover':
        if (value !== undefined) return undefined
        break
      case 'server_max_window_bits':
        serverWindowBits = readWindowBits(value)
        if (serverWindowBits === undefined) return undefined
        break
      case 'client_max_window_bits':
        // Only an offer may leave the value out.
        if (value === undefined && isOffer) break
        clientWindowBits = readWindowBits(value)
        if (clientWindowBits === undefined) return undefined
        break
      default:
        return undefined
    }
  }
  return { serverNoContextTakeover: seen.has('server_no_context_takeover'), serverWindowBits, clientWindowBits }
}

/** RFC 7692 §7.1.2: 8 to 15, without leading zeros. */
function readWindowBits(value: string | undefined): number | undefined {
  return value !== undefined && /^(?:[89]|1[0-5])$/.test(value) ? Number(value) : undefined
}
