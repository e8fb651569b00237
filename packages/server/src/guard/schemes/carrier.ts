import type { SecurityScheme } from '@hydrant/contract'
import type { Caller } from '../caller.ts'

/** Where a scheme of the contract has its credential in a request. */
export interface Carrier {
  /** For `WWW-Authenticate`. */
  readonly challenge: string | undefined
  /** A query parameter that must not be shown to anybody. */
  readonly queryParameter?: string
  /** A header that pages of other origins have to be let send. */
  readonly header?: string
  /** Browsers send it by themselves: it is only safe with a list of origins. */
  readonly isCookie?: true
  /** Undefined when the request has none. */
  credentialOf(caller: Caller): string | undefined
}

const BEARER: Carrier = {
  challenge: 'Bearer',
  header: 'Authorization',
  credentialOf: (caller) => caller.authorization('Bearer'),
}

const BASIC = { challenge: 'Basic charset="UTF-8"', header: 'Authorization' } as const

/** Undefined for a scheme that cannot be enforced over HTTP. */
export function carrierOf({ type, definition }: SecurityScheme): Carrier | undefined {
  switch (type) {
    case 'oauth2':
    case 'openIdConnect':
      return BEARER
    case 'http': {
      if (isHttp(definition, 'bearer')) return BEARER
      return isHttp(definition, 'basic') ? { ...BASIC, credentialOf: basicOf } : undefined
    }
    case 'userPassword':
      return { ...BASIC, credentialOf: basicOf }
    case 'apiKey': {
      const part = definition['in'] === 'user' ? 0 : definition['in'] === 'password' ? 1 : undefined
      if (part === undefined) return undefined
      return { ...BASIC, credentialOf: (caller) => orToken(caller, () => partsOf(basicOf(caller))[part]) }
    }
    case 'httpApiKey':
      return typeof definition['name'] === 'string' ? keyCarrier(definition['name'], definition['in']) : undefined
    default:
      return undefined
  }
}

/** RFC 9110 §11.1: names of HTTP's schemes are the same in any case. */
export function isHttp({ scheme }: SecurityScheme['definition'], name: 'basic' | 'bearer'): boolean {
  return typeof scheme === 'string' && scheme.toLowerCase() === name
}

/** The user and the password of Basic credentials (RFC 7617). */
export function partsOf(credentials: string | undefined): readonly [user?: string, password?: string] {
  const colon = credentials?.indexOf(':') ?? -1
  return credentials === undefined || colon < 0 ? [] : [credentials.slice(0, colon), credentials.slice(colon + 1)]
}

function keyCarrier(name: string, place: unknown): Carrier | undefined {
  switch (place) {
    case 'header':
      return {
        challenge: undefined,
        header: name,
        credentialOf: (caller) => orToken(caller, () => caller.header(name)),
      }
    case 'query':
      return {
        challenge: undefined,
        queryParameter: name,
        credentialOf: (caller) => orToken(caller, () => caller.parameter(name)),
      }
    case 'cookie':
      return {
        challenge: undefined,
        isCookie: true,
        credentialOf: (caller) => orToken(caller, () => caller.cookie(name)),
      }
    default:
      return undefined
  }
}

/** A token that came in a message stands for what would have been in the request. */
function orToken(caller: Caller, inRequest: () => string | undefined): string | undefined {
  return caller.messageToken ?? inRequest()
}

function basicOf(caller: Caller): string | undefined {
  const encoded = caller.authorization('Basic')
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString()
}
