import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Channel } from '@hydrant/contract'
import { parsePosition, type Position } from '../broker/position.ts'
import { HydrantError } from '../errors.ts'
import type { Principal } from '../guard/principal.ts'
import type { RequestSpan } from '../observe/traces/request-span.ts'
import type { View } from '../hub/live-batch.ts'
import type { PublisherRole } from '../publish/accept-message.ts'
import type { Addressed } from '../publish/publisher.ts'
import type { Service } from '../service.ts'

/** A request whose target is understood: which path, which query. */
export interface Target {
  /** The path as it was sent, still percent-encoded: the contract decodes it once. */
  readonly path: string
  readonly query: URLSearchParams
}

/** An HTTP request for a channel, and who makes it. */
export interface ChannelVisit {
  readonly at: Addressed
  readonly principal: Principal
  readonly query: URLSearchParams
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Where it is traced. */
  readonly span?: RequestSpan | undefined
}

/** Splits an origin-form target; absolute forms and fragments are refused (one canonical form is both matched and used). */
export function parseTarget(request: IncomingMessage): Target {
  const target = request.url ?? '/'
  if (!target.startsWith('/') || target.includes('#')) {
    // A query may hold a secret, and what is told here may be logged.
    const shown = JSON.stringify(target.split('?')[0])
    throw new HydrantError('bad-request', `expected a path such as /prices/AAPL, got ${shown}`)
  }
  const mark = target.indexOf('?')
  return mark < 0
    ? { path: target, query: NO_QUERY }
    : { path: target.slice(0, mark), query: new URLSearchParams(target.slice(mark + 1)) }
}

/** Nobody changes a query: where there is none, one will do. */
const NO_QUERY: URLSearchParams = new URLSearchParams()

/** The channel under this path. Throws `channel-unknown`, `parameter-invalid` or `bad-request`. */
export function resolve(service: Service, path: string): Addressed {
  const match = service.contract.match(path)
  if (match.ok) {
    refuseTooLong(service, match.address)
    return match.channel.parameters.length === 0 ? theOnlyPlace(match) : match
  }
  switch (match.reason) {
    case 'unknown':
      throw new HydrantError('channel-unknown', `no channel of ${service.contract.info.title} has the address ${path}`)
    case 'malformed':
      throw new HydrantError('bad-request', `the address cannot be used: ${match.detail}`, { limit: match.limit })
    case 'parameter':
      throw new HydrantError(
        'parameter-invalid',
        `${match.channel.address}: expected ${match.parameter} to be ${match.expected}, got ${JSON.stringify(match.got)}`,
        { errors: [{ pointer: `/${match.parameter}`, expected: match.expected, got: match.got }] },
      )
  }
}

/**
 * What a reader of this channel sees: see "Who may do what" in `docs/reference/doors.md`. Throws `forbidden` (`unauthenticated` for
 * nobody) for who may not read it, and `wrong-direction` for a client where nothing is sent to clients.
 */
export function readerView({ guard }: Service, principal: Principal, at: Addressed, asked: PublisherRole): View {
  const isApplication = guard.roleOf(principal, asked) === 'application'
  if (!isApplication) guard.check(principal, 'subscribe', at)
  const { channel } = at
  if (isApplication) return 'application'
  if (channel.toClients.messages.length > 0) return 'client'
  if (principal.kind === 'application') return 'application'
  throw new HydrantError('wrong-direction', `${channel.address} sends nothing to clients`)
}

/** On whose behalf the caller asks to act. Throws `bad-request`. */
export function askedRole(query: URLSearchParams): PublisherRole {
  const as = query.get('as')
  if (as === null || as === 'client') return 'client'
  if (as === 'application') return 'application'
  throw new HydrantError('bad-request', `as: expected client or application, got ${JSON.stringify(as)}`)
}

/** The position to resume from. Throws `bad-request` for what is no position. */
export function sinceOf(text: string | null | undefined): Position | undefined {
  if (text === null || text === undefined || text === '') return undefined
  const position = parsePosition(text)
  if (position === undefined) {
    throw new HydrantError('bad-request', `since: expected a position that this API gave, got ${JSON.stringify(text)}`)
  }
  return position
}

export interface NumberRange {
  readonly min: number
  readonly max: number
}

/** A whole number of the query; above the maximum it is the maximum. Throws `bad-request` for anything else. */
export function wholeNumberOf(query: URLSearchParams, name: string, range: NumberRange): number | undefined {
  const text = query.get(name)
  if (text === null) return undefined
  if (!/^[0-9]{1,15}$/.test(text) || Number(text) < range.min) {
    throw new HydrantError(
      'bad-request',
      `${name}: expected a whole number from ${range.min}, got ${JSON.stringify(text)}`,
    )
  }
  return Math.min(Number(text), range.max)
}

/** Whether the query switches something on. Throws `bad-request` for anything but true and false. */
export function flagOf(query: URLSearchParams, name: string): boolean {
  const text = query.get(name)
  if (text === null || text === 'false' || text === '0') return false
  if (text === 'true' || text === '1' || text === '') return true
  throw new HydrantError('bad-request', `${name}: expected true or false, got ${JSON.stringify(text)}`)
}

const onlyPlaces = new WeakMap<Channel, Addressed>()

/** A channel without parameters is one place: whoever keeps it keeps the same object. */
function theOnlyPlace(match: Addressed): Addressed {
  const known = onlyPlaces.get(match.channel)
  if (known !== undefined) return known
  onlyPlaces.set(match.channel, match)
  return match
}

/** The contract's own limits are the widest: settings may be narrower. */
function refuseTooLong({ settings }: Service, address: string): void {
  const { maxAddressLength, maxAddressSegments } = settings.values
  if (address.length > maxAddressLength) {
    throw new HydrantError(
      'bad-request',
      `the address cannot be used: it has more than ${maxAddressLength} characters`,
      {
        limit: 'address-length',
      },
    )
  }
  // Every segment takes a character at least.
  if (address.length > maxAddressSegments && address.split('/').length - 1 > maxAddressSegments) {
    throw new HydrantError(
      'bad-request',
      `the address cannot be used: it has more than ${maxAddressSegments} segments`,
      {
        limit: 'address-segments',
      },
    )
  }
}
