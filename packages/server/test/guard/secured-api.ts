import type { Authenticate, HydrantOptions, PrincipalFacts } from '../../src/index.ts'
import { type Running, serve } from '../api.ts'

/** Channels that are open, for everybody known, for their owner, for a role, and for a scope of an operation. */
export const SECURED = `
asyncapi: 3.1.0
info: { title: Secured, version: 1.0.0 }
channels:
  users:
    address: /users/{id}
    parameters: { id: {} }
    x-hydrant: { allow: { subscribe: [{ role: admin }, { claim: { sub: '{id}' } }], publish: [{ claim: { sub: '{id}' } }] } }
    messages: { note: { payload: { type: object, properties: { text: { type: string } } } } }
  news:
    address: /news
    messages: { item: { payload: {} } }
  orders:
    address: /orders
    x-hydrant: { allow: { publish: authenticated } }
    messages: { order: { payload: {} } }
  inbox:
    address: /inbox
    messages: { letter: { payload: {} } }
operations:
  sendNote: { action: send, channel: { $ref: '#/channels/users' } }
  receiveNote: { action: receive, channel: { $ref: '#/channels/users' } }
  sendNews: { action: send, channel: { $ref: '#/channels/news' } }
  receiveOrder: { action: receive, channel: { $ref: '#/channels/orders' } }
  sendOrder: { action: send, channel: { $ref: '#/channels/orders' } }
  receiveLetter: { action: receive, channel: { $ref: '#/channels/inbox' } }
`

/** The same with a channel for everybody. */
export const HALF_OPEN = `${SECURED}
x-hydrant: { allow: { subscribe: anyone } }
`

/** Tokens that are their facts, as JSON: what a test needs of an identity provider. */
const tokenOf = (facts: PrincipalFacts): string => Buffer.from(JSON.stringify(facts)).toString('base64url')

const readToken: Authenticate = ({ token }) => {
  if (token === undefined) return null
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString()) as PrincipalFacts
  } catch {
    return null
  }
}

/** A caller with this name, whose claim `sub` it is. */
export const caller = (id: string, more: Partial<PrincipalFacts> = {}): string =>
  tokenOf({ id, claims: { sub: id }, ...more })

export const BACKEND = tokenOf({ id: 'backend', scopes: ['hydrant:publish'] })

export const bearer = (token: string): { authorization: string } => ({ authorization: `Bearer ${token}` })

export function serveSecured(options: Partial<HydrantOptions> = {}): Promise<Running> {
  return serve({ contract: SECURED, authenticate: readToken, ...options })
}
