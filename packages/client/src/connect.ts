import { CONNECT_PATH } from '@hydrant/protocol'
import type { AnyApi, ApiShape } from './api-types.ts'
import { Client } from './client.ts'
import type { LinkPolicy } from './link.ts'
import { type Platform, thisPlatform } from './platform.ts'
import type { PublishLimits } from './publisher.ts'
import type { TokenSource } from './token.ts'

/** How a client connects. All have defaults. */
export interface ConnectOptions extends Partial<PublishLimits> {
  /** A token, or how to get one: asked for each connection, and before the last one (a JWT) expires. */
  readonly token?: TokenSource | undefined
  /** From the beginning of an attempt to the server's hello. Default 10,000. */
  readonly connectTimeoutMs?: number | undefined
  /** For the reply of the application, and of presence. Default 10,000; at most 60,000. */
  readonly requestTimeoutMs?: number | undefined
  /** Delays between attempts, and when HTTP is used instead of sockets (`blockedAfter`). */
  readonly policy?: Partial<LinkPolicy> | undefined
  /** Replaces parts of what the client takes from where it runs. */
  readonly platform?: Partial<Platform> | undefined
}

/**
 * Connects to a Hydrant server, and keeps connected until `close()`. Returns at once: what is asked before the connection is open waits for it.
 * `url` is the server's, with `ws:`, `wss:`, `http:` or `https:`, and a path when it is mounted below one. Throws TypeError for anything else.
 */
export function connect<Api extends ApiShape<Api> = AnyApi>(
  url: string | URL,
  options: ConnectOptions = {},
): Client<Api> {
  return new Client<Api>(urlsOf(url), options, { ...thisPlatform, ...options.platform })
}

function urlsOf(url: string | URL): { readonly socket: string; readonly http: string } {
  const page = (globalThis as { location?: { readonly href: string } }).location?.href
  const base = new URL(url, page)
  const secure = base.protocol === 'wss:' || base.protocol === 'https:'
  if (!secure && base.protocol !== 'ws:' && base.protocol !== 'http:') {
    throw new TypeError(`expected a URL with wss:, ws:, https: or http:, got ${base.href}`)
  }
  const path = `${base.host}${base.pathname.replace(/\/$/, '')}`
  return { socket: `ws${secure ? 's' : ''}://${path}${CONNECT_PATH}`, http: `http${secure ? 's' : ''}://${path}` }
}
