import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { HydrantError } from '../errors.ts'
import { clientOf } from '../transport/client-of.ts'

/**
 * Which web pages may use this API: those of the server's own origin and those that are listed. Compared as whole strings, so
 * another scheme, port, or a longer name that begins the same is another origin. Requests without `Origin` come from programs.
 */
export class Origins {
  readonly #allowed: ReadonlySet<string>
  readonly #usesCookies: () => boolean

  /** `usesCookies`: whether pages may send them. Throws TypeError for what is not an origin, such as a URL with a path. */
  constructor(allowed: readonly string[], usesCookies: () => boolean = () => false) {
    this.#usesCookies = usesCookies
    for (const origin of allowed) {
      if (originOf(origin) !== origin) {
        throw new TypeError(`expected an origin such as https://app.example.com, got ${JSON.stringify(origin)}`)
      }
    }
    this.#allowed = new Set(allowed)
  }

  /** Throws `forbidden-origin`. */
  check(request: IncomingMessage): void {
    const { origin } = request.headers
    if (origin === undefined || this.#allowed.has(origin) || isOwn(origin, request)) return
    throw new HydrantError(
      'forbidden-origin',
      `the origin ${JSON.stringify(origin)} is neither this server's own address nor one of its allowed origins`,
    )
  }

  /** The CORS headers of an answer to a page of a listed origin; none for others. */
  corsHeaders(request: IncomingMessage): Record<string, string> {
    const { origin } = request.headers
    if (origin === undefined || !this.#allowed.has(origin)) return {}
    return {
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Expose-Headers': 'Link, Hydrant-Message, Hydrant-Position, Retry-After, X-Request-Id',
      ...(this.#usesCookies() ? { 'Access-Control-Allow-Credentials': 'true' } : {}),
      Vary: 'Origin',
    }
  }
}

/**
 * A name that an attacker's DNS points here makes the attacker's page "own", so own pages are only those under an IP address
 * or localhost; the names of a public server are listed.
 */
function isOwn(origin: string, request: IncomingMessage): boolean {
  const { scheme, host } = clientOf(request)
  if (host === undefined) return false
  return origin === `${scheme}://${host}` && isLocalOrAddress(origin)
}

function isLocalOrAddress(origin: string): boolean {
  if (!URL.canParse(origin)) return false
  const name = new URL(origin).hostname.replace(/^\[|\]$/g, '')
  return isIP(name) !== 0 || name === 'localhost' || name.endsWith('.localhost')
}

function originOf(text: string): string | undefined {
  return URL.canParse(text) ? new URL(text).origin : undefined
}
