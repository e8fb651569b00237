import { HeadCollector, MAX_HEADERS, parseHeaderLines } from './head-lines.ts'
import { type Refused, refuse } from './refusals.ts'
import { isToken } from './tokens.ts'

/** The head of an HTTP request, unprocessed. */
export interface RequestHead {
  readonly method: string
  readonly target: string
  /** Such as `1.1`. */
  readonly httpVersion: string
  /** Name, value, name, value … exactly as received, like Node's `rawHeaders`. */
  readonly headers: readonly string[]
}

/** A complete head, and the bytes that came after it in the same read. */
export interface ReceivedHead {
  readonly ok: true
  readonly head: RequestHead
  readonly leftover: Buffer
}

/**
 * Reads one request head from a raw socket, in pieces of any size: at most 16 KiB and 100 headers, in linear time.
 * For servers without Node's HTTP parser in front.
 */
export class RequestHeadParser {
  readonly #collector = new HeadCollector()

  /** The head, or why there will be none, or `undefined` when more bytes are needed. Do not push again after a result. */
  push(bytes: Buffer): ReceivedHead | Refused | undefined {
    const collected = this.#collector.push(bytes)
    if (collected === 'incomplete') return undefined
    if (collected === 'too-large') return refuse('head-too-large')
    const [requestLine, ...headerLines] = collected.lines
    if (headerLines.length > MAX_HEADERS) return refuse('too-many-headers')
    const request = parseRequestLine(requestLine!)
    if (request === undefined) return refuse('bad-request-line')
    const headers = parseHeaderLines(headerLines)
    if (headers === undefined) return refuse('bad-header')
    return { ok: true, head: { ...request, headers }, leftover: collected.leftover }
  }
}

/** RFC 9112 §3: three parts with one space between. */
function parseRequestLine(line: string): Omit<RequestHead, 'headers'> | undefined {
  const parts = line.split(' ')
  if (parts.length !== 3) return undefined
  const [method, target, protocol] = parts as [string, string, string]
  if (!isToken(method) || !isTarget(target)) return undefined
  if (!/^HTTP\/\d\.\d$/.test(protocol)) return undefined
  return { method, target, httpVersion: protocol.slice(5) }
}

function isTarget(target: string): boolean {
  for (let i = 0; i < target.length; i++) {
    const code = target.charCodeAt(i)
    if (code <= 0x20 || code >= 0x7f) return false
  }
  return target.length > 0
}
