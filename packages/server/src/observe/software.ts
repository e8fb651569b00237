import type { IncomingMessage } from 'node:http'

/** What a peer says it is: text of its own, so nothing to rely on. */
export interface Software {
  /** Of the request's `User-Agent`. */
  readonly userAgent: string | undefined
  /** Of the request's `Origin`: the page that opened it, where a browser did. */
  readonly origin: string | undefined
}

/** Different pairs that are remembered; peers of others are shown without. */
const MAX_KNOWN = 1_000
/** Characters of each; the rest is cut. */
const MAX_LENGTH = 200

/** One object for each pair of texts, however many connections say the same: a connection costs a reference. */
export class KnownSoftware {
  readonly #known = new Map<string, Software>()

  /** Undefined when the request says nothing, or when too many different ones were seen. */
  of({ headers }: IncomingMessage): Software | undefined {
    const userAgent = cut(headers['user-agent'])
    const origin = cut(headers.origin)
    if (userAgent === undefined && origin === undefined) return undefined
    const key = `${userAgent ?? ''}\n${origin ?? ''}`
    const known = this.#known.get(key)
    if (known !== undefined || this.#known.size >= MAX_KNOWN) return known
    const software = { userAgent, origin }
    this.#known.set(key, software)
    return software
  }
}

/** Copied, so that it does not hold the head of the request that it was cut from. */
function cut(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : Buffer.from(text.slice(0, MAX_LENGTH)).toString()
}
