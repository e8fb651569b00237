import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'
import { HydrantError } from '../errors.ts'
import type { Clock } from '../runtime/clock.ts'

export const SESSION_COOKIE = 'hydrant_admin'

/** How long a browser stays let in, in milliseconds. */
export const SESSION_MS: number = 12 * 60 * 60 * 1000
/** Sessions that are open at a time; the oldest makes room. */
const MAX_SESSIONS = 100

/** What a request shows of its sender. */
export interface Credentials {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
}

export interface AccessOptions {
  /** Undefined: whoever reaches the listener is let in. */
  readonly token: string | undefined
  /** Names besides `localhost` and addresses by which the listener may be called. */
  readonly allowedHosts: readonly string[]
  readonly clock: Clock
}

/**
 * Who may use the admin listener. Browsers are the danger even on loopback: a page of another site can send requests to
 * `127.0.0.1`, and a name that its owner points there makes such a page look like our own. So the name by which the listener is
 * called has to be an address, `localhost` or listed, and whatever a browser says of a request's origin has to be the same one.
 */
export class Access {
  readonly #token: Buffer | undefined
  readonly #allowedHosts: ReadonlySet<string>
  readonly #clock: Clock
  /** Ends of the sessions by the hash of their secret, oldest first. In milliseconds, monotonic. */
  readonly #sessions = new Map<string, number>()

  constructor({ token, allowedHosts, clock }: AccessOptions) {
    this.#token = token === undefined ? undefined : digest(token)
    this.#allowedHosts = new Set(allowedHosts.map((host) => host.toLowerCase()))
    this.#clock = clock
  }

  get required(): boolean {
    return this.#token !== undefined
  }

  /** Throws `forbidden-origin` for requests that a page of another site may have caused. */
  checkSite({ method, path, headers }: Credentials): void {
    const host = headers.host ?? ''
    if (!this.#isOwnHost(host)) {
      throw new HydrantError(
        'forbidden-origin',
        `the admin listener is called by an address, localhost or a listed name, not ${JSON.stringify(host)}`,
      )
    }
    const { origin } = headers
    if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) {
      throw new HydrantError('forbidden-origin', `pages of ${JSON.stringify(origin)} may not use the admin listener`)
    }
    const site = headers['sec-fetch-site']
    if (site === undefined || site === 'same-origin' || site === 'none') return
    // A link to the console on another page may be followed: what it opens is a page of ours, in a window of its own.
    const isLink = method === 'GET' && path === '/' && headers['sec-fetch-dest'] === 'document'
    if (!isLink) throw new HydrantError('forbidden-origin', 'pages of other sites may not use the admin listener')
  }

  /** Who sends this: `loopback` when everybody is let in, `token`, `session`, or undefined. */
  actorOf({ authorization, cookie }: IncomingHttpHeaders): string | undefined {
    if (this.#token === undefined) return 'loopback'
    const bearer = /^Bearer ([\x21-\x7e]+)$/i.exec(authorization ?? '')?.[1]
    if (bearer !== undefined) return this.isToken(bearer) ? 'token' : undefined
    const secret = secretOf(cookie)
    return secret !== undefined && this.#isSession(secret) ? 'session' : undefined
  }

  /** In time that does not depend on how much of it is right. */
  isToken(text: string): boolean {
    return this.#token !== undefined && timingSafeEqual(digest(text), this.#token)
  }

  /** Lets a browser in; its secret goes into the cookie. */
  openSession(): string {
    const secret = randomBytes(32).toString('base64url')
    this.#sessions.set(nameOf(secret), this.#clock.monotonicMs() + SESSION_MS)
    if (this.#sessions.size > MAX_SESSIONS) this.#sessions.delete(this.#sessions.keys().next().value!)
    return secret
  }

  closeSession({ cookie }: IncomingHttpHeaders): void {
    const secret = secretOf(cookie)
    if (secret !== undefined) this.#sessions.delete(nameOf(secret))
  }

  #isSession(secret: string): boolean {
    const name = nameOf(secret)
    const endMs = this.#sessions.get(name)
    if (endMs === undefined) return false
    if (endMs > this.#clock.monotonicMs()) return true
    this.#sessions.delete(name)
    return false
  }

  #isOwnHost(host: string): boolean {
    if (!URL.canParse(`http://${host}`)) return false
    const url = new URL(`http://${host}`)
    if (url.pathname !== '/' || url.username !== '' || url.search !== '' || url.hash !== '') return false
    const name = url.hostname.replace(/^\[|\]$/g, '')
    return isIP(name) !== 0 || name === 'localhost' || name.endsWith('.localhost') || this.#allowedHosts.has(name)
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** Sessions are looked up by a hash, so that the time of the look-up tells nothing of the secret. */
function nameOf(secret: string): string {
  return digest(secret).toString('base64')
}

function secretOf(cookie: string | undefined): string | undefined {
  for (const pair of cookie?.split(';') ?? []) {
    const [name, value] = pair.trim().split('=')
    if (name === SESSION_COOKIE) return value
  }
  return undefined
}
